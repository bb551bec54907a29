"""Paths of the state machine that ask a person."""

import pytest
from by_hand import planned
from cloud import Cloud
from left_behind import incident, lock, messages
from machine import Machine, Run
from managed import instance, instance_state, parameter, put_value, resource, values
from published import changed, overwriting, stopping

from tasks.domain.knowledge.ssm import PARAMETER
from tasks.domain.payload import Resource

HOST = resource(PARAMETER, "/app/host", "approve")


def reviewed(machine: Machine, decision: str, plan_hash: str = "") -> tuple[Resource, Run]:
    one = instance("approve")
    arn = machine.start(stopping(one.id))
    machine.answer(decision, plan_hash)
    return one, machine.ended(arn)


def test_while_a_person_thinks_the_incident_waits_and_holds_its_lock(machine: Machine) -> None:
    one = instance("approve")
    arn = machine.start(stopping(one.id))
    question = machine.question()
    record = incident(question["pk"].removeprefix("REVIEW#"))
    assert (record["workflow_state"], lock(one.arn)["state"]) == ("WAITING_FOR_REVIEW", "HELD")
    assert instance_state(one) == "stopped"
    machine.answer("denied")
    machine.ended(arn)


def test_an_approved_plan_heals(machine: Machine) -> None:
    one, run = reviewed(machine, "approved")
    assert (run.status, run.outcome, instance_state(one)) == ("SUCCEEDED", "VERIFIED", "running")
    assert [subject.split(":")[0] for subject, _ in messages()] == ["[aiops] REVIEW", "[aiops] VERIFIED"]
    assert incident(run.incident_id)["review"]["decision"] == "approved"


@pytest.mark.parametrize(("decision", "plan_hash"), [("denied", ""), ("approved", "of another plan"), ("yes", "")])
def test_anything_but_the_approval_of_this_plan_changes_nothing(
    machine: Machine, decision: str, plan_hash: str
) -> None:
    one, run = reviewed(machine, decision, plan_hash)
    assert (run.status, run.outcome, instance_state(one)) == ("SUCCEEDED", "DENIED", "stopped")
    assert lock(one.arn) == {}
    assert messages()[-1][0].startswith("[aiops] DENIED")


def test_no_answer_in_time_means_no(cloud: Cloud, machine: Machine) -> None:
    """The same machine, started in RequestReview with a second to answer."""
    one = instance("approve")
    asked = planned(cloud, stopping(one.id))
    hurried = changed(asked, {("plan", "review_seconds"): 1})
    run = machine.ended(machine.start(hurried, at="RequestReview"))
    assert (run.status, run.outcome, instance_state(one)) == ("SUCCEEDED", "EXPIRED", "stopped")
    assert messages()[-1][0].startswith("[aiops] EXPIRED")
    assert lock(one.arn) == {}


def test_a_resource_that_changed_while_a_person_thought_is_not_overwritten(cloud: Cloud, machine: Machine) -> None:
    parameter(HOST.id, "good", "bad", autonomy="approve")
    arn = machine.start(overwriting(HOST.id, 2))
    machine.question()
    put_value(HOST, "meant")
    machine.answer("approved")
    run = machine.ended(arn)
    assert (run.status, run.error, values(HOST)[-1]) == ("FAILED", "NotHealed", "meant")
    assert "PlanChanged" in run.cause


def test_a_low_confidence_asks_first(cloud: Cloud, machine: Machine) -> None:
    cloud.set(CONFIDENCE_THRESHOLD="0.96")
    arn = machine.start(stopping(instance("auto").id))
    assert (
        "confidence 0.95 is below 0.96" in incident(machine.question()["pk"].removeprefix("REVIEW#"))["plan"]["reason"]
    )
    machine.answer("denied")
    machine.ended(arn)
