"""incidents --export: which incidents, in which order, and what replay makes of a file that somebody changed."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from published import ACCOUNT, Json

from aiops.export import exported
from aiops.policy import load
from command.laptop import ANALYSIS, Account, planned, run, stopped
from command.recorded import KEYS
from tasks.domain.admission import tag_names
from tasks.domain.incident import unreadable
from tasks.domain.payload import SEVERITIES, dump

ARN = f"arn:aws:ec2:us-east-1:{ACCOUNT}:instance/i-1234567890abcdef0"
PRINT = "0" * 16
GROUNDS: Json = {
    "at": "2026-03-01T12:00:03.000Z",
    "stopped": "",
    "tag_names": tag_names(load(None)),
    "tags": {ARN: {"aiops:recover": "approve"}},
    "storm": None,
    "recurred": {ARN: {}},
    "claim": None,
}
KNOWN = {
    "targets": {"start_instance": PRINT},
    "seen": PRINT,
    "stale": False,
    "settled": False,
    "answer": "start_instance",
}
CHANGE = {"at": "2026-02-01T12:00:00.000Z", "to": "approve", "why": "a fix of it did not help", "incident": "0123"}
STANDINGS = {"default": {"level": "approve", "run": 1, "history": [CHANGE]}}
PLANNED = {"threshold": 0.8, "known": {ARN: KNOWN}, "standings": STANDINGS}
ADVICE = {"severity": "critical", "confidence": 0.9, "root_cause": "a deploy", "explanation": "it was"}
HISTORY = {"history": {"start_instance": {"cases": 12, "verified": 12, "bound": 0.8, "result": 0.9}}}
LINE = exported(
    {
        "incident_id": stopped().id,
        "timestamp": "2026-03-01T12:00:03.000Z",
        "workflow_state": "VERIFIED",
        "incident": dump(stopped()) | {"grounds": GROUNDS},
        "analysis": ANALYSIS | {"advice": ADVICE, "certainty": HISTORY, "asked": {"prompt": "much"}},
        "plan": dump(planned(stopped())) | {"grounds": PLANNED},
    }
)


def test_the_newest_comes_last_whatever_its_type(account: Account) -> None:
    first = account.record(stopped(event_id="1"), "VERIFIED", at="2026-03-01T12:00:00.000Z")
    third = account.record(stopped(event_id="3"), "FAILED", at="2026-03-03T12:00:00.000Z")
    second = account.record(unreadable("{"), "UNDELIVERABLE", at="2026-03-02T12:00:00.000Z")
    assert [one["id"] for one in account.aiops("incidents", "--export").lines] == [first, second, third]


def test_named_incidents_alone_are_exported_by_the_beginning_of_their_ids(account: Account) -> None:
    ids = [account.record(stopped(event_id=str(number)), "VERIFIED") for number in range(3)]
    said = account.aiops("incidents", "--export", ids[1][:12], ids[0])
    assert sorted(one["id"] for one in said.lines) == sorted(ids[:2])


def test_an_unknown_id_is_bad_input(account: Account) -> None:
    said = account.aiops("incidents", "--export", "abc")
    assert (said.status, said.out, len(said.err.splitlines())) == (2, "", 1)


def test_several_incidents_are_told_one_after_another(account: Account) -> None:
    ids = [account.record(stopped(event_id=str(number)), "VERIFIED", analysis=ANALYSIS) for number in range(2)]
    assert [one["incident_id"] for one in account.aiops("incidents", *ids, "--json").lines] == ids


def replayed(folder: Path, *lines: Any) -> list[Any]:
    (file := folder / "incidents.jsonl").write_text("\n".join(map(json.dumps, lines)))
    said = run("replay", file)
    assert (said.status, said.err) == (0, "")
    return said.lines


def test_a_line_is_decided_by_what_stands_in_it(tmp_path: Path) -> None:
    [answer] = replayed(tmp_path, LINE)
    assert (answer["classification"], answer["severity"], answer["plan"]["autonomy"]) == (
        "FAILURE",
        "critical",
        "approve",
    )
    assert answer["plan"]["reason"] == "i-1234567890abcdef0 is tagged approve"
    assert "asked" not in LINE["analysis"]


def changed(path: tuple[Any, ...], value: Any) -> Json:
    *parents, last = path
    line = deepcopy(LINE)
    where = line
    for name in parents:
        where = where[name]
    where[last] = value
    return line


REFUSED: list[tuple[tuple[Any, ...], Any, str]] = [
    (("aiops_export",), 2, "an export of version 2, known is 1"),
    (("incident",), [], "no exported incident: $.incident: [] is not of type 'object'"),
    (("incident", "resources", 0, "type"), "AWS::Nothing::Known", "nothing is known of resources of the type"),
    (("plan", "grounds", "known", ARN, "seen"), {"state": "stopped"}, "no exported incident: $.plan.grounds"),
    (("analysis", "certainty", "history", "start_instance", "cases"), 11, "proven more often than tried"),
    (("analysis", "advice", "severity"), "harmless", "no exported incident: $.analysis.advice"),
]


@pytest.mark.parametrize(("path", "value", "told"), REFUSED, ids=[told for *_, told in REFUSED])
def test_a_line_of_another_form_is_refused_with_the_reason(
    tmp_path: Path, path: tuple[Any, ...], value: Any, told: str
) -> None:
    first, answer = replayed(tmp_path, LINE, changed(path, value))
    assert first["plan"]
    assert (answer["block_reason"], answer["plan"]) == ("MALFORMED", None)
    assert told in answer["reason"]


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [*([path] if path else []), *(one for name, item in inner for one in _paths(item, (*path, name)))]


TEXT = st.text(st.characters(exclude_categories=()), max_size=8) | st.sampled_from(
    ["auto", "AWS::S3::Bucket", "\ud800"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(_paths(LINE)), JSON), min_size=1, max_size=10))
def test_whatever_somebody_wrote_into_a_line_it_gets_one_answer(
    tmp_path: Path, changes: list[tuple[tuple[Any, ...], Any]]
) -> None:
    lines = [changed(path, value) for path, value in changes]
    for answer in replayed(tmp_path, *lines):
        assert answer.keys() == KEYS
        assert answer["severity"] in SEVERITIES
        assert 0 <= answer["confidence"] <= 1
