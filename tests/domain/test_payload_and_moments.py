"""What goes over the wire comes back the same; text sorts as time does."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.domain.history import similar
from tasks.domain.moment import iso, seconds
from tasks.domain.payload import Actor, Analysis, Incident, Json, Plan, Resource, Step, dump, load

TEXT = st.text(max_size=10)
DATA = st.dictionaries(TEXT, st.none() | st.booleans() | st.integers() | TEXT | st.lists(st.integers()), max_size=3)
RESOURCES = st.builds(Resource, TEXT, TEXT, TEXT, TEXT)
STEPS = st.builds(Step, RESOURCES, TEXT, TEXT, st.booleans(), st.booleans(), DATA, DATA)
PAYLOADS = {
    Resource: RESOURCES,
    Actor: st.builds(Actor, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT),
    Incident: st.builds(
        Incident,
        *[TEXT] * 7,
        st.lists(RESOURCES, max_size=3).map(tuple),
        st.none() | st.builds(Actor, TEXT),
        TEXT,
        DATA,
        st.dictionaries(TEXT, TEXT, max_size=2),
    ),
    Analysis: st.builds(Analysis, TEXT, TEXT, TEXT, st.floats(0, 1), TEXT, TEXT, TEXT, DATA, DATA),
    Step: STEPS,
    Plan: st.builds(Plan, st.lists(STEPS, max_size=3).map(tuple), TEXT, TEXT, TEXT, st.integers(0)),
}


@pytest.mark.parametrize("kind", PAYLOADS, ids=lambda kind: kind.__name__)
def test_every_part_of_the_payload_survives_json(kind: Any) -> None:
    @given(PAYLOADS[kind])
    def survives(value: Any) -> None:
        assert load(kind, json.loads(json.dumps(dump(value)))) == value

    survives()


def test_an_unknown_key_is_ignored_and_a_missing_one_is_an_error() -> None:
    assert load(Resource, {"type": "t", "id": "i", "arn": "a", "new": 1}) == Resource("t", "i", "a")
    with pytest.raises(TypeError):
        load(Resource, {"type": "t"})


MOMENTS = [
    ("1970-01-01T00:00:00Z", 0.0),
    ("2026-03-01T12:00:00Z", 1772366400.0),
    ("2026-03-01T12:00:00.123Z", 1772366400.123),
    ("2026-03-01T13:00:00+01:00", 1772366400.0),
    ("2026-03-01T12:00:00", 1772366400.0),
    ("", None),
    ("noon", None),
    ("0001-01-01T00:00:00+23:59", None),
    ("9999-12-31T23:59:59-23:59", None),
]


@pytest.mark.parametrize(("text", "moment"), MOMENTS)
def test_an_iso_8601_text_is_a_moment_or_none(text: str, moment: float | None) -> None:
    assert seconds(text) == moment


@given(st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)))
def test_a_moment_survives_its_text_to_the_millisecond(moment: datetime) -> None:
    then = moment.replace(tzinfo=UTC).timestamp()
    assert seconds(iso(then)) == pytest.approx(then, abs=0.0011)


@given(st.lists(st.floats(0, 4e9), min_size=2, max_size=5))
def test_the_text_of_moments_sorts_as_time_does(moments: list[float]) -> None:
    assert [iso(one) for one in sorted(moments)] == sorted(map(iso, moments))


def test_history_counts_the_same_issue_alone() -> None:
    def record(issue: str, state: str, closed: str = "2026-03-01T12:00:30.000Z") -> dict[str, str]:
        return {"issue": issue, "workflow_state": state, "timestamp": "2026-03-01T12:00:00.000Z", "closed_at": closed}

    records = [record("a", "VERIFIED"), record("a", "PARTIAL", ""), record("a", "FAILED"), record("a", "TOLD")]
    told = similar([*records, record("b", "VERIFIED"), {"workflow_state": "BLOCKED"}], "a", {"seen": 7})
    assert told == {"incidents": 4, "healed": 2, "failed": 1, "mean_seconds": 30.0, "on_this_resource": 7} | {
        "success_rate": 0.67,
        "common_cause": None,
        "recurs": "",
        "patterns": {},
    }


def test_no_history_is_all_zero() -> None:
    nothing: Json = {"incidents": 0, "healed": 0, "failed": 0, "mean_seconds": None, "on_this_resource": 0}
    nothing |= {"success_rate": None, "common_cause": None, "recurs": "", "patterns": {}}
    assert similar([], "a", {}) == nothing


def test_history_names_who_did_it_more_than_once() -> None:
    def record(who: str) -> dict[str, Any]:
        return {"issue": "a", "workflow_state": "TOLD", "incident": {"actor": {"arn": who} if who else None}}

    assert similar([record("x"), record("y"), record("")], "a", {})["common_cause"] is None
    assert similar([record("x"), record("y"), record("y")], "a", {})["common_cause"] == {"actor": "y", "incidents": 2}
