"""TakeSnapshots: the good state of managed resources is remembered."""

import pytest
from by_hand import call
from cloud import SNAPSHOTS, Cloud
from left_behind import everything, snapshot
from managed import CLOSED, bucket, instance, parameter, security_group
from published import call as trail
from published import on_bucket
from sweeping import findings, sweep

from tasks import take_snapshots
from tasks.runtime.clients import client


def test_every_managed_resource_is_remembered_and_no_other(cloud: Cloud) -> None:
    seen = [bucket("abc"), instance("approve", stopped=False), parameter("/app/host", "good", autonomy="notify")]
    bucket("unmanaged", autonomy=""), instance(""), parameter("/app/other", "x", autonomy="")
    bucket("odd", autonomy="yes")
    assert sweep() == {"resources": 3}
    kept = {one["resource_arn"]: one for one in everything(SNAPSHOTS)}
    assert kept.keys() == {one.arn for one in seen}
    assert [kept[one.arn]["autonomy"] for one in seen] == ["auto", "approve", "notify"]
    assert kept[seen[0].arn]["state"]["public_access_block"] == CLOSED


def test_sweeping_again_keeps_what_is_as_remembered(cloud: Cloud) -> None:
    one = bucket("abc")
    sweep()
    before = snapshot(one.arn)
    sweep()
    assert snapshot(one.arn) == before
    assert findings(cloud) == {one.arn: "KEEP"}


CREATED: list[tuple[str, str, str]] = [
    ("RunInstances", "responseElements.instancesSet.items", "instance"),
    ("CreateTags", "requestParameters.resourcesSet.items", "instance"),
    ("AddTagsToResource", "requestParameters.resourceId", "parameter"),
    ("PutParameter", "requestParameters.name", "parameter"),
    ("CreateBucket", "requestParameters.bucketName", "bucket"),
    ("PutBucketTagging", "requestParameters.bucketName", "bucket"),
]


@pytest.mark.parametrize(("name", "path", "kind"), CREATED, ids=[row[0] for row in CREATED])
def test_a_resource_is_remembered_as_soon_as_it_appears_or_opts_in(
    cloud: Cloud, name: str, path: str, kind: str
) -> None:
    one = (
        instance(stopped=False)
        if kind == "instance"
        else parameter("/a", "x")
        if kind == "parameter"
        else bucket("abc")
    )
    other = bucket("other")
    key = {"RunInstances": "instanceId", "CreateTags": "resourceId"}.get(name)
    event = trail(name, {path: [{key: one.id}] if key else one.id})
    assert call(take_snapshots.handler, event) == {"resources": 1}
    assert snapshot(one.arn)["resource_id"] == one.id
    assert snapshot(other.arn) == {}


def test_one_call_may_opt_in_resources_of_several_types(cloud: Cloud) -> None:
    """What of it is of no known type is passed over."""
    seen = [instance(stopped=False), security_group()]
    tagged = [{"resourceId": one.id} for one in seen] + [{"resourceId": "vol-0123456789abcdef0"}]
    assert call(take_snapshots.handler, trail("CreateTags", {"requestParameters.resourcesSet.items": tagged})) == {
        "resources": 2
    }
    assert {one["resource_arn"] for one in everything(SNAPSHOTS)} == {one.arn for one in seen}


def test_a_resource_that_appears_without_opting_in_is_not_remembered(cloud: Cloud) -> None:
    bucket("abc", autonomy="")
    assert call(take_snapshots.handler, on_bucket("CreateBucket", "abc")) == {"resources": 0}
    assert everything(SNAPSHOTS) == []


def test_a_resource_that_is_gone_is_passed_over(cloud: Cloud) -> None:
    one = instance(stopped=False)
    client("ec2").terminate_instances(InstanceIds=[one.id])
    sweep()
    assert everything(SNAPSHOTS) == []


def test_no_value_of_a_parameter_is_remembered(cloud: Cloud) -> None:
    parameter("/app/secret", "canary-1", Type="SecureString")
    sweep()
    assert "canary" not in str(everything(SNAPSHOTS)) + cloud.log()
