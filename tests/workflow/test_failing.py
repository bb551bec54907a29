"""Paths of the state machine that end red: undone, told, free to be tried again."""

import json
import time
from types import SimpleNamespace

import pytest
from alarms import alarm, measured
from by_hand import call, planned
from cloud import Cloud
from left_behind import everything, incident, lock, messages, sessions
from machine import Machine
from managed import (
    CLOSED,
    access_block,
    bucket,
    impair,
    instance,
    instance_state,
    parameter,
    policy_of,
    put_into_state,
    resource,
    values,
)
from published import changed, on_bucket, overwriting, stopping

from tasks import take_snapshots, verify
from tasks.domain.knowledge.ssm import PARAMETER
from tasks.runtime.clients import client

HOST = resource(PARAMETER, "/app/host")


def test_a_restore_that_does_not_help_is_undone_and_fails(cloud: Cloud, machine: Machine) -> None:
    one = instance()
    cloud.set(VERIFY_DEADLINE_MINUTES="0")
    impair(cloud)
    run = machine.run(stopping(one.id))
    assert (run.status, run.error, instance_state(one)) == ("FAILED", "NotHealed", "stopped")
    assert run.states[-2:] == ["Verify", "Undo"]
    assert "NotRecovered" in run.cause
    assert "stop_instance done" in run.cause


def test_a_restore_that_leaves_its_alarm_ringing_on_fresh_data_is_undone(
    cloud: Cloud, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Verify's clock runs by the machine's waits; the instance itself is healthy all the time."""
    monkeypatch.setattr(verify, "time", SimpleNamespace(time=lambda: time.time() + sum(cloud.waits)))
    one = instance()
    alarm("cpu-high", one.id, ago=600)
    measured(9, one.id, ago=-120)
    by_alarm = changed(planned(cloud, stopping(one.id)), {("incident", "trigger"): "cpu-high"})
    run = machine.ended(machine.start(by_alarm, at="Recover"))
    assert (run.status, run.error, instance_state(one)) == ("FAILED", "NotHealed", "stopped")
    assert "cpu-high: the alarm that started it still rings" in run.cause
    assert sum(cloud.waits) >= 900


def test_a_failed_execution_is_told_and_frees_its_resource(cloud: Cloud, machine: Machine) -> None:
    one = instance()
    cloud.set(VERIFY_DEADLINE_MINUTES="0")
    impair(cloud)
    run = machine.run(stopping(one.id))
    machine.report(run)
    assert incident(run.incident_id)["workflow_state"] == "FAILED"
    assert lock(one.arn) == {}
    ((subject, body),) = messages()
    assert subject == f"[aiops] FAILED: ec2_instance_stopped on {one.id}"
    assert "stop_instance done" in body


def test_a_failed_incident_can_be_started_anew_asks_and_heals(cloud: Cloud, machine: Machine) -> None:
    """The console's "New execution" with the same input; it asks, for it may be a late second delivery too."""
    one = instance()
    cloud.set(VERIFY_DEADLINE_MINUTES="0")
    impair(cloud)
    machine.report(machine.run(stopping(one.id)))
    cloud.leave_alone()
    arn = machine.start(stopping(one.id))
    question = machine.question()
    reason = incident(question["pk"].removeprefix("REVIEW#"))["plan"]["reason"]
    assert "has earned approve in the environment default: a fix of it did not help" in reason
    machine.answer("approved")
    assert machine.ended(arn).outcome == "VERIFIED"


def test_a_resource_that_never_becomes_healthy_is_polled_sixty_times_then_undone(
    cloud: Cloud, machine: Machine
) -> None:
    one = instance()
    impair(cloud)
    run = machine.run(stopping(one.id))
    assert (run.status, run.error, len(cloud.waits), max(cloud.waits)) == ("FAILED", "NotHealed", 60, 300)
    assert instance_state(one) == "stopped"


def test_a_closed_exposure_stays_closed_though_the_bucket_is_still_open_elsewhere(
    cloud: Cloud, machine: Machine
) -> None:
    one = bucket("abc", policy=policy_of("abc"), block={**CLOSED, "RestrictPublicBuckets": False})
    call(take_snapshots.handler, {})
    client("s3").delete_public_access_block(Bucket="abc")
    client("s3").put_bucket_policy(Bucket="abc", Policy=json.dumps(policy_of("abc", "*")))
    cloud.set(VERIFY_DEADLINE_MINUTES="0")
    run = machine.run(on_bucket("DeleteBucketPublicAccessBlock", "abc"))
    assert (run.status, "still open: policy statement Read" in run.cause) == ("FAILED", True)
    assert access_block(one) == {**CLOSED, "RestrictPublicBuckets": False}
    assert len(sessions()) == 1


def test_a_plan_that_breaks_at_its_second_step_is_undone_at_its_first(cloud: Cloud, machine: Machine) -> None:
    one, two = instance(), instance()
    put_into_state(two, "stopping")
    cloud.on_wait = lambda: put_into_state(two, "terminated")
    run = machine.run(stopping(one.id, two.id))
    assert (run.status, run.error, instance_state(one)) == ("FAILED", "NotHealed", "stopped")
    assert "is terminated and cannot be started" in run.cause
    assert "Verify" not in run.states


def test_an_assumed_role_that_is_refused_changes_nothing_and_fails(cloud: Cloud, machine: Machine) -> None:
    """The error of an AWS call is caught by Recover's States.ALL."""
    parameter(HOST.id, "good", "bad")
    cloud.set(RECOVERY_ROLE_ARN="no ARN")
    run = machine.run(overwriting(HOST.id, 2))
    assert (run.status, run.states[-1], values(HOST)) == ("FAILED", "Undo", ["good", "bad"])


MISSING: list[tuple[str, str]] = [
    ("KILL_SWITCH", "Detect"),
    ("PATTERNS_TABLE", "Detect"),
    ("SNAPSHOTS_TABLE", "Plan"),
    ("COOLDOWN_MINUTES", "StoreMetrics"),
]


@pytest.mark.parametrize(("variable", "state"), MISSING)
def test_a_task_that_breaks_fails_the_execution_where_it_broke(
    cloud: Cloud, machine: Machine, variable: str, state: str
) -> None:
    parameter(HOST.id, "good", "bad")
    cloud.set(**{variable: "does-not-exist"})
    run = machine.run(overwriting(HOST.id, 2))
    assert (run.status, run.last[0]) == ("FAILED", state)
    machine.report(run)
    (record,) = everything("aiops-incidents")
    assert (record["workflow_state"], record["failure"]["error"]) == ("FAILED", run.error)
    assert lock(HOST.arn) == {}
    assert len(messages()) == (2 if state == "StoreMetrics" else 1)


@pytest.mark.parametrize("status", ["ABORTED", "TIMED_OUT"])
def test_an_aborted_or_timed_out_execution_is_told_and_frees_its_resource(
    cloud: Cloud, machine: Machine, status: str
) -> None:
    one = instance()
    put_into_state(one, "stopping")
    arn = machine.start(stopping(one.id))
    cloud.on_wait = lambda: client("stepfunctions").stop_execution(executionArn=arn)
    run = machine.ended(arn)
    assert run.status == "ABORTED"
    cloud.executions[arn] = {"status": status}
    machine.report(run)
    assert f"Failed:     {status}" in messages()[0][1]
    assert lock(one.arn) == {}
