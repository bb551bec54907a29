"""What people are told."""

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from published import Json, stopping

from tasks.domain import guards, outcome
from tasks.domain.incident import understand
from tasks.domain.message import failure, report, review_request, undeliverable
from tasks.domain.notice import Message
from tasks.domain.payload import Analysis, Plan, Step, dump
from tasks.domain.wording import MEANING

INCIDENT = understand(stopping("i-1", "i-2"))
ARNS = [one.arn for one in INCIDENT.resources]
ANALYSIS = Analysis(
    "ec2_instance_stopped",
    "FAILURE",
    "high",
    0.95,
    "somebody",
    "it stopped",
    similar={"incidents": 3, "healed": 2, "failed": 1, "recurs": "the 4th time on this resource, each by arn:a"},
)
STEPS = tuple(Step(one, "start_instance", "stop_instance", False, False) for one in INCIDENT.resources)
PLAN = Plan(STEPS, "auto", "the policy allows auto", "a" * 64, 3600)
RECOVERY = {
    "outcome": "RESTORED",
    "steps": [
        {"action": "start_instance", "resource": arn, "before": {"state": "stopped"}, "after": {"state": "running"}}
        for arn in ARNS
    ],
}
EXECUTION = "arn:aws:states:us-east-1:123456789012:execution:aiops:one"
PAYLOAD: Json = {
    "incident": dump(replace(INCIDENT, dropped={"arn:aws:ec2:::i-3": "UNMANAGED: no tag"})),
    "execution": EXECUTION,
    "analysis": dump(ANALYSIS),
    "plan": dump(PLAN),
}
HAPPENED = 1772366400.0  # 2026-03-01T12:00:00Z
TOLD = (
    "VERIFIED",
    "LOOKED",
    "VERIFIED_WITH_SIDE_EFFECTS",
    "PARTIAL",
    "ANOMALY",
    "TOLD",
    "DENIED",
    "EXPIRED",
    "KILL_SWITCH",
    "RESOURCE_BUSY",
)


def verified(ended: str, wrong: dict[str, str] | None = None) -> Json:
    return {**PAYLOAD, "recovery": RECOVERY, "verification": {"outcome": ended, "wrong": wrong or {}, "checked_at": 0}}


def every_message(payload: Json) -> list[Message]:
    return [
        report(payload, now=HAPPENED + 60),
        review_request(payload, expires_at=HAPPENED),
        failure(payload, error="NotHealed", cause="it", execution=EXECUTION, now=HAPPENED),
    ]


def test_a_healed_incident_is_told_with_its_whole_timeline() -> None:
    message = report(verified("VERIFIED"), now=HAPPENED + 61.4)
    assert message.subject == "[aiops] VERIFIED: ec2_instance_stopped on i-1, i-2"
    for line in (
        "VERIFIED: done, and proven healthy",
        f"Incident:   {INCIDENT.id}",
        "Detected:   StopInstances at 2026-03-01T12:00:00.000Z, by arn:aws:iam::123456789012:user/ExampleUser",
        "Left out:   arn:aws:ec2:::i-3: UNMANAGED: no tag",
        "Analyzed:   FAILURE, severity high, confidence 0.95, decided by rules",
        "Reason:     it stopped",
        "Root cause: somebody",
        "Recurs:     the 4th time on this resource, each by arn:a",
        "Before:     3 like it, 2 healed, 1 failed",
        "Plan:       auto: the policy allows auto",
        "  step      start_instance on i-2 (undo: stop_instance)",
        f"Done:       start_instance on {ARNS[0]}",
        '  before    {"state": "stopped"}',
        '  after     {"state": "running"}',
        "Verified:   VERIFIED: every resource is healthy",
        "Duration:   61 s from the event to this message",
    ):
        assert line in message.body.splitlines()
    assert EXECUTION in message.body


def test_a_partly_healed_incident_names_what_is_still_wrong() -> None:
    body = report(verified("PARTIAL", {ARNS[1]: "the instance is stopped"}), now=HAPPENED).body
    assert f"Verified:   PARTIAL, but {ARNS[1]}: the instance is stopped" in body


def test_alarms_that_ring_since_and_what_nobody_knows_are_told_by_name() -> None:
    rung = {"near": ["queue-long"], "elsewhere": ["other", "third"], "more": True}
    payload = verified("VERIFIED_WITH_SIDE_EFFECTS")
    payload["verification"] |= {"alarms": rung, "unknown": "the alarm cpu is gone"}
    lines = report(payload, now=HAPPENED).body.splitlines()
    for line in (
        "VERIFIED_WITH_SIDE_EFFECTS: restored and healthy, but other alarms ring since: look at them",
        "  rings     since the restore, near: queue-long",
        "  rings     since the restore, elsewhere: other, third",
        "  rings     and there are more alarms than could be looked at",
        "  unknown   the alarm cpu is gone",
    ):
        assert line in lines


def test_an_incident_held_back_at_the_last_moment_says_why() -> None:
    recovery = {"outcome": "KILL_SWITCH", "why": "/aiops/kill-switch is on", "steps": []}
    message = report({**PAYLOAD, "recovery": recovery}, now=HAPPENED)
    assert "KILL_SWITCH" in message.subject
    assert "Not done:   /aiops/kill-switch is on" in message.body


def test_a_review_says_how_to_answer_and_until_when() -> None:
    body = review_request(PAYLOAD, expires_at=HAPPENED + 3600).body
    for line in (f"Approve: aiops approve {INCIDENT.id}", f"Deny:    aiops deny {INCIDENT.id}"):
        assert line in body.splitlines()
    assert "No answer by 2026-03-01T13:00:00.000Z means no" in body
    assert PLAN.hash[:12] in body


def test_who_is_asked_is_told_what_does_not_come_back() -> None:
    lossy = replace(PLAN, steps=(replace(STEPS[0], lost="what is only in memory"), STEPS[1]))
    asked = review_request({**PAYLOAD, "plan": dump(lossy)}, expires_at=HAPPENED)
    assert asked.body.count("  lost      ") == 1
    assert "  lost      what is only in memory" in asked.body


def test_a_failure_says_what_failed_where_to_look_and_what_to_press() -> None:
    there = EXECUTION.replace("us-east-1", "eu-west-1")
    message = failure(PAYLOAD, error="NotHealed", cause="undone <b>", execution=there, now=HAPPENED)
    assert message.subject.startswith("[aiops] FAILED: ")
    for part in (
        "NotHealed: undone \u2039b\u203a",
        "https://eu-west-1.console.aws.amazon.com/states/home?region=eu-west-1#/v2/",
    ):
        assert part in message.body
    assert "Press Redrive" in message.body
    assert f"aiops rerun {INCIDENT.id}" in message.body


def test_a_failure_is_told_even_when_nothing_was_analyzed() -> None:
    alone = {"incident": dump(INCIDENT)}
    message = failure(alone, error="Boom", cause="", execution=EXECUTION, now=HAPPENED)
    assert "StopInstances on i-1, i-2" in message.subject


@pytest.mark.parametrize("ended", TOLD)
def test_every_outcome_that_is_told_has_a_meaning(ended: str) -> None:
    assert MEANING[ended]


def test_every_outcome_and_block_that_reaches_notify_is_in_that_list() -> None:
    ends = {value for name, value in vars(outcome).items() if name.isupper() and isinstance(value, str)}
    assert ends - {"NORMAL", "RESTORED", "FAILED", "HEALTHY", "SHADOW"} | {
        guards.KILL_SWITCH,
        guards.RESOURCE_BUSY,
    } == set(TOLD)


HOSTILE = "<!channel> [x](https://evil.example) *b* `c` @here\n\nSubject: fake\x1b[31m" + "x" * 2000
LIVE = re.compile(r"[<>`*@]|\]\(|(?<!https)://|\x1b")


def hostile_payload(text: str) -> Json:
    """A payload with this text wherever somebody outside can write it."""
    incident = {**dump(INCIDENT), "event": text, "time": text, "actor": {"arn": text}, "dropped": {text: text}}
    analysis = {**PAYLOAD["analysis"], "reason": text, "root_cause": text, "adviser": text, "issue": "issue"}
    resource = {**dump(INCIDENT.resources[0]), "id": text}
    plan = {**PAYLOAD["plan"], "reason": text, "steps": [{**dump(STEPS[0]), "resource": resource}]}
    done = {"action": "start_instance", "resource": text, "before": {text: text}, "after": text}
    return {
        "incident": {**incident, "resources": [resource]},
        "execution": EXECUTION,
        "analysis": analysis,
        "plan": plan,
        "recovery": {"outcome": "RESTORED", "steps": [done], "why": text},
        "verification": {
            "outcome": "PARTIAL",
            "wrong": {text: text},
            "alarms": {"near": [text], "elsewhere": [text]},
            "unknown": text,
        },
    }


def test_no_message_holds_live_markup_whatever_was_written_into_the_event() -> None:
    messages = [
        *every_message(hostile_payload(HOSTILE)),
        *every_message({**hostile_payload(HOSTILE), "analysis": {}}),
        failure(PAYLOAD, error=HOSTILE, cause=HOSTILE, execution=EXECUTION, now=HAPPENED),
        undeliverable(HOSTILE, rule=HOSTILE, error=HOSTILE),
    ]
    for message in messages:
        assert not LIVE.search(message.subject + message.body)
        assert "Subject: fake" not in message.body.splitlines()
        assert len(message.body) < 64_000


@given(st.text(st.characters(exclude_categories=()), max_size=300))
def test_a_subject_is_one_line_of_at_most_100_characters_of_ascii(text: str) -> None:
    """What sns Publish accepts."""
    for payload in (hostile_payload(text), {**hostile_payload(text), "analysis": {}}):
        for message in every_message(payload):
            assert 0 < len(message.subject) <= 100
            assert message.subject.isascii()
            assert message.subject.isprintable()
            message.body.encode()


def test_a_duration_is_never_negative_and_absent_without_a_time() -> None:
    assert "Duration:   0 s" in report(verified("VERIFIED"), now=HAPPENED - 5).body
    timeless: Any = {**verified("VERIFIED"), "incident": {**PAYLOAD["incident"], "time": ""}}
    assert "Duration" not in report(timeless, now=HAPPENED).body
