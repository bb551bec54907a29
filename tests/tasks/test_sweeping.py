"""TakeSnapshots: a difference from the good state that nobody explains is reported."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from by_hand import detected
from cloud import SNAPSHOTS, Cloud
from left_behind import everything, reported, snapshot
from managed import CLOSED, bucket, parameter, put_value
from published import ACCOUNT, REGION, Json, actors, on_bucket, overwriting
from sweeping import findings, sweep

from tasks.domain.errors import NotSeen
from tasks.domain.knowledge.s3 import BUCKET
from tasks.domain.moment import iso
from tasks.domain.payload import Resource
from tasks.runtime.clients import client
from tasks.store.items import encode


def recorded(cloud: Cloud, record: Json, **more: Any) -> None:
    """CloudTrail knows this call, made just now."""
    cloud.trail.append({**record["detail"], "eventTime": iso(time.time() + 60), **more})


@pytest.fixture
def tampered(cloud: Cloud) -> Resource:
    """A remembered bucket whose access block is gone, without any grace."""
    one = bucket("abc")
    sweep()
    client("s3").delete_public_access_block(Bucket="abc")
    cloud.set(DRIFT_GRACE_MINUTES="0")
    return one


def test_an_unexplained_difference_is_watched_and_reported_after_its_grace(cloud: Cloud, tampered: Resource) -> None:
    good = snapshot(tampered.arn)
    cloud.set(DRIFT_GRACE_MINUTES="20")
    sweep()
    assert (findings(cloud), reported()) == ({tampered.arn: "WATCH"}, [])
    cloud.set(DRIFT_GRACE_MINUTES="0")
    sweep()
    assert findings(cloud) == {tampered.arn: "REPORT"}
    (event,) = reported()
    assert (event["source"], event["detail-type"]) == ("aiops", "Drift")
    assert event["detail"]["resource"] == {"type": BUCKET, "id": "abc"}
    assert event["detail"]["issue"] == "s3_public_access_block_removed"
    assert snapshot(tampered.arn)["state"] == good["state"]


def test_the_grace_runs_from_when_the_difference_was_first_seen(cloud: Cloud, tampered: Resource) -> None:
    cloud.set(DRIFT_GRACE_MINUTES="20")
    sweep()
    since = snapshot(tampered.arn)["differs_since"]
    sweep()
    assert snapshot(tampered.arn)["differs_since"] == since
    client("s3").put_public_access_block(
        Bucket="abc", PublicAccessBlockConfiguration={**CLOSED, "BlockPublicAcls": False}
    )
    sweep()
    assert snapshot(tampered.arn)["differs_since"] > since


def test_a_drift_starts_the_workflow_on_its_resource(cloud: Cloud, tampered: Resource) -> None:
    sweep()
    (event,) = reported()
    payload = detected(cloud, {**event, "account": ACCOUNT, "region": REGION})
    assert [one["arn"] for one in payload["incident"]["resources"]] == [tampered.arn]
    assert "blocked" not in payload


@pytest.mark.parametrize("reason", ["KILL_SWITCH", "RESOURCE_BUSY", "COOLDOWN", "RATE_LIMITED", ""])
def test_a_drift_is_reported_again_only_while_something_passing_holds_it_back(
    cloud: Cloud, tampered: Resource, reason: str
) -> None:
    """What became an incident is not reported again; what a guard held back for now is."""
    sweep()
    (event,) = reported()
    if reason:
        hold_back(cloud, tampered, reason)
    detected(cloud, {**event, "account": ACCOUNT, "region": REGION})
    sweep()
    assert len(reported()) == bool(reason)


def hold_back(cloud: Cloud, one: Resource, reason: str) -> None:
    if reason == "KILL_SWITCH":
        cloud.switch("on")
    elif reason == "RATE_LIMITED":
        client("dynamodb").put_item(TableName="aiops-claims", Item=encode({"pk": "RATE#account", "tat": 10**14}))
    else:
        state = "HELD" if reason == "RESOURCE_BUSY" else "COOLDOWN"
        held = {"pk": f"LOCK#{one.arn}", "execution": cloud.execution(), "incident_id": "other", "state": state}
        client("dynamodb").put_item(TableName="aiops-claims", Item=encode({**held, "until": 10**14, "redrive": 0}))


def by_cloudformation(record: Json) -> Json:
    return {**record, "detail": {**record["detail"], "userIdentity": actors()["AssumedRole invokedBy cloudformation"]}}


def test_a_difference_that_accepted_changes_explain_is_the_new_good(cloud: Cloud, tampered: Resource) -> None:
    recorded(cloud, by_cloudformation(on_bucket("DeleteBucketPublicAccessBlock", "abc")))
    sweep()
    assert findings(cloud) == {tampered.arn: "REMEMBER"}
    assert (snapshot(tampered.arn)["state"]["public_access_block"], reported()) == (None, [])


def test_one_harmful_change_among_accepted_ones_is_reported(cloud: Cloud, tampered: Resource) -> None:
    recorded(cloud, on_bucket("DeleteBucketPublicAccessBlock", "abc"))
    recorded(cloud, by_cloudformation(on_bucket("PutBucketPolicy", "abc")))
    sweep()
    assert len(reported()) == 1


def test_changes_of_other_resources_and_from_before_the_snapshot_explain_nothing(
    cloud: Cloud, tampered: Resource
) -> None:
    recorded(cloud, by_cloudformation(on_bucket("DeleteBucketPublicAccessBlock", "other")))
    recorded(
        cloud, by_cloudformation(on_bucket("DeleteBucketPublicAccessBlock", "abc")), eventTime="2026-01-01T00:00:00Z"
    )
    sweep()
    assert len(reported()) == 1


def test_a_record_that_cannot_be_read_stops_nothing(cloud: Cloud, tampered: Resource) -> None:
    """Anybody may make a refused call with a name that no bucket can have."""
    recorded(cloud, on_bucket("PutBucketPolicy", "*"), errorCode="InvalidBucketName")
    sweep()
    assert len(reported()) == 1


def test_more_changes_than_can_be_read_are_watched(cloud: Cloud, tampered: Resource) -> None:
    for number in range(1001):
        recorded(cloud, by_cloudformation(on_bucket("PutBucketPolicy", "abc")), eventID=str(number))
    sweep()
    assert (findings(cloud), reported()) == ({tampered.arn: "WATCH"}, [])


DENIED = ClientError({"Error": {"Code": "AccessDenied", "Message": "denied by its policy"}}, "GetBucketAcl")
HANGING = ReadTimeoutError(endpoint_url="https://s3.amazonaws.com")


@pytest.mark.parametrize("error", [DENIED, HANGING], ids=["denied", "hanging"])
def test_a_resource_that_cannot_be_looked_at_hides_no_other(cloud: Cloud, error: Exception) -> None:
    """Whoever may write a bucket's policy can deny the agent the look; the run fails then, for the alarm to see."""
    refused, other = bucket("abc"), bucket("xyz")
    cloud.interfere("s3", "before-call.s3.GetBucketAcl", refusing(refused.id, error))
    with pytest.raises(NotSeen, match=refused.arn):
        sweep()
    assert [one["resource_arn"] for one in everything(SNAPSHOTS)] == [other.arn]


def refusing(name: str, error: Exception) -> Callable[..., None]:
    """What goes wrong with every call that names this bucket."""

    def refuse(params: Json, **_: Any) -> None:
        if name in params["url"]:
            raise error

    return refuse


def test_a_parameter_that_was_overwritten_unseen_is_reported(cloud: Cloud) -> None:
    one = parameter("/app/host", "good")
    sweep()
    cloud.set(DRIFT_GRACE_MINUTES="0")
    put_value(one, "bad")
    recorded(cloud, overwriting("/app/host", 2))
    sweep()
    assert [event["detail"]["issue"] for event in reported()] == ["ssm_parameter_overwritten"]
