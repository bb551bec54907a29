"""Autonomy through the whole machine: lost by a failure, regained; in the shadow nothing is done or told."""

from typing import Any

from botocore.exceptions import ClientError
from cloud import PATTERNS, SNAPSHOTS, Cloud
from left_behind import incident, messages, sessions, snapshot
from machine import Machine
from managed import impair, instance, parameter, put_value, resource, values
from published import Json, overwriting, stopping
from sweeping import sweep

from tasks.domain.earning import Case, Standing, after
from tasks.domain.knowledge.ssm import PARAMETER
from tasks.domain.policy import Earning, Recovery
from tasks.runtime.clients import client
from tasks.store import snapshots, standings

HOST = resource(PARAMETER, "/app/host")
ISSUE = "ssm_parameter_overwritten"
EVENT = overwriting(HOST.id, 2)


def standing(issue: str = ISSUE) -> Standing:
    return standings.read(client("dynamodb"), PATTERNS, issue, "default")


def fall() -> None:
    """What an attempt that was undone leaves."""
    case = Case("earlier", "earlier", helped=False, at="2026-03-01T12:00:00.000Z")
    answer = Recovery("put_previous_version", "auto", 0.0)
    standings.change(
        client("dynamodb"), PATTERNS, ISSUE, "default", lambda known: after(known, case, answer, Earning())
    )


def plan(run_id: str) -> Json:
    found: Json = incident(run_id)["plan"]
    return found


def test_after_a_failure_a_person_is_asked_and_told_why(cloud: Cloud, machine: Machine) -> None:
    parameter(HOST.id, "good", "bad")
    fall()
    arn = machine.start(EVENT)
    question = machine.question()
    reason = plan(question["pk"].removeprefix("REVIEW#"))["reason"]
    assert reason.startswith(f"{ISSUE} has earned approve in the environment default: a fix of it did not help")
    machine.answer("approved")
    assert machine.ended(arn).outcome == "VERIFIED"
    assert (standing().level, standing().run) == ("approve", 1)


def test_a_failure_makes_the_agent_ask_in_its_own_environment_only(cloud: Cloud, machine: Machine) -> None:
    ill = instance(more={"environment": "test"})
    cloud.set(VERIFY_DEADLINE_MINUTES="0")
    impair(cloud, ill.id)
    machine.report(machine.run(stopping(ill.id)))
    asked, trusted = instance(more={"environment": "test"}), instance(more={"environment": "live"})
    assert machine.run(stopping(trusted.id)).outcome == "VERIFIED"
    arn = machine.start(stopping(asked.id))
    machine.answer("denied")
    assert machine.ended(arn).outcome == "DENIED"


def test_where_the_policy_lets_nothing_be_earned_its_own_levels_hold(cloud: Cloud, machine: Machine) -> None:
    cloud.set_policy(earning=None)
    parameter(HOST.id, "good", "bad")
    fall()
    assert machine.run(EVENT).outcome == "VERIFIED"


def test_in_the_shadow_a_plan_is_recorded_and_nothing_is_done_or_told(cloud: Cloud, machine: Machine) -> None:
    cloud.set_policy(earning={"start": "shadow", "cases": 1})
    parameter(HOST.id, "good", "bad")
    run = machine.run(EVENT)
    assert (run.status, run.outcome, run.states[-2:]) == ("SUCCEEDED", "SHADOW", ["StoreMetrics", "Done"])
    assert (values(HOST), messages(), sessions()) == (["good", "bad"], [], [])
    assert [step["action"] for step in plan(run.incident_id)["steps"]] == ["put_previous_version"]


def test_a_suggestion_is_told_with_its_plan(cloud: Cloud, machine: Machine) -> None:
    cloud.set_policy(earning={"start": "suggest", "cases": 1})
    parameter(HOST.id, "good", "bad")
    assert machine.run(EVENT).outcome == "TOLD"
    assert (values(HOST), "put_previous_version" in messages()[0][1]) == (["good", "bad"], True)


def test_a_person_who_does_what_was_suggested_earns_the_next_level(cloud: Cloud, machine: Machine) -> None:
    cloud.set_policy(earning={"start": "shadow", "cases": 1})
    one = instance()
    sweep()
    client("ec2").stop_instances(InstanceIds=[one.id])
    assert machine.run(stopping(one.id)).outcome == "SHADOW"
    sweep()
    assert standing("ec2_instance_stopped") == Standing()
    client("ec2").start_instances(InstanceIds=[one.id])
    for _ in range(2):
        sweep()
    assert standing("ec2_instance_stopped").level == "suggest"
    assert "suggested" not in snapshot(one.arn)


def test_a_suggestion_that_nobody_followed_in_a_day_begins_the_count_anew(cloud: Cloud, machine: Machine) -> None:
    cloud.set_policy(earning={"start": "suggest", "cases": 3})
    one = instance()
    sweep()
    client("ec2").stop_instances(InstanceIds=[one.id])
    assert machine.run(stopping(one.id)).outcome == "TOLD"
    old = {**snapshot(one.arn)["suggested"], "at": "2026-01-01T00:00:00.000Z"}
    snapshots.mark_suggested(client("dynamodb"), SNAPSHOTS, one.arn, old)
    sweep()
    assert (standing("ec2_instance_stopped").run, standing("ec2_instance_stopped").level) == (0, "")
    assert "suggested" not in snapshot(one.arn)


def overwritten_in_the_shadow(cloud: Cloud, machine: Machine, autonomy: str = "auto") -> None:
    """A parameter whose good value the vault has, overwritten; the plan for it is only recorded."""
    cloud.set_policy(earning={"start": "shadow", "cases": 1})
    parameter(HOST.id, "good", autonomy=autonomy)
    sweep()
    put_value(HOST, "bad")
    machine.run(EVENT)
    sweep()
    assert standing() == Standing()


def test_a_person_who_puts_the_good_value_back_proves_the_plan_right(cloud: Cloud, machine: Machine) -> None:
    """As a new version, of which only the value tells."""
    overwritten_in_the_shadow(cloud, machine)
    put_value(HOST, "good")
    sweep()
    assert standing().level == "suggest"


def test_another_value_or_setting_proves_nothing(cloud: Cloud, machine: Machine) -> None:
    overwritten_in_the_shadow(cloud, machine)
    for value, description in (("better", ""), ("good", "another")):
        put_value(HOST, value, Description=description)
        sweep()
    assert standing() == Standing()


def test_a_value_that_may_not_be_read_proves_nothing_and_hides_nothing_else(cloud: Cloud, machine: Machine) -> None:
    overwritten_in_the_shadow(cloud, machine)
    put_value(HOST, "good")

    def deny(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetParameter")

    cloud.interfere("ssm", "before-call.ssm.GetParameter", deny)
    sweep()
    assert standing() == Standing()
