"""HandleUndeliverable: an event that could not start an execution is recorded and told."""

import json
from typing import Any

import pytest
from by_hand import call, detected
from cloud import Cloud
from left_behind import everything, incident, messages
from managed import parameter
from published import Json, overwriting

from tasks import handle_undeliverable
from tasks.domain.incident import understand, unreadable

RULE = "arn:aws:events:us-east-1:123456789012:rule/aiops-faults"
EVENT = overwriting("/app/host", 2)


def letter(body: Any, **attributes: str) -> Json:
    """What EventBridge leaves in a target's dead-letter queue."""
    told = {"RULE_ARN": RULE, "ERROR_CODE": "X", "ERROR_MESSAGE": "input is too large", **attributes}
    text = body if isinstance(body, str) else json.dumps(body)
    return {"body": text, "messageAttributes": {key: {"stringValue": value} for key, value in told.items()}}


def handle(*letters: Json) -> None:
    assert call(handle_undeliverable.handler, {"Records": list(letters)}) == {}


def test_an_undeliverable_event_is_recorded_and_told(cloud: Cloud) -> None:
    handle(letter(EVENT))
    kept = incident(understand(EVENT).id)
    assert (kept["workflow_state"], kept["blocked"]["why"]) == ("UNDELIVERABLE", "input is too large")
    ((subject, body),) = messages()
    assert subject == "[aiops] UNDELIVERABLE event"
    for part in (EVENT["detail"]["eventID"], "input is too large", RULE):
        assert part in body


def test_the_same_event_again_is_told_once(cloud: Cloud) -> None:
    handle(letter(EVENT), letter(EVENT))
    handle(letter(EVENT))
    assert (len(everything("aiops-incidents")), len(messages())) == (1, 1)


def test_an_event_that_an_execution_took_all_the_same_is_left_alone(cloud: Cloud) -> None:
    parameter("/app/host", "good", "bad")
    payload = detected(cloud, EVENT)
    handle(letter(EVENT))
    assert incident(payload["incident"]["id"])["workflow_state"] == "DETECTED"
    assert messages() == []


@pytest.mark.parametrize("body", [{"anything": "else"}, overwriting("*", 2)])
def test_an_unreadable_event_is_recorded_under_the_id_that_detect_gives_it(cloud: Cloud, body: Json) -> None:
    handle(letter(body))
    assert incident(unreadable(body).id)["workflow_state"] == "UNDELIVERABLE"


@pytest.mark.parametrize("body", ["", "{", "[]", "x" * 300_000], ids=lambda body: body[:9])
def test_a_letter_that_is_no_event_is_recorded_all_the_same(cloud: Cloud, body: str) -> None:
    handle(letter(body))
    assert len(everything("aiops-incidents")) == len(messages()) == 1


def test_a_letter_without_attributes_is_recorded(cloud: Cloud) -> None:
    handle({"body": json.dumps(EVENT)})
    assert incident(understand(EVENT).id)["blocked"]["why"] == "unknown error"


def test_hostile_attributes_are_made_inert(cloud: Cloud) -> None:
    handle(letter(EVENT, ERROR_MESSAGE="<!channel>\x1b[31m https://evil.example", RULE_ARN="`rule`"))
    body = messages()[0][1]
    assert not [live for live in ("<", "\x1b", "://", "`") if live in body]


def test_every_log_line_carries_its_own_incident_id(cloud: Cloud) -> None:
    other = overwriting("/app/other", 2)
    handle(letter(EVENT), letter(other))
    lines = [json.loads(line) for line in cloud.log().splitlines()]
    assert [line["correlation_id"] for line in lines] == [understand(EVENT).id, understand(other).id]


def test_an_undeliverable_event_that_arrives_after_all_is_taken_up(cloud: Cloud) -> None:
    parameter("/app/host", "good", "bad")
    handle(letter(EVENT))
    payload = detected(cloud, EVENT)
    assert "blocked" not in payload
    assert incident(payload["incident"]["id"])["workflow_state"] == "DETECTED"
