"""CheckCoverage: for each managed resource what is missing to bring it back, and telling people of it once."""

from collections.abc import Iterator

import pytest
from botocore.stub import Stubber
from by_hand import call
from cloud import SNAPSHOTS, TOPIC, Cloud
from left_behind import messages, snapshot
from managed import bucket, database, instance, parameter, table, trail
from published import Json
from sweeping import sweep

from tasks import check_coverage
from tasks.runtime.clients import client

YES = {"output": {"message": {"role": "assistant", "content": [{"text": "Yes"}]}}, "stopReason": "max_tokens"}
SPENT = {"usage": {"inputTokens": 3, "outputTokens": 1, "totalTokens": 4}, "metrics": {"latencyMs": 1}}


def covers() -> dict[str, list[str]]:
    """What is missing, by name, as the command asks for it."""
    return {one["name"]: one["missing"] for one in call(check_coverage.handler, {"ask": True})["covers"]}


@pytest.fixture
def ready(cloud: Cloud) -> Iterator[Stubber]:
    """An agent that lacks nothing: a trail, a reader, a model that answers as often as the test lets it."""
    trail(autonomy="")
    client("sns").subscribe(TopicArn=TOPIC, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:123456789012:bus")
    cloud.set(MODEL_ID="amazon.nova-lite-v1:0")
    with Stubber(client("bedrock-runtime")) as model:
        yield model


def answering(model: Stubber, times: int = 1) -> None:
    for _ in range(times):
        model.add_response("converse", YES | SPENT)


def versioned(name: str) -> None:
    """Let a bucket keep versions."""
    client("s3").put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})


def all_buckets_tell(cloud: Cloud) -> None:
    """moto forgets that a bucket sends its events to EventBridge."""

    def tells(parsed: Json, **_: object) -> None:
        parsed["EventBridgeConfiguration"] = {}

    cloud.interfere("s3", "after-call.s3.GetBucketNotificationConfiguration", tells)


def test_an_agent_that_hears_tells_and_is_advised_lacks_nothing(ready: Stubber) -> None:
    answering(ready)
    assert covers() == {"trail": [], "e-mail": [], "model": []}


def test_what_the_agent_itself_lacks_is_said(cloud: Cloud) -> None:
    assert {name: bool(missing) for name, missing in covers().items()} == {"trail": 1, "e-mail": 1, "model": 1}


def test_a_subscription_that_nobody_confirmed_is_said(ready: Stubber, cloud: Cloud) -> None:
    """moto confirms at once, SNS waits for the person."""

    def waits(parsed: Json, **_: object) -> None:
        for one in parsed["Subscriptions"]:
            one["SubscriptionArn"] = "PendingConfirmation"

    answering(ready)
    cloud.interfere("sns", "after-call.sns.ListSubscriptionsByTopic", waits)
    assert "has not confirmed" in covers()["e-mail"][0]


def test_a_model_that_refuses_is_said(ready: Stubber) -> None:
    ready.add_client_error("converse", "AccessDeniedException")
    assert "AccessDeniedException" in covers()["model"][0]


def test_each_resource_says_what_it_lacks(ready: Stubber) -> None:
    """One of a kind that lacks something, and one that does not."""
    protected, open_ended = table("kept"), table("lost")
    off = {"PointInTimeRecoveryEnabled": False}
    client("dynamodb").update_continuous_backups(TableName=open_ended.id, PointInTimeRecoverySpecification=off)
    bucket("plain")
    bucket("unheard")
    versioned("unheard")
    database("scratch")
    client("rds").modify_db_instance(DBInstanceIdentifier="scratch", BackupRetentionPeriod=0, ApplyImmediately=True)
    server = instance(stopped=False)
    parameter("known", "value")
    sweep()
    parameter("fresh", "value")
    parameter("told", "value", autonomy="notify")
    answering(ready)
    found = covers()
    for name in (protected.id, server.id, "known"):
        assert found[name] == [], name
    said = {
        open_ended.id: "point-in-time recovery",
        "plain": "versioning",
        "unheard": "EventBridge",
        "scratch": "backups",
        "fresh": "no good state",
        "told": "tagged notify",
    }
    for name, word in said.items():
        assert word in found[name][0], name


def test_people_are_told_once_of_what_began_to_be_missing_and_never_of_a_question(ready: Stubber) -> None:
    answering(ready, times=5)
    bucket("first")
    sweep()
    covers()
    assert messages() == []
    call(check_coverage.handler, {})
    call(check_coverage.handler, {})
    ((subject, body),) = messages()
    assert "first" in subject
    assert "versioning is off" in body
    bucket("second")
    call(check_coverage.handler, {})
    _, (subject, body) = messages()
    assert ("second" in body, "first" in body) == (True, False)
    call(check_coverage.handler, {})
    assert len(messages()) == 2


def test_what_was_mended_is_news_when_something_is_missing_again(ready: Stubber, cloud: Cloud) -> None:
    answering(ready, times=3)
    all_buckets_tell(cloud)
    made = bucket("shaky")
    sweep()
    call(check_coverage.handler, {})
    versioned("shaky")
    sweep()
    assert snapshot(made.arn)["state"]["versioning"] == "Enabled"
    call(check_coverage.handler, {})
    client("dynamodb").delete_item(TableName=SNAPSHOTS, Key={"resource_arn": {"S": made.arn}})
    call(check_coverage.handler, {})
    assert ["versioning" in body for _, body in messages()] == [True, False]
