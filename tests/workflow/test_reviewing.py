"""Paths of the state machine that ask a person."""

import json
from typing import Any

import pytest
import yaml
from by_hand import call, planned
from cloud import ROOT, Cloud
from left_behind import incident, lock, messages
from machine import Machine, Run
from managed import bucket, instance, instance_state, parameter, put_value, resource, values
from published import Json, changed, on_bucket, overwriting, stopping

from tasks import take_snapshots
from tasks.domain.knowledge.s3 import BUCKET
from tasks.domain.knowledge.ssm import PARAMETER
from tasks.domain.payload import Resource
from tasks.resources import module
from tasks.runtime.clients import client

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


def test_an_approval_of_a_part_restores_that_part_and_tells_what_was_left_out(machine: Machine) -> None:
    one, other = instance("approve"), instance("approve")
    arn = machine.start(stopping(one.id, other.id))
    machine.answer("approved", steps=[1], by="arn:of:somebody")
    run = machine.ended(arn)
    assert (run.outcome, instance_state(one), instance_state(other)) == ("VERIFIED", "stopped", "running")
    record, (_, body) = incident(run.incident_id), messages()[-1]
    assert [step["resource"]["id"] for step in record["plan"]["steps"]] == [other.id]
    assert (record["review"]["by"], record["review"]["left_out"]) == ("arn:of:somebody", [one.id])
    assert record["review"]["plan_hash"] == record["plan"]["hash"] != record["review"]["asked_hash"]
    assert f"Answered:   approved, by arn:of:somebody, without {one.id}" in body


@pytest.mark.parametrize("wider", [{"steps": [0, 1]}, {"steps": [7]}, {"steps": "all"}, {"steps": []}])
def test_an_answer_that_names_other_steps_changes_nothing(machine: Machine, wider: Json) -> None:
    """Whoever may send the answer in the console may send any JSON."""
    one = instance("approve")
    arn = machine.start(stopping(one.id))
    machine.answer("approved", **wider)
    run = machine.ended(arn)
    assert (run.outcome, instance_state(one)) == ("DENIED", "stopped")
    assert "the answer names" in messages()[-1][1]


def test_nothing_else_in_an_answer_reaches_the_workflow(machine: Machine) -> None:
    one, mine = instance("approve"), instance("")
    arn = machine.start(stopping(one.id))
    step = {**incident(machine.question()["pk"].removeprefix("REVIEW#"))["plan"]["steps"][0], "action": "evil"}
    machine.answer(
        "approved", plan={"steps": [step]}, incident={"id": "x"}, review={"decision": "approved"}, recovery={}
    )
    run = machine.ended(arn)
    assert (run.outcome, instance_state(one), instance_state(mine)) == ("VERIFIED", "running", "stopped")
    assert incident(run.incident_id)["review"].keys() == {"decision", "by", "plan_hash", "asked_hash", "left_out"}


@pytest.mark.parametrize("answer", ["approved", 7, None, ["approved"], {}])
def test_an_answer_that_is_no_answer_means_no(machine: Machine, answer: Any) -> None:
    one = instance("approve")
    arn = machine.start(stopping(one.id))
    client("stepfunctions").send_task_success(taskToken=machine.question()["token"], output=json.dumps(answer))
    run = machine.ended(arn)
    assert (run.status, run.outcome, instance_state(one)) == ("SUCCEEDED", "DENIED", "stopped")


def test_a_step_that_risks_data_asks_first_whatever_policy_and_tag_say(cloud: Cloud, machine: Machine) -> None:
    policy = yaml.safe_load((ROOT / "policy.yaml").read_text())["recover"]
    assert module(BUCKET).ACTIONS["put_removed_lifecycle"].data_risk
    cloud.set_policy(
        recover={**policy, "s3_lifecycle_removed": {"action": "put_removed_lifecycle", "autonomy": "auto"}}
    )
    s3 = client("s3")
    bucket("abc")
    rule = {"ID": "tidy", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 30}}
    s3.put_bucket_lifecycle_configuration(Bucket="abc", LifecycleConfiguration={"Rules": [rule]})
    call(take_snapshots.handler, {})
    s3.delete_bucket_lifecycle(Bucket="abc")
    arn = machine.start(on_bucket("DeleteBucketLifecycle", "abc"))
    assert "risks data" in incident(machine.question()["pk"].removeprefix("REVIEW#"))["plan"]["reason"]
    machine.answer("denied")
    assert machine.ended(arn).outcome == "DENIED"


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
