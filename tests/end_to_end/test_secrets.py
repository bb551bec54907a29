"""No secret leaves its parameter, and nothing hostile reaches a message alive."""

import json
import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest

from aiops.demo.agent import model
from aiops.demo.resources.buckets import OPEN, Bucket, policy
from aiops.demo.resources.functions import Function
from aiops.demo.resources.instances import STOP
from aiops.demo.resources.parameters import PUT, Parameter
from aiops.demo.workflow import MACHINE
from end_to_end.account import Account, Json
from tasks.domain.advice import TOOL
from tasks.domain.wording import console

GOOD, BAD = "canary-that-was-good", "canary-that-was-not"
HOSTILE = "<a href='https://evil.example'>press</a> \x1b[31m\u202e\x07 <!channel> [Redrive](https://evil.example)\r\n"


def logged(account: Account) -> Iterator[str]:
    """Every line of every log group."""
    logs = account.engine.client("logs")
    for group in logs.describe_log_groups()["logGroups"]:
        name = group["logGroupName"]
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=name):
            yield from (event["message"] for event in page["events"])


def histories(account: Account) -> Iterator[str]:
    """The whole history of every execution."""
    for page in account.states.get_paginator("list_executions").paginate(stateMachineArn=MACHINE):
        for one in page["executions"]:
            yield str(account.states.get_execution_history(executionArn=one["executionArn"], maxResults=1000)["events"])


def items(account: Account) -> Iterator[str]:
    """Every item of every table."""
    for table in account.dynamo.list_tables()["TableNames"]:
        yield from (str(item) for item in account.dynamo.scan(TableName=table)["Items"])


def messages(account: Account) -> Iterator[str]:
    """Everything that people were told."""
    yield from (json.dumps(one) for one in account.inbox.messages())


@pytest.fixture(scope="module")
def healed(deployed: Account) -> list[str]:
    """The names of encrypted parameters of which one was overwritten, one deleted, and of a deleted function."""
    one, other, function = Parameter(deployed, GOOD), Parameter(deployed, GOOD), Function(deployed, GOOD)
    one.overwrite(BAD)
    assert [each.outcome for each in deployed.executions(one.name, PUT)] == ["VERIFIED"]
    other.delete()
    assert [each.outcome for each in deployed.executions(other.name, "DeleteParameter")] == ["VERIFIED"]
    assert one.value == other.value == (GOOD, "SecureString")
    deployed.lambdas.delete_function(FunctionName=function.name)
    assert [each.outcome for each in deployed.executions(function.name, "DeleteFunction20150331")] == ["VERIFIED"]
    assert function.answer() == GOOD
    return [one.name, other.name, function.name]


@pytest.mark.parametrize("place", [logged, histories, items, messages])
def test_a_secrets_value_is_nowhere_but_in_its_parameter_and_the_vault(
    account: Account, healed: list[str], place: Any
) -> None:
    found = list(place(account))
    for name in healed:
        assert any(name in text for text in found), "nothing of the incident is here"
    assert not [text for text in found if GOOD in text or BAD in text]


def inert(account: Account, words: tuple[str, ...]) -> None:
    """No message with these words has anything in it that a mail, a chat or a page would render, but our own link."""
    account.until(lambda: bool(account.mail(*words)), f"a message with {words} is sent")
    for one in account.inbox.messages():
        text = f"{one['Subject']}\n{one['Message']}"
        if not all(word in text for word in words):
            continue
        assert one["Subject"].isascii()
        assert len(one["Subject"]) <= 100
        for execution in [page["executionArn"] for page in _executions(account)]:
            text = text.replace(console(execution), "")
        assert not [live for live in ("<", ">", "://", "](", "\r") if live in text], text
        assert not [char for char in text if char != "\n" and unicodedata.category(char)[0] == "C"], text


def _executions(account: Account) -> list[Json]:
    pages = account.states.get_paginator("list_executions").paginate(stateMachineArn=MACHINE)
    return [one for page in pages for one in page["executions"]]


def hostile(account: Account, instance: str) -> Json:
    """The event of a stop in which everything is hostile that somebody else can write."""
    with account.deaf("aws.ec2"):
        account.ec2.stop_instances(InstanceIds=[instance])
        event = account.recorded(STOP, instance)
    identity = {**event["detail"]["userIdentity"], "arn": HOSTILE, "userName": HOSTILE, "principalId": HOSTILE}
    request = {**event["detail"]["requestParameters"], HOSTILE: HOSTILE, "force": HOSTILE}
    texts = {"userAgent": HOSTILE, "sourceIPAddress": HOSTILE, "eventTime": HOSTILE, "requestParameters": request}
    return {**event, "time": HOSTILE, "detail": {**event["detail"], **texts, "userIdentity": identity}}


def test_a_hostile_event_and_a_hostile_model_reach_a_message_inert(account: Account) -> None:
    advice = {"severity": "high", "confidence": 0.9, "root_cause": HOSTILE, "explanation": HOSTILE}
    call = {"toolUse": {"toolUseId": "1", "name": TOOL, "input": advice}}
    answer = {
        "output": {"message": {"role": "assistant", "content": [call]}},
        "stopReason": "tool_use",
        "usage": {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2},
        "metrics": {"latencyMs": 1},
    }
    instance = account.instance()
    event = hostile(account, instance)
    with model(account, lambda request: answer):
        account.engine.deliver(event)
        [execution] = account.executions(instance, STOP)
    assert execution.outcome == "VERIFIED"
    assert account.record(execution)["analysis"]["adviser"] == "rules and model"
    inert(account, ("VERIFIED", instance))


def test_a_hostile_failure_reaches_a_message_inert(account: Account) -> None:
    instance = account.instance(autonomy="approve")
    account.engine.deliver(hostile(account, instance))
    execution = account.running(instance, STOP, "RequestReview")
    inert(account, ("REVIEW", instance))
    account.states.stop_execution(executionArn=execution.arn, error=HOSTILE, cause=HOSTILE * 20)
    inert(account, ("FAILED", instance))
    account.opt_out(instance)


def test_a_hostile_policy_reaches_a_message_inert(account: Account) -> None:
    bucket = Bucket(account, blocked=False).name
    document = json.loads(policy(bucket, "*"))
    document["Statement"][0]["Sid"] = HOSTILE
    account.s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(document))
    assert [one.outcome for one in account.executions(bucket, OPEN)] == ["VERIFIED"]
    inert(account, ("VERIFIED", bucket))


def test_a_hostile_start_by_hand_is_told_inert(account: Account) -> None:
    """Somebody starts an execution with an event of his own, and Detect cannot do its work."""
    event = {"source": HOSTILE, "detail-type": HOSTILE, "id": HOSTILE, "region": HOSTILE, "time": HOSTILE, "detail": {}}
    with account.without("Detect", "dynamodb:PutItem"):
        execution = account.start(event)
    assert execution.status == "FAILED"
    inert(account, ("FAILED", execution.arn))


def test_a_hostile_event_that_is_too_large_is_told_inert(account: Account) -> None:
    instance = account.instance()
    event = hostile(account, instance)
    event["detail"]["eventID"] = f"{HOSTILE} {instance}"
    event["detail"]["padding"] = "0" * 300_000
    account.engine.deliver(event)
    inert(account, ("UNDELIVERABLE", instance))
