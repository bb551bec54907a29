"""Paths of the state machine that act."""

import json
import time
from types import SimpleNamespace

import pytest
from alarms import alarm
from by_hand import call
from cloud import Cloud
from left_behind import incident, lock, messages, patterns, reported
from machine import Machine
from managed import (
    CLOSED,
    access_block,
    bucket,
    bucket_policy,
    impair,
    instance,
    instance_state,
    parameter,
    policy_of,
    put_into_state,
    resource,
    values,
)
from moto.ec2.models import ec2_backends
from published import ACCOUNT, REGION, on_bucket, overwriting, sample, stopping

from tasks import take_snapshots, verify
from tasks.domain.knowledge.ssm import PARAMETER
from tasks.runtime.clients import client

HOST = resource(PARAMETER, "/app/host")
HEALING = [
    "Detect",
    "CheckBlocked",
    "Analyze",
    "CheckSeverity",
    "Plan",
    "CheckApproval",
    "Recover",
    "CheckRestored",
    "Verify",
    "Notify",
    "StoreMetrics",
    "Done",
]


def top(states: list[str]) -> list[str]:
    return [state for state in states if state not in ("Restore", "Record")]


def test_a_stopped_instance_is_started(machine: Machine) -> None:
    one = instance()
    run = machine.run(stopping(one.id))
    assert (run.status, run.outcome, instance_state(one)) == ("SUCCEEDED", "VERIFIED", "running")
    assert top(run.states) == HEALING
    assert {"Restore", "Record"} < set(run.states)


def test_an_overwritten_parameter_gets_its_value_back(machine: Machine) -> None:
    parameter(HOST.id, "good", "bad")
    assert machine.run(overwriting(HOST.id, 2)).outcome == "VERIFIED"
    assert values(HOST) == ["good", "bad", "good"]


def test_a_bucket_gets_its_access_block_back(machine: Machine) -> None:
    one = bucket("abc")
    call(take_snapshots.handler, {})
    client("s3").delete_public_access_block(Bucket="abc")
    assert machine.run(on_bucket("DeleteBucketPublicAccessBlock", "abc")).outcome == "VERIFIED"
    assert access_block(one) == CLOSED


def test_a_bucket_that_was_opened_gets_its_policy_back(machine: Machine) -> None:
    one = bucket("abc", policy=policy_of("abc"))
    call(take_snapshots.handler, {})
    opening = policy_of("abc", "*")
    client("s3").put_bucket_policy(Bucket="abc", Policy=json.dumps(opening))
    event = on_bucket("PutBucketPolicy", "abc", **{"requestParameters.bucketPolicy": opening})
    assert machine.run(event).outcome == "VERIFIED"
    assert bucket_policy(one) == policy_of("abc")


def test_an_instance_that_stopped_by_itself_is_started(machine: Machine) -> None:
    one = instance()
    inside = sample("ec2_instance_state_change", {"detail.instance-id": one.id})
    ec2_backends[ACCOUNT][REGION].get_instance(one.id).state_reason.code = "Client.InstanceInitiatedShutdown"
    assert machine.run(inside).outcome == "VERIFIED"
    assert instance_state(one) == "running"


def test_what_the_sweep_finds_is_healed(cloud: Cloud, machine: Machine) -> None:
    one = bucket("abc")
    call(take_snapshots.handler, {})
    client("s3").delete_public_access_block(Bucket="abc")
    cloud.set(DRIFT_GRACE_MINUTES="0")
    call(take_snapshots.handler, {})
    (drift,) = reported()
    assert machine.run({**drift, "account": ACCOUNT, "region": REGION}).outcome == "VERIFIED"
    assert access_block(one) == CLOSED


def test_a_healed_incident_leaves_record_message_cooldown_and_pattern(machine: Machine) -> None:
    parameter(HOST.id, "good", "bad")
    run = machine.run(overwriting(HOST.id, 2))
    record = incident(run.incident_id)
    assert (record["workflow_state"], record["analysis"]["severity"]) == ("VERIFIED", "high")
    assert record["recovery"]["steps"][0]["after"]["version"] == 3
    assert lock(HOST.arn)["state"] == "COOLDOWN"
    assert [subject for subject, _ in messages()] == ["[aiops] VERIFIED: ssm_parameter_overwritten on /app/host"]
    assert [one["seen"] for one in patterns()] == [1]


def test_verify_waits_with_growing_pauses_until_the_resource_is_healthy(cloud: Cloud, machine: Machine) -> None:
    one = instance()
    impair(cloud)
    cloud.on_wait = lambda: cloud.leave_alone() if len(cloud.waits) == 4 else None
    run = machine.run(stopping(one.id))
    assert run.outcome == "VERIFIED"
    assert cloud.waits == [5, 7.5, 11.25, 16.875]
    assert run.states.count("Verify") == 1


def test_verify_waits_until_what_may_fail_again_has_stayed_healthy(
    cloud: Cloud, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Verify's clock runs by the machine's waits; in the third the instance falls ill, in the fourth it is well."""
    monkeypatch.setattr(verify, "time", SimpleNamespace(time=lambda: time.time() + sum(cloud.waits)))
    cloud.set(SETTLE_SECONDS="300")
    one = instance()
    flapping = {3: lambda: impair(cloud), 4: cloud.leave_alone}
    cloud.on_wait = lambda: flapping.get(len(cloud.waits), lambda: None)()
    assert machine.run(stopping(one.id)).outcome == "VERIFIED"
    assert sum(cloud.waits[4:]) >= 120 > sum(cloud.waits[4:-1])


def test_a_success_with_alarms_ringing_since_is_told_as_such_and_cools_down(machine: Machine) -> None:
    parameter(HOST.id, "good", "bad")
    alarm("queue-long", "else", ago=-60)
    run = machine.run(overwriting(HOST.id, 2))
    assert (run.status, run.outcome) == ("SUCCEEDED", "VERIFIED_WITH_SIDE_EFFECTS")
    ((subject, body),) = messages()
    assert subject.startswith("[aiops] VERIFIED_WITH_SIDE_EFFECTS: ")
    assert "rings     since the restore, elsewhere: queue-long" in body
    assert lock(HOST.arn)["state"] == "COOLDOWN"
    assert incident(run.incident_id)["verification"]["alarms"]["elsewhere"] == ["queue-long"]


def test_restore_waits_while_a_step_takes_time(cloud: Cloud, machine: Machine) -> None:
    one = instance()
    put_into_state(one, "stopping")
    cloud.on_wait = lambda: put_into_state(one, "stopped") if len(cloud.waits) == 2 else None
    assert machine.run(stopping(one.id)).outcome == "VERIFIED"
    assert (cloud.waits, instance_state(one)) == ([5, 7.5], "running")


def test_some_of_several_resources_healed_is_partial(cloud: Cloud, machine: Machine) -> None:
    healthy, broken = instance(), instance()
    cloud.set(VERIFY_DEADLINE_MINUTES="0")
    impair(cloud, broken.id)
    run = machine.run(stopping(healthy.id, broken.id))
    assert (run.status, run.outcome) == ("SUCCEEDED", "PARTIAL")
    assert f"PARTIAL, but {broken.arn}: system status is impaired" in messages()[0][1]


def test_a_topic_that_is_gone_does_not_fail_a_healed_incident(machine: Machine) -> None:
    parameter(HOST.id, "good", "bad")
    client("sns").delete_topic(TopicArn="arn:aws:sns:us-east-1:123456789012:aiops")
    run = machine.run(overwriting(HOST.id, 2))
    assert (run.status, run.outcome) == ("SUCCEEDED", "VERIFIED")
    assert incident(run.incident_id)["workflow_state"] == "VERIFIED"


def test_of_several_resources_the_unmanaged_one_is_left_alone(machine: Machine) -> None:
    managed, unmanaged = instance(), instance("")
    assert machine.run(stopping(managed.id, unmanaged.id)).outcome == "VERIFIED"
    assert (instance_state(managed), instance_state(unmanaged)) == ("running", "stopped")
    assert f"Left out:   {unmanaged.arn}: UNMANAGED" in messages()[0][1]
