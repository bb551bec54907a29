"""What is earned is kept once, however often or at once it is reported."""

import json
from concurrent.futures import ThreadPoolExecutor

from alarming import alarm, tagged_alarm
from by_hand import call, planned, restored
from cloud import PATTERNS, Cloud
from left_behind import everything
from managed import instance, parameter, resource
from published import Json, overwriting, sample

from tasks import handle_failure, record, store_metrics, verify
from tasks.domain.earning import Case, Standing, after
from tasks.domain.knowledge.ssm import PARAMETER
from tasks.domain.policy import Earning, Recovery
from tasks.runtime.clients import client
from tasks.store import standings

HOST = resource(PARAMETER, "/app/host")
ISSUE = "ssm_parameter_overwritten"
ANSWER = Recovery("put_previous_version", "auto", 0.0)


def standing() -> Standing:
    return standings.read(client("dynamodb"), PATTERNS, ISSUE, "default")


def fail(cloud: Cloud, payload: Json, event: Json) -> None:
    """The execution ends in Undo, and that is told."""
    said = {"status": "FAILED", "error": "NotHealed", "cause": "still wrong", "input": json.dumps(event)}
    cloud.executions[payload["execution"]] = said
    call(
        handle_failure.handler, sample("states_execution_status_change", {"detail.executionArn": payload["execution"]})
    )


def test_successes_that_end_at_once_all_count(cloud: Cloud) -> None:
    def count(number: int) -> None:
        case = Case(str(number), str(number), helped=True, at="2026-03-01T12:00:00.000Z")
        earning = Earning(cases=100)
        standings.change(client("dynamodb"), PATTERNS, ISSUE, "default", lambda now: after(now, case, ANSWER, earning))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count, [*range(8), *range(4)]))
    assert standing().run == 8


def test_an_attempt_that_was_undone_leads_down_at_once_and_once(cloud: Cloud) -> None:
    event = overwriting(HOST.id, 2)
    parameter(HOST.id, "good", "bad")
    payload = restored(planned(cloud, event))
    call(record.handler, payload)
    for _ in range(2):
        fail(cloud, payload, event)
    assert (standing().level, len(standing().history)) == ("approve", 1)


def test_a_verified_fix_counts_once_and_a_refusal_begins_anew(cloud: Cloud) -> None:
    parameter(HOST.id, "good", "bad")
    payload = planned(cloud, overwriting(HOST.id, 2))
    done = restored(payload)
    for _ in range(2):
        call(store_metrics.handler, {**done, "verification": call(verify.handler, done)})
    assert standing().run == 1
    call(store_metrics.handler, {**payload, "review": {"decision": "denied"}})
    assert standing().run == 0


def test_what_only_looks_neither_earns_nor_costs_anything(cloud: Cloud) -> None:
    """Whether the host recovers or not: a look heals nothing, and may be taken again."""
    one = instance(stopped=False)
    tagged_alarm(one.arn)
    payload = planned(cloud, alarm())
    assert [step["action"] for step in payload["plan"]["steps"]] == ["collect_evidence"]
    call(record.handler, payload)
    fail(cloud, payload, alarm())
    healed = {"outcome": "VERIFIED", "wrong": {}, "alarms": {}, "checked_at": 0.0}
    call(store_metrics.handler, {**payload, "recovery": {"steps": []}, "verification": healed})
    assert [key for one in everything(PATTERNS) if (key := one["pattern_id"]).startswith(("LEVEL#", "FIX#"))] == []
