"""Paths of the state machine that change nothing, each with its name."""

import time
from typing import Any

import pytest
from cloud import PATTERNS, RECOVERY_ROLE, Cloud
from events_made import PAIRS
from left_behind import incident, lock, messages, sessions
from machine import Machine
from managed import bucket, instance, instance_state, parameter, put_value, resource, values
from published import Json, actors, on_bucket, overwriting, sample, stopping

from tasks.domain.knowledge.ssm import PARAMETER
from tasks.domain.moment import iso
from tasks.domain.payload import Resource
from tasks.runtime.clients import client
from tasks.store import patterns

HOST = resource(PARAMETER, "/app/host")
EVENT = overwriting(HOST.id, 2)
AGAIN = overwriting(HOST.id, 3, eventID="another")
OURS = {**actors()["AssumedRole"], "sessionContext": {"sessionIssuer": {"arn": RECOVERY_ROLE}}}
SHARED = PAIRS[0][1]
TO_COUNTING = ["Detect", "CheckBlocked", "StoreMetrics", "Done"]
TOLD = ["Detect", "CheckBlocked", "Notify", "StoreMetrics", "Done"]

BLOCKED: list[tuple[str, Json]] = [
    ("UNMANAGED", overwriting("/app/unmanaged", 2)),
    ("INTENDED", overwriting(HOST.id, 2, userIdentity=OURS)),
    ("INTENDED", overwriting(HOST.id, 2, userIdentity=actors()["AssumedRole invokedBy cloudformation"])),
    ("MALFORMED", overwriting("*", 2)),
    ("MALFORMED", {}),
    ("UNKNOWN_EVENT", sample("tag_change_on_resource")),
    ("STORM", stopping(*(f"i-{number:017x}" for number in range(100)))),
]


@pytest.fixture(autouse=True)
def _host(cloud: Cloud) -> None:
    parameter(HOST.id, "good", "bad")
    parameter("/app/unmanaged", "good", "bad", autonomy="")


@pytest.mark.parametrize(("outcome", "event"), BLOCKED)
def test_what_a_guard_blocks_is_counted_by_its_name(machine: Machine, outcome: str, event: Json) -> None:
    run = machine.run(event)
    assert (run.status, run.outcome) == ("SUCCEEDED", outcome)
    assert run.states == (TOLD if outcome == "STORM" else TO_COUNTING)
    assert incident(run.incident_id)["blocked"]["reason"] == outcome
    assert (values(HOST), len(messages()), sessions()) == (["good", "bad"], outcome == "STORM", [])


def test_a_grave_attack_on_what_nobody_tagged_is_told_and_nothing_changes(machine: Machine) -> None:
    run = machine.run(SHARED)
    assert (run.status, run.outcome) == ("SUCCEEDED", "UNKNOWN_EVENT")
    assert run.states == ["Detect", "CheckBlocked", "Notify", "StoreMetrics", "Done"]
    assert incident(run.incident_id)["analysis"]["issue"] == "shared_with_another_account"
    [(subject, body)] = messages()
    assert subject == "[aiops] UNKNOWN_EVENT: shared_with_another_account on snap-1"
    assert "nothing was changed" in body
    assert sessions() == []


def test_the_same_event_again_is_a_duplicate(machine: Machine) -> None:
    assert [machine.run(EVENT).outcome for _ in range(3)] == ["VERIFIED", "DUPLICATE", "DUPLICATE"]
    assert len(values(HOST)) == 3


def test_five_at_once_heal_once(machine: Machine) -> None:
    runs = [machine.ended(arn) for arn in [machine.start(EVENT) for _ in range(5)]]
    assert sorted(run.outcome for run in runs) == ["DUPLICATE"] * 4 + ["VERIFIED"]
    assert len(values(HOST)) == 3


def test_a_resource_again_within_its_cooldown_waits(cloud: Cloud, machine: Machine) -> None:
    machine.run(EVENT)
    put_value(HOST, "bad")
    assert machine.run(overwriting(HOST.id, 4, eventID="another")).outcome == "COOLDOWN"
    assert values(HOST)[-1] == "bad"


def test_after_its_cooldown_a_resource_is_healed_again(cloud: Cloud, machine: Machine) -> None:
    cloud.set(COOLDOWN_MINUTES="0")
    machine.run(EVENT)
    put_value(HOST, "bad")
    assert machine.run(overwriting(HOST.id, 4, eventID="another")).outcome == "VERIFIED"
    assert values(HOST)[-1] == "good"


def test_past_the_burst_incidents_are_rate_limited(cloud: Cloud, machine: Machine) -> None:
    cloud.set(BURST="1")
    parameter("/app/other", "good", "bad")
    assert machine.run(EVENT).outcome == "VERIFIED"
    assert machine.run(overwriting("/app/other", 2)).outcome == "RATE_LIMITED"


def test_the_kill_switch_holds_everything_back(cloud: Cloud, machine: Machine) -> None:
    cloud.switch("on")
    run = machine.run(EVENT)
    assert (run.outcome, values(HOST)) == ("KILL_SWITCH", ["good", "bad"])
    cloud.switch("off")
    assert machine.run(EVENT).outcome == "VERIFIED"


NORMAL: list[Json] = [
    overwriting(HOST.id, 1),
    overwriting(HOST.id, 2, errorCode="AccessDenied"),
    on_bucket("PutBucketPolicy", "abc", **{"requestParameters.bucketPolicy": {"Statement": []}}),
]


def unusual(one: Resource) -> Json:
    """What AnalyzeMetrics says of an instance."""
    told = {"resource": {"type": one.type, "id": one.id}, "metric": "CPUUtilization", "value": 99.0, "up": True}
    event = {**sample("ec2_instance_state_change"), "source": "aiops", "detail-type": "Metric Anomaly"}
    return {**event, "detail": {**told, "severity": "high"}}


@pytest.mark.parametrize("event", NORMAL)
def test_what_is_normal_is_only_counted(machine: Machine, event: Json) -> None:
    bucket("abc")
    run = machine.run(event)
    assert (run.status, run.outcome) == ("SUCCEEDED", "NORMAL")
    assert run.states == ["Detect", "CheckBlocked", "Analyze", "CheckSeverity", "StoreMetrics", "Done"]
    assert (messages(), lock(HOST.arn)) == ([], {})


def test_a_resource_tagged_notify_is_only_told(machine: Machine) -> None:
    one = instance("notify")
    run = machine.run(stopping(one.id))
    assert (run.outcome, instance_state(one), lock(one.arn)) == ("TOLD", "stopped", {})
    assert run.states[-4:] == ["CheckApproval", "Notify", "StoreMetrics", "Done"]
    assert messages()[0][0] == f"[aiops] TOLD: ec2_instance_stopped on {one.id}"


def test_what_the_policy_denies_is_only_told_even_if_a_person_would_approve(cloud: Cloud, machine: Machine) -> None:
    cloud.set_policy(deny={"actions": [], "resources": [HOST.arn]})
    assert (machine.run(EVENT).outcome, values(HOST)) == ("TOLD", ["good", "bad"])


def test_an_anomaly_without_an_answer_is_only_told(machine: Machine) -> None:
    run = machine.run(unusual(instance(stopped=False)))
    assert (run.status, run.outcome) == ("SUCCEEDED", "ANOMALY")
    assert run.states[2:] == [
        "Analyze",
        "CheckSeverity",
        "Plan",
        "CheckApproval",
        "Notify",
        "StoreMetrics",
        "Done",
    ]
    assert messages()[0][0].startswith("[aiops] ANOMALY")
    assert (values(HOST), lock(HOST.arn)) == (["good", "bad"], {})


def test_what_has_healed_by_itself_is_only_counted(machine: Machine) -> None:
    run = machine.run(stopping(instance(stopped=False).id))
    assert (run.outcome, messages()) == ("HEALTHY", [])


def test_a_stop_that_a_call_explains_waits_for_the_call(machine: Machine) -> None:
    one = instance()
    assert machine.run(sample("ec2_instance_state_change", {"detail.instance-id": one.id})).outcome == "DEFERRED"
    assert machine.run(stopping(one.id)).outcome == "VERIFIED"


def test_a_resource_that_is_gone_ends_by_a_name(machine: Machine) -> None:
    client("ssm").delete_parameter(Name=HOST.id)
    run = machine.run(EVENT)
    assert (run.status, run.outcome) == ("SUCCEEDED", "UNMANAGED")


def test_the_switch_put_on_while_a_person_thinks_holds_the_recovery_back(cloud: Cloud, machine: Machine) -> None:
    one: Any = instance("approve")
    arn = machine.start(stopping(one.id))
    machine.question()
    cloud.switch("on")
    machine.answer("approved")
    run = machine.ended(arn)
    assert (run.status, run.outcome, instance_state(one)) == ("SUCCEEDED", "KILL_SWITCH", "stopped")
    assert "KILL_SWITCH" in messages()[-1][0]
    assert lock(one.arn) == {}


def test_what_was_healed_too_often_is_left_to_a_person_and_told_once(cloud: Cloud, machine: Machine) -> None:
    cloud.set(COOLDOWN_MINUTES="0")
    cloud.set_policy(limits={"recurring": {"times": 2, "hours": 24}})
    outcomes = []
    for again in range(4):
        if again:
            put_value(HOST, "bad")
        outcomes.append(machine.run(overwriting(HOST.id, len(values(HOST)), eventID=str(again))).outcome)
    assert outcomes == ["VERIFIED", "VERIFIED", "RECURRING", "RECURRING"]
    (told,) = [body for subject, body in messages() if "RECURRING" in subject]
    assert "ssm_parameter_overwritten" in told
    assert "healed or failed 2 times within 24 h" in told
    assert values(HOST)[-1] == "bad"


def test_what_was_healed_often_a_day_ago_is_healed_again(cloud: Cloud, machine: Machine) -> None:
    cloud.set_policy(limits={"recurring": {"times": 2, "hours": 24}})
    for number in range(3):
        patterns.count(
            client("dynamodb"),
            PATTERNS,
            issue="ssm_parameter_overwritten",
            resource_id=HOST.id,
            arn=HOST.arn,
            outcome="VERIFIED",
            incident_id=str(number),
            at=iso(time.time() - 25 * 3600),
        )
    assert machine.run(overwriting(HOST.id, len(values(HOST)))).outcome == "VERIFIED"


def test_of_a_storm_one_message_is_sent_and_nothing_more_is_healed(cloud: Cloud, machine: Machine) -> None:
    cloud.set(STORM_INCIDENTS="1", BURST="9")
    hosts = [parameter(f"/app/{number}", "good", "bad") for number in range(4)]
    runs = [machine.run(overwriting(one.id, 2)) for one in hosts]
    assert [run.outcome for run in runs] == ["VERIFIED", "STORM", "STORM", "STORM"]
    assert [run.states for run in runs[1:]] == [TOLD, TO_COUNTING, TO_COUNTING]
    assert [values(one)[-1] for one in hosts] == ["good", "bad", "bad", "bad"]
    assert len([subject for subject, _ in messages() if "STORM" in subject]) == 1
