"""Redrive, stood in for: a machine that starts in the state that failed, with its input and a raised count."""

from cloud import RECOVERY_ROLE, Cloud
from left_behind import incident, lock, messages, tat
from machine import Machine, Run
from managed import impair, instance, instance_state, parameter, put_into_state, put_value, resource, values
from published import overwriting, stopping

from tasks.domain.knowledge.ssm import PARAMETER
from tasks.domain.payload import Resource
from tasks.runtime.clients import client

HOST = resource(PARAMETER, "/app/host")


def failed_at_undo(cloud: Cloud, machine: Machine) -> tuple[Resource, Run]:
    """A restore that did not help, undone and told; from now on it would."""
    one = instance()
    cloud.set(VERIFY_DEADLINE_MINUTES="0")
    impair(cloud)
    run = machine.run(stopping(one.id))
    machine.report(run)
    cloud.leave_alone()
    return one, run


def test_redriven_from_undo_it_recovers_again_and_heals(cloud: Cloud, machine: Machine) -> None:
    one, run = failed_at_undo(cloud, machine)
    again = machine.redrive(run)
    assert (again.status, again.outcome, instance_state(one)) == ("SUCCEEDED", "VERIFIED", "running")
    assert again.states[0] == "Undo"
    assert incident(again.incident_id)["workflow_state"] == "VERIFIED"
    assert incident(again.incident_id)["attempt"] == 1
    assert lock(one.arn)["state"] == "COOLDOWN"
    assert [subject.split(":")[0] for subject, _ in messages()] == ["[aiops] FAILED", "[aiops] VERIFIED"]


def test_redriven_in_vain_it_is_undone_and_told_each_time_then_heals(cloud: Cloud, machine: Machine) -> None:
    one, run = failed_at_undo(cloud, machine)
    token = tat()
    impair(cloud)
    for number in (2, 3):
        run = machine.redrive(run)
        assert (run.status, run.error, instance_state(one)) == ("FAILED", "NotHealed", "stopped")
        machine.report(run)
        assert (len(messages()), lock(one.arn), tat()) == (number, {}, token)
    cloud.leave_alone()
    assert machine.redrive(run).outcome == "VERIFIED"
    assert instance_state(one) == "running"


def test_redriven_from_recover_it_resumes_restoring_and_heals(cloud: Cloud, machine: Machine) -> None:
    """Recover catches every error, so only an abort or a timeout ends there."""
    done, slow = instance(), instance()
    put_into_state(slow, "stopping")
    arn = machine.start(stopping(done.id, slow.id))
    cloud.on_wait = lambda: client("stepfunctions").stop_execution(executionArn=arn)
    run = machine.ended(arn)
    assert (run.status, run.last[0]) == ("ABORTED", "Recover")
    machine.report(run)
    put_into_state(slow, "stopped")
    again = machine.redrive(run)
    assert (again.status, again.outcome) == ("SUCCEEDED", "VERIFIED")
    assert (instance_state(done), instance_state(slow)) == ("running", "running")


def test_redriven_from_verify_it_only_looks_again(cloud: Cloud, machine: Machine) -> None:
    parameter(HOST.id, "good", "bad")
    cloud.set(VERIFY_DEADLINE_MINUTES="not a number")
    run = machine.run(overwriting(HOST.id, 2))
    assert (run.status, run.last[0], run.error) == ("FAILED", "Verify", "MissingVariable")
    machine.report(run)
    cloud.set(VERIFY_DEADLINE_MINUTES="240")
    again = machine.redrive(run)
    assert (again.status, again.outcome) == ("SUCCEEDED", "VERIFIED")
    assert again.states == ["Verify", "Notify", "StoreMetrics", "Done"]
    assert values(HOST) == ["good", "bad", "good"]
    assert lock(HOST.arn)["state"] == "COOLDOWN"


def test_redriven_from_detect_it_starts_over_and_heals(cloud: Cloud, machine: Machine) -> None:
    parameter(HOST.id, "good", "bad")
    cloud.set(BURST="many")
    run = machine.run(overwriting(HOST.id, 2))
    assert (run.status, run.last[0]) == ("FAILED", "Detect")
    cloud.set(BURST="3")
    machine.report(run)
    assert machine.run(overwriting(HOST.id, 2)).outcome == "VERIFIED"


def test_a_resource_that_another_incident_took_meanwhile_is_left_to_it(cloud: Cloud, machine: Machine) -> None:
    one, run = failed_at_undo(cloud, machine)
    arn = machine.start(stopping(one.id, eventID="another"))
    machine.answer("approved")
    other = machine.ended(arn)
    assert other.outcome == "VERIFIED"
    again = machine.redrive(run)
    assert (again.status, again.outcome, instance_state(one)) == ("SUCCEEDED", "RESOURCE_BUSY", "running")
    assert lock(one.arn)["execution"] == other.arn


def test_the_kill_switch_holds_a_redrive_back_too(cloud: Cloud, machine: Machine) -> None:
    one, run = failed_at_undo(cloud, machine)
    cloud.switch("on")
    again = machine.redrive(run)
    assert (again.status, again.outcome, instance_state(one)) == ("SUCCEEDED", "KILL_SWITCH", "stopped")


def test_a_redrive_never_restores_over_what_somebody_wrote_meanwhile(cloud: Cloud, machine: Machine) -> None:
    """Whoever redrives, days later perhaps, need not know of it: a new execution makes a new plan."""
    parameter(HOST.id, "good", "bad")
    cloud.set(RECOVERY_ROLE_ARN="no ARN")
    run = machine.run(overwriting(HOST.id, 2))
    machine.report(run)
    put_value(HOST, "newer")
    cloud.set(RECOVERY_ROLE_ARN=RECOVERY_ROLE)
    again = machine.redrive(run)
    assert (again.status, again.error) == ("FAILED", "NotHealed")
    assert values(HOST) == ["good", "bad", "newer"]
