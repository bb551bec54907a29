"""Asking AWS what coverage needs to know: snapshots, trails, the subscriptions, the model."""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from tasks.domain.coverage import Cover, lacks
from tasks.domain.policy import Policy
from tasks.resources import Aws, module
from tasks.runtime import trails
from tasks.runtime.managed import opted_in
from tasks.runtime.memory import keeps
from tasks.store import snapshots

AGENT = "agent"
# What a subscription that nobody confirmed has instead of an ARN (SNS API reference, ListSubscriptionsByTopic).
UNCONFIRMED = "PendingConfirmation"


def resources(aws: Aws, table: str, policy: Policy) -> Iterator[Cover]:
    """Each managed resource of a type that can be restored; that of types which are only watched are left out."""
    for resource, _ in opted_in(aws("resourcegroupstaggingapi")):
        kind = module(resource.type)
        if kind.ACTIONS:
            row = snapshots.read(aws("dynamodb"), table, resource.arn)
            of_type = kind.missing(row["state"]) if row and hasattr(kind, "missing") else ()
            missing = lacks(resource, row, policy, actions=kind.ACTIONS, of_type=of_type, keeps=keeps(resource))
            yield Cover(resource.id, resource.type, resource.autonomy, resource.arn, missing)


def agent(aws: Aws, *, topic: str, model_id: str) -> Iterator[Cover]:
    """What the agent needs to hear, to tell and to be advised."""
    checks = {
        "trail": [] if trails.logging(aws("cloudtrail")) else ["no trail logs write events: no call is heard of"],
        "e-mail": _unheard(aws("sns"), topic),
        "model": _silent(aws("bedrock-runtime"), model_id) if model_id else ["none is configured: the rules decide"],
    }
    for name, missing in checks.items():
        yield Cover(name, AGENT, "", "", tuple(missing))


def _unheard(sns: Any, topic: str) -> list[str]:
    pages = sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
    found = [one for page in pages for one in page["Subscriptions"]]
    waiting = [one["Endpoint"] for one in found if one["SubscriptionArn"] == UNCONFIRMED]
    missing = [f"{endpoint} has not confirmed the subscription: it gets nothing" for endpoint in waiting]
    return missing if found else ["nobody has subscribed to the topic: nobody is told"]


def _silent(bedrock: Any, model_id: str) -> list[str]:
    """The shortest question there is: only an answer shows that the account, the region and the role are let in."""
    words = [{"role": "user", "content": [{"text": "Say yes."}]}]
    try:
        bedrock.converse(modelId=model_id, messages=words, inferenceConfig={"maxTokens": 1})
    except ClientError as refused:
        return [f"{model_id} refused ({refused.response['Error']['Code']}): the rules decide"]
    except BotoCoreError as lost:
        return [f"{model_id} was not reached ({type(lost).__name__}): the rules decide"]
    return []
