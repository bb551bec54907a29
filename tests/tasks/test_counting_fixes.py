"""Fixes are counted where they end, once, and decide how sure the agent is next time."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from by_hand import analyzed, call, detected, planned, restored
from cloud import PATTERNS, Cloud
from managed import parameter, resource
from published import Json, overwriting, sample

from tasks import handle_failure, record, store_metrics, verify
from tasks.domain.confidence import Fix, Fixes
from tasks.domain.knowledge.ssm import PARAMETER
from tasks.runtime.clients import client
from tasks.store import fixes

HOST = resource(PARAMETER, "/app/host")
FIX = Fix("ssm_parameter_overwritten", "put_previous_version", PARAMETER, "default")
PREDICTED = {"result": 0.88, "rules": 0.9, "model": None}


def counted(fix: Fix = FIX) -> Fixes:
    return fixes.read(client("dynamodb"), PATTERNS, fix)


def predictions(source: str = "result") -> Json:
    return fixes.calibration(client("dynamodb"), PATTERNS, source)


def count(case: str, helped: bool) -> bool:
    return fixes.count(
        client("dynamodb"), PATTERNS, {FIX: helped}, case=case, predicted=PREDICTED, now=1.0, retention_days=90
    )


@pytest.fixture
def payload(cloud: Cloud) -> Json:
    """Before Verify, of an overwritten parameter."""
    parameter(HOST.id, "good", "bad")
    return restored(planned(cloud, overwriting(HOST.id, 2)))


def test_a_verified_fix_counts_once_however_often_it_is_stored(payload: Json) -> None:
    healed = {**payload, "verification": call(verify.handler, payload)}
    for _ in range(3):
        call(store_metrics.handler, healed)
    assert counted() == Fixes(1, 1)
    assert predictions() == {"9": {"cases": 1, "verified": 1, "predicted": 0.9}}


@pytest.mark.parametrize(("error", "cases"), [("NotHealed", 1), ("Lambda.Unknown", 0)])
def test_an_attempt_that_was_undone_counts_against_the_fix_and_a_crash_of_ours_does_not(
    cloud: Cloud, payload: Json, error: str, cases: int
) -> None:
    call(record.handler, payload)
    cloud.executions[payload["execution"]] = {
        "status": "FAILED",
        "error": error,
        "cause": "still wrong",
        "input": json.dumps(overwriting(HOST.id, 2)),
    }
    for _ in range(2):
        event = sample("states_execution_status_change", {"detail.executionArn": payload["execution"]})
        call(handle_failure.handler, event)
    assert counted() == Fixes(cases, 0)


def test_what_a_person_refused_is_no_failed_fix(cloud: Cloud) -> None:
    parameter(HOST.id, "good", "bad")
    payload = planned(cloud, overwriting(HOST.id, 2))
    call(store_metrics.handler, {**payload, "review": {"decision": "denied"}})
    assert counted() == Fixes()


def test_many_fixes_that_end_at_once_are_all_counted(cloud: Cloud) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: count(f"case-{number}", number % 4 > 0), range(12)))
    assert counted() == Fixes(12, 9)
    assert (predictions()["8"]["cases"], predictions("model")) == (12, {})


def test_a_bad_record_lets_a_person_decide(cloud: Cloud) -> None:
    for number in range(20):
        count(f"case-{number}", number % 2 > 0)
    parameter(HOST.id, "good", "bad")
    payload = planned(cloud, overwriting(HOST.id, 2))
    analysis = payload["analysis"]
    assert analysis["certainty"]["history"]["put_previous_version"] == {
        "cases": 20,
        "verified": 10,
        "bound": pytest.approx(0.327, abs=0.01),
        "result": analysis["confidence"],
    }
    assert "10 of 20 verified" in analysis["certainty"]["why"]
    assert payload["plan"]["autonomy"] == "approve"
    assert "is below 0.80" in payload["plan"]["reason"]


def test_another_environment_has_a_record_of_its_own(cloud: Cloud) -> None:
    for number in range(20):
        count(f"case-{number}", False)
    one = parameter(HOST.id, "good", "bad")
    tags = [{"Key": "environment", "Value": "test"}]
    client("ssm").add_tags_to_resource(ResourceType="Parameter", ResourceId=one.id, Tags=tags)
    payload = analyzed(detected(cloud, overwriting(HOST.id, 2)))
    assert payload["incident"]["resources"][0]["environment"] == "test"
    assert payload["analysis"]["confidence"] == 0.9
