"""Verify: the resources themselves say whether they are healthy."""

import json
import time
from typing import Any

import pytest
from by_hand import call, planned, restored
from cloud import CLAIMS, Cloud
from left_behind import everything, snapshot
from managed import CLOSED, bucket, instance, parameter, policy_of, put_value, resource
from published import Json, changed, on_bucket, overwriting, stopping
from sweeping import sweep

from tasks import verify
from tasks.domain.errors import NotRecovered, NotYetHealthy
from tasks.domain.knowledge.ssm import PARAMETER
from tasks.domain.payload import Plan, Resource, load
from tasks.domain.planning import plan_hash
from tasks.runtime.clients import client
from tasks.store import steps

HOST = resource(PARAMETER, "/app/host")


@pytest.fixture
def payload(cloud: Cloud) -> Json:
    """What Verify gets about a restored parameter."""
    parameter(HOST.id, "good", "bad")
    return restored(planned(cloud, overwriting(HOST.id, 2)))


def verified(payload: Json) -> Json:
    return call(verify.handler, payload)


def restored_at(payload: Json, ago: float) -> Json:
    return changed(payload, {("recovery", "restored_at"): time.time() - ago})


def test_a_healthy_resource_is_verified_and_remembered_as_good(payload: Json) -> None:
    result = verified(payload)
    assert (result["outcome"], result["wrong"]) == ("VERIFIED", {})
    assert result["checked_at"] == pytest.approx(time.time(), abs=60)
    assert snapshot(HOST.arn)["state"]["version"] == 3


def test_verifying_twice_says_the_same(payload: Json) -> None:
    assert [verified(payload)["outcome"] for _ in range(2)] == ["VERIFIED"] * 2


def test_what_else_was_done_to_a_resource_is_not_taken_for_good(cloud: Cloud) -> None:
    """Two faults at once: one is healed, the other stays for the sweep to find."""
    one = bucket("abc", block=CLOSED, policy=policy_of("abc"))
    sweep()
    before = snapshot(one.arn)
    client("s3").put_bucket_policy(Bucket="abc", Policy=json.dumps(policy_of("abc", "*")))
    client("s3").delete_public_access_block(Bucket="abc")
    assert verified(restored(planned(cloud, on_bucket("DeleteBucketPublicAccessBlock", "abc"))))["wrong"] == {}
    assert snapshot(one.arn) == before
    assert "not remembered as good" in cloud.log()


def test_before_its_deadline_an_unhealthy_resource_is_not_yet_healthy(payload: Json) -> None:
    put_value(HOST, "bad again")
    with pytest.raises(NotYetHealthy, match="version 4 stands where version 3 was put"):
        verified(restored_at(payload, 119))
    assert everything("aiops-snapshots") == []


def test_past_its_deadline_it_is_not_recovered(payload: Json) -> None:
    put_value(HOST, "bad again")
    with pytest.raises(NotRecovered, match=HOST.arn):
        verified(restored_at(payload, 121))


def test_the_deadline_is_the_resources_own_at_most_the_configured_one(cloud: Cloud) -> None:
    one = instance()
    payload = restored(planned(cloud, stopping(one.id)))
    client("ec2").stop_instances(InstanceIds=[one.id])
    for minutes, ago, error in (("240", 800, NotYetHealthy), ("240", 901, NotRecovered), ("1", 61, NotRecovered)):
        cloud.set(VERIFY_DEADLINE_MINUTES=minutes)
        with pytest.raises(error):
            verified(restored_at(payload, ago))


def two(cloud: Cloud) -> tuple[Any, Any, Json]:
    """Two restored instances, of which the second is stopped again."""
    healthy, broken = instance(), instance()
    payload = restored(planned(cloud, stopping(healthy.id, broken.id)))
    client("ec2").stop_instances(InstanceIds=[broken.id])
    return healthy, broken, payload


def test_some_of_several_resources_are_waited_for_then_partial(cloud: Cloud) -> None:
    healthy, broken, payload = two(cloud)
    with pytest.raises(NotYetHealthy, match="the instance is stopped"):
        verified(payload)
    result = verified(restored_at(payload, 1000))
    assert (result["outcome"], result["wrong"]) == ("PARTIAL", {broken.arn: "the instance is stopped"})
    assert (snapshot(healthy.arn)["state"]["state"], snapshot(broken.arn)) == ("running", {})


def test_a_resource_that_vanished_is_not_healthy(payload: Json) -> None:
    client("ssm").delete_parameter(Name=HOST.id)
    with pytest.raises(NotRecovered, match="the parameter is gone"):
        verified(restored_at(payload, 1000))


def well_since(payload: Json, one: Resource, ago: float) -> None:
    """Let the first look at the healthy resource have been some time ago."""
    since = {one.arn: time.time() - ago}
    steps.mark_well(client("dynamodb"), CLAIMS, payload["execution"], payload["attempt"], since=since, now=0)


def test_what_may_fail_again_is_healed_once_it_has_stayed_healthy_for_a_while(cloud: Cloud) -> None:
    cloud.set(SETTLE_SECONDS="300")
    one = instance()
    payload = restored(planned(cloud, stopping(one.id)))
    for _ in range(2):
        with pytest.raises(NotYetHealthy, match="healthy for 0 of 120 s only"):
            verified(payload)
    well_since(payload, one, 121)
    assert verified(payload)["outcome"] == "VERIFIED"


def test_what_fails_again_meanwhile_must_stay_healthy_anew(cloud: Cloud) -> None:
    cloud.set(SETTLE_SECONDS="60")
    one = instance()
    payload = restored(planned(cloud, stopping(one.id)))
    well_since(payload, one, 59)
    client("ec2").stop_instances(InstanceIds=[one.id])
    with pytest.raises(NotYetHealthy, match="the instance is stopped"):
        verified(payload)
    client("ec2").start_instances(InstanceIds=[one.id])
    with pytest.raises(NotYetHealthy, match="healthy for 0 of 60 s only"):
        verified(payload)


def test_resources_of_different_types_are_each_verified_by_their_own(cloud: Cloud) -> None:
    """One plan, an instance and a parameter; the parameter is overwritten again."""
    one = instance()
    parameter(HOST.id, "good", "bad")
    hosts, values = planned(cloud, stopping(one.id)), planned(cloud, overwriting(HOST.id, 2))
    both = [*hosts["plan"]["steps"], *values["plan"]["steps"]]
    hashed = plan_hash(load(Plan, {**hosts["plan"], "steps": both}).steps)
    payload = restored(changed(hosts, {("plan", "steps"): both, ("plan", "hash"): hashed}))
    assert verified(payload)["outcome"] == "VERIFIED"
    put_value(HOST, "bad again")
    result = verified(restored_at(payload, 1000))
    assert (result["outcome"], list(result["wrong"])) == ("PARTIAL", [HOST.arn])
