"""The sweep finds what was deleted, or opted out, without an event that told."""

import time
from dataclasses import replace

import pytest
from by_hand import analyzed, call, detected
from cloud import INCIDENTS, SNAPSHOTS, Cloud
from left_behind import reported, snapshot
from managed import bucket, instance, security_group, tagging
from published import ACCOUNT, REGION, Json, actors, on_bucket
from published import call as made_by
from sweeping import searches, sweep

from tasks import plan
from tasks.domain.incident import understand
from tasks.domain.moment import iso
from tasks.domain.payload import Resource
from tasks.runtime.clients import client
from tasks.store import incidents, snapshots

CLOUDFORMATION = {"userIdentity": actors()["AssumedRole invokedBy cloudformation"]}


@pytest.fixture
def gone(cloud: Cloud) -> Resource:
    """A remembered bucket that is no more, without any grace."""
    one = bucket("abc")
    sweep()
    client("s3").delete_bucket(Bucket="abc")
    cloud.set(DRIFT_GRACE_MINUTES="0")
    return one


def deletion(**more: Json | str) -> Json:
    return on_bucket("DeleteBucket", "abc", **{"eventTime": iso(time.time() + 60), **more})


def delivered(event: Json) -> Json:
    """The event as the bus delivers it."""
    return {**event, "account": ACCOUNT, "region": REGION}


def test_a_deletion_that_nothing_tells_of_is_watched_and_then_reported(cloud: Cloud, gone: Resource) -> None:
    cloud.set(DRIFT_GRACE_MINUTES="20")
    sweep()
    assert (searches(cloud), reported()) == ({gone.arn: "WATCH"}, [])
    cloud.set(DRIFT_GRACE_MINUTES="0")
    sweep()
    (event,) = reported()
    assert event["detail"]["issue"] == "s3_bucket_deleted"
    assert event["detail"]["eventName"] == "DeleteBucket"


def test_what_was_deleted_unheard_is_recreated(cloud: Cloud, gone: Resource) -> None:
    """The report carries the deletion as its own event would: who, when, how."""
    cloud.trail.append(deletion()["detail"])
    sweep()
    (event,) = reported()
    payload = analyzed(detected(cloud, delivered(event)))
    assert [one["arn"] for one in payload["incident"]["resources"]] == [gone.arn]
    assert payload["incident"]["actor"]["arn"] == deletion()["detail"]["userIdentity"]["arn"]
    assert payload["analysis"]["classification"] == "FAILURE"
    made = call(plan.handler, payload)
    assert (made["steps"][0]["action"], made["autonomy"]) == ("create_bucket", "auto")


def test_a_deletion_that_was_meant_is_not_reported_and_not_looked_for_again(cloud: Cloud, gone: Resource) -> None:
    cloud.trail.append(deletion(**CLOUDFORMATION)["detail"])
    sweep()
    assert (searches(cloud), reported()) == ({gone.arn: "CLOSE"}, [])
    cloud.trail.clear()
    sweep()
    assert reported() == []


HEARD: list[tuple[str, Json, Json, int]] = [  # state, why it was blocked, what it left out, reports
    ("VERIFIED", {}, {}, 0),
    ("FAILED", {}, {}, 0),
    ("BLOCKED", {"blocked": {"reason": "INTENDED"}}, {}, 0),
    ("BLOCKED", {"blocked": {"reason": "MAINTENANCE"}}, {}, 1),
    ("VERIFIED", {}, {"arn:aws:s3:::abc": "GROUP_BUSY: two others are under repair"}, 1),
    ("VERIFIED", {}, {"arn:aws:s3:::abc": "UNMANAGED: no tag"}, 0),
]


@pytest.mark.parametrize(("state", "more", "left_out", "reports"), HEARD)
def test_a_deletion_that_was_heard_is_reported_only_if_it_was_held_back_for_now(
    cloud: Cloud, gone: Resource, state: str, more: Json, left_out: Json, reports: int
) -> None:
    cloud.trail.append(deletion()["detail"])
    incidents.put_ended(
        client("dynamodb"),
        INCIDENTS,
        replace(understand(deletion()["detail"]), dropped=left_out),
        execution="first",
        state=state,
        now_ms=1,
        retention_days=90,
        more=more,
    )
    sweep()
    assert len(reported()) == reports


def test_a_report_that_became_an_incident_is_not_made_again(cloud: Cloud, gone: Resource) -> None:
    sweep()
    (event,) = reported()
    detected(cloud, delivered(event))
    sweep()
    assert (searches(cloud), reported()) == ({gone.arn: "CLOSE"}, [])


def test_a_resource_whose_tag_was_removed_is_told_once_and_never_changed(cloud: Cloud) -> None:
    one = bucket("abc")
    sweep()
    client("s3").put_bucket_tagging(Bucket="abc", Tagging={"TagSet": [{"Key": "other", "Value": "x"}]})
    cloud.set(DRIFT_GRACE_MINUTES="0")
    sweep()
    (event,) = reported()
    payload = analyzed(detected(cloud, delivered(event)))
    verdict = payload["analysis"]
    assert (verdict["issue"], verdict["classification"]) == ("resource_opted_out", "ANOMALY")
    assert [found["arn"] for found in payload["incident"]["resources"]] == [one.arn]
    sweep()
    assert reported() == []


def test_a_resource_that_is_there_again_is_looked_after_again(cloud: Cloud, gone: Resource) -> None:
    cloud.trail.append(deletion(**CLOUDFORMATION)["detail"])
    sweep()
    bucket("abc")
    sweep()
    assert not {"closed", "unseen_since"} & snapshot(gone.arn).keys()


def test_a_type_whose_deletion_no_event_tells_is_only_told(cloud: Cloud) -> None:
    one = security_group()
    sweep()
    client("ec2").delete_security_group(GroupId=one.id)
    cloud.set(DRIFT_GRACE_MINUTES="0")
    sweep()
    assert [event["detail"]["issue"] for event in reported()] == ["resource_vanished"]


def test_a_terminated_instance_is_found_though_its_tags_outlive_it(cloud: Cloud) -> None:
    one = instance(stopped=False)
    sweep()
    client("ec2").terminate_instances(InstanceIds=[one.id])
    items = [{"instanceId": one.id}]
    told = made_by("TerminateInstances", {"requestParameters.instancesSet.items": items})["detail"]
    cloud.trail.append({**told, "eventTime": iso(time.time() + 60)})
    cloud.set(DRIFT_GRACE_MINUTES="0")
    sweep()
    assert [event["detail"]["issue"] for event in reported()] == ["ec2_instance_terminated"]


def test_one_sweep_looks_for_a_bounded_number(cloud: Cloud) -> None:
    for number in range(60):
        arn = f"arn:aws:s3:::gone-{number}"
        one = Resource("AWS::S3::Bucket", f"gone-{number}", arn, "auto")
        snapshots.write(client("dynamodb"), SNAPSHOTS, one, {}, taken_at=iso(time.time()))
    sweep()
    assert len(searches(cloud)) == 50


def test_a_window_for_a_tag_holds_for_what_carried_it_when_it_was_deleted(cloud: Cloud) -> None:
    """A deleted resource has no tags but in its last snapshot."""
    client("ssm").put_parameter(Name="/app/host", Value="good", Type="String", Tags=tagging("auto", {"env": "test"}))
    sweep()
    client("ssm").delete_parameter(Name="/app/host")
    window = {"name": "always", "from": "00:00", "to": "00:00", "tags": {"env": "test"}}
    cloud.set_policy(maintenance={"windows": [window]})
    found = detected(cloud, made_by("DeleteParameter", {"requestParameters.name": "/app/host"}))
    assert found["blocked"]["reason"] == "MAINTENANCE"
