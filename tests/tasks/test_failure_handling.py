"""HandleFailure: a failed execution is recorded, told, counted and ends its claim, once."""

import json
from typing import Any

import pytest
from by_hand import call, detected, planned
from cloud import Cloud
from left_behind import everything, incident, lock, messages, patterns, tat
from managed import parameter, resource
from published import Json, overwriting, sample

from tasks import handle_failure, record, store_metrics
from tasks.domain.incident import understand, unreadable
from tasks.domain.knowledge.ssm import PARAMETER
from tasks.runtime.clients import client
from tasks.store.claiming_again import claim_again
from tasks.store.claims import Claims

HOST = resource(PARAMETER, "/app/host")
EVENT = overwriting(HOST.id, 2)
CAUSE = json.dumps({"errorMessage": "NotRecovered: still down", "errorType": "NotHealed", "stackTrace": []})


def fails(cloud: Cloud, execution: str, status: str = "FAILED", *, event: Any = EVENT, **said: Any) -> None:
    """The execution ends so, and EventBridge reports it."""
    ended = {"status": status, "input": event if isinstance(event, str) else json.dumps(event)}
    failure = {"error": "NotHealed", "cause": CAUSE} if status == "FAILED" else {}
    cloud.executions[execution] |= {**ended, **failure, **said}
    report(execution)


def report(execution: str) -> None:
    call(handle_failure.handler, sample("states_execution_status_change", {"detail.executionArn": execution}))


@pytest.fixture
def execution(cloud: Cloud) -> str:
    """One that holds the claim of an overwritten parameter and recorded its plan."""
    parameter(HOST.id, "good", "bad")
    payload = planned(cloud, EVENT)
    call(record.handler, payload)
    return str(payload["execution"])


def only_incident() -> Json:
    (found,) = everything("aiops-incidents")
    return found


def test_a_failure_is_recorded_told_and_ends_the_claim(cloud: Cloud, execution: str) -> None:
    before = tat()
    fails(cloud, execution)
    kept = only_incident()
    assert kept["workflow_state"] == "FAILED"
    assert kept["failure"] == {"status": "FAILED", "error": "NotHealed", "cause": CAUSE, "redrive": 0}
    ((subject, body),) = messages()
    assert subject == "[aiops] FAILED: ssm_parameter_overwritten on /app/host"
    for part in (
        "NotHealed: NotRecovered: still down",
        "Press Redrive",
        execution,
        f"aiops rerun {kept['incident_id']}",
    ):
        assert part in body
    assert (lock(HOST.arn), tat()) == ({}, before - 360_000)


def test_the_failure_is_counted(cloud: Cloud, execution: str, capsys: pytest.CaptureFixture[str]) -> None:
    fails(cloud, execution)
    (line,) = [json.loads(one) for one in capsys.readouterr().out.splitlines() if "_aws" in one]
    assert (line["Incidents"], line["Failures"]) == ([1], [1])
    assert [(one["seen"], one["ended_failed"]) for one in patterns()] == [(1, 1)]


def test_the_same_failure_reported_twice_is_told_once(cloud: Cloud, execution: str) -> None:
    before = tat()
    fails(cloud, execution)
    for _ in range(2):
        report(execution)
    assert len(messages()) == 1
    assert patterns()[0]["seen"] == 1
    assert tat() == before - 360_000


@pytest.mark.parametrize("status", ["TIMED_OUT", "ABORTED"])
def test_timeouts_and_aborts_are_failures_too(cloud: Cloud, execution: str, status: str) -> None:
    """They have neither error nor cause."""
    fails(cloud, execution, status)
    assert only_incident()["failure"]["error"] == status
    assert f"Failed:     {status}: " in messages()[0][1]


@pytest.mark.parametrize("status", ["RUNNING", "PENDING_REDRIVE", "SUCCEEDED"])
def test_an_execution_that_runs_again_or_succeeded_since_is_left_alone(
    cloud: Cloud, execution: str, status: str
) -> None:
    fails(cloud, execution, status)
    assert (messages(), lock(HOST.arn)["state"], only_incident()["workflow_state"]) == ([], "HELD", "RECOVERING")


def test_a_redrive_that_fails_again_is_told_again(cloud: Cloud, execution: str) -> None:
    fails(cloud, execution)
    store = Claims(client("dynamodb"), "aiops-incidents", "aiops-claims")
    assert claim_again(store, understand(EVENT), execution=execution, redrive=1, now_ms=1) is None
    fails(cloud, execution, redriveCount=1)
    assert (len(messages()), lock(HOST.arn), only_incident()["failure"]["redrive"]) == (2, {}, 1)
    assert patterns()[0]["seen"] == 2


def test_a_late_report_of_an_earlier_attempt_frees_and_tells_nothing(cloud: Cloud, execution: str) -> None:
    """The execution was redriven and failed again; the first report comes after the second claim."""
    store = Claims(client("dynamodb"), "aiops-incidents", "aiops-claims")
    assert claim_again(store, understand(EVENT), execution=execution, redrive=1, now_ms=1) is None
    fails(cloud, execution, redriveCount=0)
    assert (messages(), lock(HOST.arn)["state"]) == ([], "HELD")


def test_an_execution_that_failed_before_it_claimed_is_recorded_and_told(cloud: Cloud) -> None:
    execution = cloud.execution()
    fails(cloud, execution)
    kept = only_incident()
    assert (kept["incident_id"], kept["workflow_state"]) == (understand(EVENT).id, "FAILED")
    assert "PutParameter on /app/host" in messages()[0][0]
    report(execution)
    assert len(messages()) == 1


def test_a_failure_of_an_incident_that_another_execution_holds_ends_nothing(cloud: Cloud, execution: str) -> None:
    fails(cloud, cloud.execution())
    assert (messages(), lock(HOST.arn)["state"], only_incident()["execution"]) == ([], "HELD", execution)


def test_what_a_guard_held_back_stays_so_when_counting_it_fails(cloud: Cloud, execution: str) -> None:
    """By its reason the sweep brings it back; a redriven StoreMetrics takes the failure away."""
    blocked = detected(cloud, overwriting(HOST.id, 3, eventID="another"))
    fails(cloud, blocked["execution"], event=overwriting(HOST.id, 3, eventID="another"))
    kept = incident(blocked["incident"]["id"])
    assert (kept["workflow_state"], kept["blocked"]["reason"]) == ("FAILED", "RESOURCE_BUSY")
    call(store_metrics.handler, blocked)
    assert incident(blocked["incident"]["id"])["workflow_state"] == "BLOCKED"


def test_a_failed_incident_can_be_started_anew(cloud: Cloud, execution: str) -> None:
    fails(cloud, execution)
    again = detected(cloud, EVENT)
    assert "blocked" not in again
    assert only_incident()["execution"] == again["execution"]


def test_an_execution_that_fails_before_it_claims_a_failed_incident_again_is_told(cloud: Cloud, execution: str) -> None:
    fails(cloud, execution)
    fails(cloud, cloud.execution())
    assert len(messages()) == 2


@pytest.mark.parametrize("event", [{"anything": "else"}, overwriting("*", 2)])
def test_an_unreadable_event_is_recorded_under_the_id_that_detect_gives_it(cloud: Cloud, event: Json) -> None:
    fails(cloud, cloud.execution(), event=event)
    assert only_incident()["incident_id"] == unreadable(event).id


@pytest.mark.parametrize("text", ["", "{", "[]", "null"])
def test_an_input_that_is_no_event_is_recorded_all_the_same(cloud: Cloud, text: str) -> None:
    """DescribeExecution leaves a large input out."""
    fails(cloud, cloud.execution(), event=text)
    assert only_incident()["workflow_state"] == "FAILED"
    assert len(messages()) == 1


def test_every_log_line_carries_the_incident_id(cloud: Cloud, execution: str) -> None:
    before = len(cloud.log().splitlines())
    fails(cloud, execution)
    lines = [json.loads(line) for line in cloud.log().splitlines()[before:]]
    assert {line["correlation_id"] for line in lines} == {only_incident()["incident_id"]}
    assert lines


def test_the_record_of_the_incident_stays_whole(cloud: Cloud, execution: str) -> None:
    before = only_incident()
    fails(cloud, execution)
    after = incident(before["incident_id"])
    assert {key: after[key] for key in ("incident", "analysis", "plan", "issue")} == {
        key: before[key] for key in ("incident", "analysis", "plan", "issue")
    }
