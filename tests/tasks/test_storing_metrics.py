"""StoreMetrics: the incident is counted, its record closed and its claim ended, once."""

import json
from typing import Any

import pytest
from by_hand import analyzed, call, detected, planned, restored
from cloud import INCIDENTS, RECOVERY_ROLE, SNAPSHOTS, Cloud
from left_behind import everything, incident, lock, patterns, snapshot, tat
from managed import instance, parameter, resource
from published import Json, actors, overwriting, sample, stopping

from tasks import store_metrics, verify
from tasks.domain.knowledge.ssm import PARAMETER
from tasks.runtime.clients import client
from tasks.store import snapshots

HOST = resource(PARAMETER, "/app/host")
TAKEN = "2026-02-28T12:00:00.000Z"


@pytest.fixture
def healed(cloud: Cloud) -> Json:
    """The payload of an overwritten parameter that is healthy again."""
    parameter(HOST.id, "good", "bad")
    payload = restored(planned(cloud, overwriting(HOST.id, 2)))
    return {**payload, "verification": call(verify.handler, payload)}


def stored(payload: Json, capsys: Any = None) -> Json:
    return call(store_metrics.handler, payload)


def emitted(capsys: pytest.CaptureFixture[str]) -> Json:
    """Metrics and metadata of the one EMF line."""
    (line,) = [json.loads(one) for one in capsys.readouterr().out.splitlines() if "_aws" in one]
    return {key: value[0] if isinstance(value, list) else value for key, value in line.items()}


def test_a_healed_incident_is_closed_and_its_lock_cools_down(healed: Json) -> None:
    before = tat()
    assert stored(healed) == {"incident_id": healed["incident"]["id"], "outcome": "VERIFIED"}
    record = incident(healed["incident"]["id"])
    assert (record["workflow_state"], record["issue"]) == ("VERIFIED", "ssm_parameter_overwritten")
    assert record["closed_at"] > "2026-03-01"
    assert record["verification"]["outcome"] == "VERIFIED"
    assert (lock(HOST.arn)["state"], tat()) == ("COOLDOWN", before)


def test_storing_twice_counts_once(healed: Json) -> None:
    for _ in range(3):
        stored(healed)
    (pattern,) = patterns()
    assert (pattern["seen"], pattern["ended_verified"], pattern["resource_id"]) == (1, 1, HOST.id)
    assert lock(HOST.arn)["state"] == "COOLDOWN"


def test_an_incident_that_changed_nothing_frees_its_lock_and_gives_its_token_back(cloud: Cloud) -> None:
    one = instance("notify")
    payload = planned(cloud, stopping(one.id))
    before = tat()
    for _ in range(2):
        assert stored(payload)["outcome"] == "TOLD"
    assert (lock(one.arn), tat()) == ({}, before - 360_000)
    assert incident(payload["incident"]["id"])["workflow_state"] == "TOLD"


def test_a_blocked_incident_keeps_its_record_and_ends_no_claim(cloud: Cloud) -> None:
    parameter(HOST.id, "good", "bad")
    detected(cloud, overwriting(HOST.id, 2))
    blocked = detected(cloud, overwriting(HOST.id, 3, eventID="another"))
    assert stored(blocked)["outcome"] == "RESOURCE_BUSY"
    assert incident(blocked["incident"]["id"])["workflow_state"] == "BLOCKED"
    assert lock(HOST.arn)["state"] == "HELD"


def test_a_duplicate_leaves_everything_alone(cloud: Cloud) -> None:
    parameter(HOST.id, "good", "bad")
    first = detected(cloud, overwriting(HOST.id, 2))
    before = everything(INCIDENTS)
    assert stored(detected(cloud, overwriting(HOST.id, 2)))["outcome"] == "DUPLICATE"
    assert everything(INCIDENTS) == before
    assert lock(HOST.arn)["execution"] == first["execution"]


def test_what_is_normal_is_recorded_though_never_claimed(cloud: Cloud) -> None:
    parameter(HOST.id, "good")
    payload = analyzed(detected(cloud, overwriting(HOST.id, 1)))
    assert stored(payload)["outcome"] == "NORMAL"
    record = incident(payload["incident"]["id"])
    assert (record["workflow_state"], record["analysis"]["classification"]) == ("NORMAL", "NORMAL")
    assert (lock(HOST.arn), patterns()) == ({}, [])


MEANT = {"userIdentity": actors()["AssumedRole invokedBy cloudformation"]}
OURS = {"userIdentity": {"type": "AssumedRole", "sessionContext": {"sessionIssuer": {"arn": RECOVERY_ROLE}}}}
CHANGES: list[tuple[str, Json, bool]] = [
    ("intended", overwriting(HOST.id, 2, **MEANT), True),
    ("normal", overwriting(HOST.id, 1), True),
    ("refused", overwriting(HOST.id, 2, errorCode="AccessDenied"), False),
    ("refused and intended", overwriting(HOST.id, 2, errorCode="AccessDenied", **MEANT), False),
    ("before the snapshot", overwriting(HOST.id, 2, eventTime="2026-02-01T00:00:00Z", **MEANT), False),
    ("harmful", overwriting(HOST.id, 2), False),
    ("our own", overwriting(HOST.id, 2, **OURS), False),
]


@pytest.mark.parametrize(("event", "stale"), [row[1:] for row in CHANGES], ids=[row[0] for row in CHANGES])
def test_an_accepted_change_makes_the_snapshot_old(cloud: Cloud, event: Json, stale: bool) -> None:
    one = parameter(HOST.id, "good")
    snapshots.write(client("dynamodb"), SNAPSHOTS, one, {"version": 1}, taken_at=TAKEN)
    payload = detected(cloud, event)
    stored(payload if "blocked" in payload else {**analyzed(payload), "plan": {"autonomy": "notify"}})
    assert ("accepted_at" in snapshot(one.arn)) == stale


def test_a_healed_incident_is_counted_with_lag_duration_and_confidence(
    healed: Json, capsys: pytest.CaptureFixture[str]
) -> None:
    stored(healed)
    line = emitted(capsys)
    assert (line["Incidents"], line["Recoveries"], line["Confidence"], line["ModelCalls"]) == (1, 1, 0.9, 0)
    assert line["DetectionLag"] == pytest.approx(healed["lag_seconds"])
    assert line["RecoveryDuration"] >= 0
    assert (line["incident_id"], line["outcome"]) == (healed["incident"]["id"], "VERIFIED")


def test_metrics_have_one_dimension(healed: Json, capsys: pytest.CaptureFixture[str]) -> None:
    stored(healed)
    (line,) = [json.loads(one) for one in capsys.readouterr().out.splitlines() if "_aws" in one]
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert (directive["Namespace"], directive["Dimensions"]) == ("AIOps", [["service"]])


def test_a_duplicate_is_counted_as_such_and_as_nothing_else(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    parameter(HOST.id, "good", "bad")
    detected(cloud, overwriting(HOST.id, 2))
    stored(detected(cloud, overwriting(HOST.id, 2)))
    line = emitted(capsys)
    assert line["Duplicates"] == 1
    assert "Incidents" not in line


def test_an_incident_that_was_not_healed_counts_no_recovery(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    stored(detected(cloud, sample("health_event")))
    line = emitted(capsys)
    assert (line["Incidents"], line["Recoveries"], line["outcome"]) == (1, 0, "UNKNOWN_EVENT")
    assert "RecoveryDuration" not in line
