"""Plan: what is to be put back, from what is remembered and what is seen."""

import json

import pytest
from by_hand import call, planned
from cloud import SNAPSHOTS, Cloud
from managed import CLOSED, access_block, bucket, bucket_policy, instance, parameter, policy_of
from published import Json, on_bucket, overwriting, stopping

from tasks import plan
from tasks.domain.payload import Plan, Resource, load
from tasks.domain.planning import plan_hash
from tasks.resources import module
from tasks.runtime.clients import client
from tasks.store import snapshots

NAME = "/app/host"
TAKEN = "2026-02-28T12:00:00.000Z"


def remember(one: Resource) -> None:
    kind = module(one.type)
    state = kind.snapshot(client, one.id)
    snapshots.write(client("dynamodb"), SNAPSHOTS, one, state, taken_at=TAKEN)


def made(cloud: Cloud, event: Json) -> Json:
    plan: Json = planned(cloud, event)["plan"]
    return plan


def test_a_stopped_instance_is_to_be_started(cloud: Cloud) -> None:
    one = instance()
    plan = made(cloud, stopping(one.id))
    (step,) = plan["steps"]
    assert (step["resource"]["arn"], step["action"], step["undo"]) == (one.arn, "start_instance", "stop_instance")
    assert (step["target"], step["seen"]["state"], plan["autonomy"]) == ({"state": "running"}, "stopped", "auto")
    assert plan["review_seconds"] == 3600


def test_the_hash_is_that_of_the_steps(cloud: Cloud) -> None:
    plan = made(cloud, stopping(instance().id))
    assert plan["hash"] == plan_hash(load(Plan, plan).steps)


def test_planning_again_gives_the_same(cloud: Cloud) -> None:
    payload = planned(cloud, stopping(instance().id))
    assert call(plan.handler, payload) == payload["plan"]


def test_a_parameter_goes_back_to_its_last_good_version_past_several_bad_ones(cloud: Cloud) -> None:
    one = parameter(NAME, "first", "good")
    remember(one)
    for value in ("bad", "worse"):
        client("ssm").put_parameter(Name=NAME, Value=value, Overwrite=True)
    (step,) = made(cloud, overwriting(NAME, 4))["steps"]
    assert (step["target"]["version"], step["seen"]["version"]) == (2, 4)


def test_a_parameter_that_was_never_remembered_goes_back_by_one_version(cloud: Cloud) -> None:
    parameter(NAME, "good", "bad")
    (step,) = made(cloud, overwriting(NAME, 2))["steps"]
    assert step["target"] == {"version": 1}


def test_a_bucket_gets_its_remembered_block_back(cloud: Cloud) -> None:
    one = bucket("abc")
    remember(one)
    client("s3").delete_public_access_block(Bucket="abc")
    (step,) = made(cloud, on_bucket("DeleteBucketPublicAccessBlock", "abc"))["steps"]
    assert (step["action"], step["undo"]) == ("put_public_access_block", "none")
    assert step["target"]["public_access_block"] == CLOSED
    assert access_block(one) is None


def test_a_bucket_that_was_never_remembered_is_only_told(cloud: Cloud) -> None:
    bucket("abc", block=None)
    plan = made(cloud, on_bucket("DeleteBucketPublicAccessBlock", "abc"))
    assert (plan["steps"], plan["autonomy"]) == ([], "notify")
    assert "no good state of abc is known" in plan["reason"]


def test_a_deleted_policy_asks_first(cloud: Cloud) -> None:
    one = bucket("abc", policy=policy_of("abc"))
    remember(one)
    client("s3").delete_bucket_policy(Bucket="abc")
    plan = made(cloud, on_bucket("DeleteBucketPolicy", "abc"))
    assert (plan["autonomy"], bucket_policy(one)) == ("approve", None)


def test_a_resource_that_is_gone_by_now_gets_no_step(cloud: Cloud) -> None:
    one = instance()
    payload = planned(cloud, stopping(one.id))
    client("ec2").terminate_instances(InstanceIds=[one.id])
    assert call(plan.handler, payload)["steps"] == []


def test_what_has_healed_by_itself_gets_no_plan(cloud: Cloud) -> None:
    one = instance(stopped=False)
    assert made(cloud, stopping(one.id))["autonomy"] == "none"


def test_an_accepted_change_since_the_snapshot_asks_first(cloud: Cloud) -> None:
    one = parameter(NAME, "good")
    remember(one)
    client("ssm").put_parameter(Name=NAME, Value="meant", Overwrite=True)
    snapshots.mark_accepted(client("dynamodb"), SNAPSHOTS, one.arn, at="2026-02-28T13:00:00.000Z")
    client("ssm").put_parameter(Name=NAME, Value="bad", Overwrite=True)
    plan = made(cloud, overwriting(NAME, 3))
    assert plan["autonomy"] == "approve"
    assert "changed by an accepted actor" in plan["reason"]


@pytest.mark.parametrize("tag", ["auto", "approve", "notify"])
def test_the_tag_of_the_resource_limits_the_plan(cloud: Cloud, tag: str) -> None:
    assert made(cloud, stopping(instance(tag).id))["autonomy"] == tag


@pytest.mark.parametrize(
    "deny", [{"actions": ["start_instance"]}, {"resources": ["arn:aws:ec2:*"]}], ids=lambda deny: next(iter(deny))
)
def test_what_the_policy_denies_gets_no_step(cloud: Cloud, deny: Json) -> None:
    cloud.set_policy(deny=deny)
    plan = made(cloud, stopping(instance().id))
    assert (plan["steps"], plan["autonomy"]) == ([], "notify")


def test_a_low_confidence_asks_first(cloud: Cloud) -> None:
    cloud.set(CONFIDENCE_THRESHOLD="0.96")
    assert made(cloud, stopping(instance().id))["autonomy"] == "approve"


def test_no_value_of_a_parameter_stands_in_a_plan(cloud: Cloud) -> None:
    parameter(NAME, "canary-good", "canary-bad", Type="SecureString")
    assert "canary" not in json.dumps(made(cloud, overwriting(NAME, 2)))
