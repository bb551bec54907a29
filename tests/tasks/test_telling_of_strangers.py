"""Attacks on what nobody tagged are told, but a flood of them does not flood people."""

import time
from types import SimpleNamespace

import pytest
from by_hand import call, detected
from cloud import Cloud
from events_made import PAIRS, USER, called, reported
from left_behind import incident
from published import Json, changed, stopping

from tasks import detect

SHARED = PAIRS[0][1]
FINDING = {
    "id": "f-1",
    "type": "Backdoor:EC2/C&CActivity.B",
    "severity": 8.0,
    "title": "It talks to a bad host",
}
ON_HOST = {"resource": {"instanceDetails": {"instanceId": "i-0"}}}


def sharing(number: int = 0, by: str = USER["arn"]) -> Json:
    """A snapshot given to another account, each time by a call of its own."""
    return changed(SHARED, {("detail", "eventID"): f"call {number}", ("detail", "userIdentity", "arn"): by})


def finding(number: int = 0, **more: object) -> Json:
    """GuardDuty tells of one finding again and again, each time in an event of its own."""
    return reported("guardduty", "GuardDuty Finding", **FINDING, **ON_HOST) | {"id": f"event {number}"} | more


def told(cloud: Cloud, *events: Json) -> list[bool]:
    blocks = [detected(cloud, event)["blocked"] for event in events]
    return [block["tell"] for block in blocks]


def test_the_like_by_the_same_actor_is_told_once_and_recorded_each_time(cloud: Cloud) -> None:
    payloads = [detected(cloud, sharing(number)) for number in range(4)]
    assert [one["blocked"]["tell"] for one in payloads] == [True, False, False, False]
    records = [incident(one["incident"]["id"]) for one in payloads]
    assert {one["analysis"]["issue"] for one in records} == {"shared_with_another_account"}
    assert "within the hour" in payloads[0]["blocked"]["why"]


def test_an_update_of_a_finding_is_told_only_if_it_is_graver(cloud: Cloud) -> None:
    assert told(cloud, finding(1), finding(2), finding(3)) == [True, False, False]
    graver = changed(finding(4), {("detail", "severity"): 9.5})
    assert told(cloud, graver, finding(5)) == [True, False]


def test_another_actor_another_issue_and_another_finding_are_told(cloud: Cloud) -> None:
    other = changed(finding(2), {("detail", "resource", "instanceDetails", "instanceId"): "i-1"})
    closing = called("ec2", "DeleteFlowLogs", {"flowLogId": "fl-1"})
    events = (sharing(1), sharing(2, "arn:aws:iam::123456789012:user/Eve"), closing, finding(1), other)
    assert told(cloud, *events) == [True] * 5


def test_a_role_is_one_actor_whatever_it_calls_its_sessions(cloud: Cloud) -> None:
    def by(session: str) -> Json:
        identity = {
            "type": "AssumedRole",
            "arn": f"arn:aws:sts::123456789012:assumed-role/intruder/{session}",
            "sessionContext": {"sessionIssuer": {"arn": "arn:aws:iam::123456789012:role/intruder"}},
        }
        return changed(sharing(), {("detail", "userIdentity"): identity, ("detail", "eventID"): session})

    assert told(cloud, by("a"), by("b"), by("c")) == [True, False, False]


def test_however_many_actors_there_are_an_issue_is_told_ten_times_an_hour(cloud: Cloud) -> None:
    found = told(cloud, *(sharing(number, f"arn:aws:iam::123456789012:user/{number}") for number in range(15)))
    assert found == [True] * 10 + [False] * 5


def test_after_an_hour_it_is_told_again(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    later = SimpleNamespace(time=lambda: time.time() + 3601)
    assert told(cloud, sharing(1), sharing(2)) == [True, False]
    monkeypatch.setattr(detect, "time", later)
    assert told(cloud, sharing(3), sharing(4)) == [True, False]


def test_a_retry_of_the_execution_that_tells_tells_again(cloud: Cloud) -> None:
    """Its first try may have failed before it told."""
    state = {"event": sharing(), "execution": cloud.execution()}
    assert [call(detect.handler, state)["blocked"]["tell"] for _ in range(2)] == [True, True]


def test_calls_on_a_hundred_at_once_are_told_once_an_hour(cloud: Cloud) -> None:
    """Nobody need have tagged any of them."""
    hundred = [f"i-{number:017x}" for number in range(100)]
    assert told(cloud, *(stopping(*hundred, eventID=str(number)) for number in range(3))) == [True, False, False]
