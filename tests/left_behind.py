"""What the agent left in the account: records, locks, messages, sessions, events."""

import json
from dataclasses import dataclass

from cloud import CLAIMS, INCIDENTS, PATTERNS, SNAPSHOTS, TOPIC
from moto.sns.models import sns_backends
from moto.sts.models import sts_backends
from published import ACCOUNT, REGION, Json

from tasks.runtime.clients import client
from tasks.store.items import decode, encode


def everything(table: str) -> list[Json]:
    """All items of a table."""
    return [decode(item) for item in client("dynamodb").scan(TableName=table)["Items"]]


def incident(incident_id: str) -> Json:
    """The record of an incident."""
    return _item(INCIDENTS, "incident_id", incident_id)


def claim_item(key: str) -> Json:
    """An item of the table of claims, empty when there is none."""
    return _item(CLAIMS, "pk", key)


def lock(arn: str) -> Json:
    """The lock of a resource, empty when it is free."""
    return claim_item(f"LOCK#{arn}")


def tat() -> int:
    """The rate limiter's theoretical arrival time, 0 when no token was ever taken."""
    return int(_item(CLAIMS, "pk", "RATE#account").get("tat", 0))


def snapshot(arn: str) -> Json:
    """What is remembered of a resource, empty when nothing is."""
    return _item(SNAPSHOTS, "resource_arn", arn)


def patterns() -> list[Json]:
    """What recurred."""
    return [one for one in everything(PATTERNS) if "seen" in one]


def messages() -> list[tuple[str, str]]:
    """Subject and body of everything that people were told."""
    sent = sns_backends[ACCOUNT][REGION].topics[TOPIC].sent_notifications
    return [(str(subject), str(body)) for _, body, subject, *_ in sent]


@dataclass(frozen=True)
class Session:
    """One time that a role was assumed."""

    role: str
    name: str
    policy: Json


def sessions() -> list[Session]:
    """Every session of the recovery role."""
    assumed = sts_backends[ACCOUNT]["aws"].assumed_roles
    return [Session(role.role_arn, role.session_name, json.loads(role.policy)) for role in assumed]


def reported() -> list[Json]:
    """The events that were put on the bus since the last look."""
    sqs = client("sqs")
    url, found = sqs.get_queue_url(QueueName="bus")["QueueUrl"], []
    while some := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for one in some:
            found.append(json.loads(one["Body"]))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])
    return found


def _item(table: str, key: str, value: str) -> Json:
    found = client("dynamodb").get_item(TableName=table, Key=encode({key: value}), ConsistentRead=True)
    return dict(decode(found.get("Item", {})))
