"""What whole executions leave in logs, records, messages and their own history."""

import json
from collections.abc import Callable

import pytest
from by_hand import call
from cloud import CLAIMS, INCIDENTS, PATTERNS, SNAPSHOTS, Cloud
from left_behind import everything, messages
from machine import Machine, Run
from managed import instance, parameter, put_value, resource, values
from published import Json, overwriting, stopping

from tasks import take_snapshots
from tasks.domain.incident import understand
from tasks.domain.knowledge.ssm import PARAMETER

SECRET = resource(PARAMETER, "/app/secret")
GOOD, BAD, WORSE = "canary-good", "canary-bad", "canary-worse"
EVENT = overwriting(SECRET.id, 2)
Story = Callable[[Cloud, Machine], list[Run]]


def written(cloud: Cloud, runs: list[Run]) -> str:
    """Everything that was written down anywhere."""
    tables = [everything(table) for table in (INCIDENTS, CLAIMS, PATTERNS, SNAPSHOTS)]
    return "\n".join([cloud.log(), str(tables), str(messages()), *(run.history for run in runs)])


def healed(cloud: Cloud, machine: Machine) -> list[Run]:
    return [machine.run(EVENT)]


def undone_and_redriven(cloud: Cloud, machine: Machine) -> list[Run]:
    cloud.set(VERIFY_DEADLINE_MINUTES="0")
    cloud.interfere("ssm", "after-call.ssm.DescribeParameters", not_what_was_put)
    run = machine.run(EVENT)
    assert "put_replaced_version done" in run.cause
    machine.report(run)
    cloud.leave_alone()
    return [run, machine.redrive(run)]


def not_what_was_put(parsed: Json, **_: object) -> None:
    """Version 3 is the one that Restore puts: Verify, which looks after it, sees another."""
    newest = parsed["Parameters"][-1]
    newest["Version"] += newest["Version"] == 3


def changed_while_asked(cloud: Cloud, machine: Machine) -> list[Run]:
    cloud.set(CONFIDENCE_THRESHOLD="0.99")
    arn = machine.start(EVENT)
    machine.question()
    put_value(SECRET, WORSE, Type="SecureString")
    machine.answer("approved")
    run = machine.ended(arn)
    machine.report(run)
    return [run]


@pytest.mark.parametrize("story", [healed, undone_and_redriven, changed_while_asked])
def test_no_value_of_a_parameter_is_written_down_anywhere(cloud: Cloud, machine: Machine, story: Story) -> None:
    parameter(SECRET.id, GOOD, Type="SecureString")
    call(take_snapshots.handler, {})
    put_value(SECRET, BAD, Type="SecureString")
    runs = story(cloud, machine)
    assert SECRET.id in written(cloud, runs)
    assert "canary" not in written(cloud, runs)
    assert values(SECRET)[:2] == [GOOD, BAD]


def test_every_log_line_of_an_execution_carries_the_incident_id(cloud: Cloud, machine: Machine) -> None:
    one, secret = instance(), parameter(SECRET.id, GOOD, BAD)
    events = [stopping(one.id), overwriting(secret.id, 2), overwriting("*", 2), overwriting("/app/unmanaged", 2)]
    for event in events:
        before = len(cloud.log().splitlines())
        run = machine.run(event)
        lines = [json.loads(line) for line in cloud.log().splitlines()[before:]]
        assert {line.get("correlation_id") for line in lines} == {run.incident_id}
        assert "ended" in {line["message"] for line in lines}


def test_a_failing_execution_logs_under_the_incident_id_too(cloud: Cloud, machine: Machine) -> None:
    parameter(SECRET.id, GOOD, BAD)
    cloud.set(RECOVERY_ROLE_ARN="no ARN")
    machine.report(machine.run(EVENT))
    lines = [json.loads(line) for line in cloud.log().splitlines()]
    assert {line.get("correlation_id") for line in lines} == {understand(EVENT).id}
    assert "not healed" in {line["message"] for line in lines}


def test_what_only_deciding_needs_goes_no_further_than_the_plan_and_stays_in_the_record(
    cloud: Cloud, machine: Machine
) -> None:
    """Each state's input is logged several times over, and paid for."""
    parameter(SECRET.id, GOOD, BAD)
    run = machine.run(EVENT)
    entered = [one["stateEnteredEventDetails"] for one in json.loads(run.history) if "stateEnteredEventDetails" in one]
    inputs = {one["name"]: json.loads(one["input"]) for one in entered}
    assert {"facts", "grounds"} <= inputs["Plan"]["incident"].keys()
    for state in ("Restore", "Record", "Verify", "Notify", "StoreMetrics"):
        assert inputs[state]["incident"].keys() == inputs["Plan"]["incident"].keys() - {"facts", "grounds"}, state
    (record,) = everything(INCIDENTS)
    assert record["incident"] == inputs["Plan"]["incident"]
