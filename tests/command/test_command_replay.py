"""replay: one decision per event, the deployed code's, whatever the event brings."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from published import EVENTS, Json, stopping

from aiops import names
from command.laptop import PYTHON, process, run
from command.recorded import DECISIONS, INSTANCE, KEYS, THREE, replayed, write
from tasks.domain.payload import SEVERITIES


@pytest.mark.parametrize(
    ("event", "delivered", "classification", "block", "plan"),
    [row[1:] for row in DECISIONS],
    ids=[r[0] for r in DECISIONS],
)
def test_an_event_gets_the_decision_that_the_deployed_code_would_make(
    tmp_path: Path, event: Json, delivered: bool, classification: str, block: str | None, plan: tuple[str, str] | None
) -> None:
    [answer] = replayed(tmp_path, event)
    assert answer.keys() == KEYS
    assert (answer["delivered"], answer["classification"], answer["block_reason"]) == (delivered, classification, block)
    planned = answer["plan"] and (answer["plan"]["autonomy"], answer["plan"]["steps"][0]["action"])
    assert planned == plan


def test_the_agents_own_role_is_the_stacks() -> None:
    said = process(PYTHON, "-c", "from cdk_app.recovery import ROLE; print(ROLE)")
    assert said.out == f"{names.RECOVERY_ROLE}\n"


def test_an_answer_says_what_whose_and_why(tmp_path: Path) -> None:
    [answer] = replayed(tmp_path, stopping(INSTANCE, eventID="the-event"))
    assert answer["id"] == "the-event"
    assert answer["resources"] == [{"type": "AWS::EC2::Instance", "id": INSTANCE}]
    assert answer["actor"] == stopping(INSTANCE)["detail"]["userIdentity"]["arn"]
    assert "StopInstances was called" in answer["reason"]
    assert (answer["severity"], answer["confidence"]) == ("high", 0.95)


def test_a_bare_record_is_decided_as_its_event(tmp_path: Path) -> None:
    for _, event, _, _, block, _ in DECISIONS:
        if "eventSource" in event["detail"] and block != "MALFORMED":
            enveloped, bare = replayed(tmp_path, event, event["detail"])
            assert bare == enveloped


def test_every_published_event_is_answered(tmp_path: Path) -> None:
    events = [json.loads(file.read_text()) for file in sorted(EVENTS.glob("*.json")) if file.stem != "actors"]
    assert [one.keys() for one in replayed(tmp_path, *events)] == [KEYS] * len(events)


def test_the_same_file_gives_the_same_answers(tmp_path: Path) -> None:
    file = write(tmp_path, *(event for _, event, *_ in DECISIONS))
    assert run("replay", file).out == run("replay", file).out


TEXT = st.text(st.characters(exclude_categories=()), max_size=12) | st.sampled_from(["*", "{", "[" * 2000, "\ud800"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
PLACES = [
    (event, place)
    for _, event, *_ in DECISIONS
    for place in (
        *event["detail"],
        *(f"requestParameters.{name}" for name in event["detail"].get("requestParameters") or ()),
        *(f"userIdentity.{name}" for name in event["detail"].get("userIdentity") or ()),
    )
]


@st.composite
def twisted(draw: st.DrawFn) -> Any:
    """A known event with anything anywhere in its detail."""
    event, place = draw(st.sampled_from(PLACES))
    event = json.loads(json.dumps(event))
    *parents, last = place.split(".")
    where = event["detail"]
    for parent in parents:
        where = where[parent]
    where[last] = draw(JSON)
    return event


LINE = twisted().map(json.dumps) | JSON.map(json.dumps) | TEXT.filter(lambda text: not set(text) & {"\n", "\r"})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LINE, max_size=20))
def test_whatever_stands_in_the_lines_each_gets_one_answer(tmp_path: Path, lines: list[str]) -> None:
    first = json.dumps(THREE[0])
    content = "\n".join([first, *lines, first]).encode(errors="surrogatepass")
    (file := tmp_path / "events.jsonl").write_bytes(content)
    said = run("replay", file)
    assert (said.status, said.err) == (0, "")
    assert said.lines[0] == said.lines[-1]
    assert len(said.lines) == sum(1 for line in content.split(b"\n") if line.strip())
    for answer in said.lines:
        assert answer.keys() == KEYS
        assert answer["severity"] in SEVERITIES
        assert answer["classification"] in ("FAILURE", "TAMPERING", "ANOMALY", "NORMAL")
        assert 0 <= answer["confidence"] <= 1
        assert (answer["plan"] is None) or (answer["block_reason"] is None)
