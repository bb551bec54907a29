"""Many incidents alike within minutes are a storm: nothing is healed, and one message is sent."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from cloud import CLAIMS
from published import overwriting

from tasks.domain.incident import understand
from tasks.domain.payload import Incident
from tasks.runtime.clients import client
from tasks.store import storms
from tasks.store.storms import Storm

pytestmark = pytest.mark.usefixtures("cloud")
THREE = Storm(incidents=3, minutes=10)
MINUTE, NOW = 60_000, 1_772_366_400_000


def number(count: int, **changes: str) -> Incident:
    return understand(overwriting(f"/parameter/{count}", 2, **changes))


def told(incident: Incident, *, minutes: float = 0, issue: str = "one", execution: str = "") -> str:
    """`fine`, `storm`, or `storm, told`."""
    at = NOW + int(minutes * MINUTE)
    name = execution or incident.id
    block = storms.count(client("dynamodb"), CLAIMS, THREE, incident, issue, execution=name, now_ms=at)
    assert block is None or block.reason == "STORM"
    return "fine" if block is None else "storm, told" if block.tell else "storm"


def test_past_the_limit_there_is_a_storm_and_its_first_incident_tells_it() -> None:
    assert [told(number(count)) for count in range(6)] == ["fine"] * 3 + ["storm, told"] + ["storm"] * 2


def test_a_retry_of_the_execution_that_tells_tells_again_but_a_duplicate_does_not() -> None:
    """Its first try may have failed before it told."""
    for count in range(3):
        told(number(count))
    assert told(number(3), execution="first") == told(number(3), execution="first") == "storm, told"
    assert told(number(3), execution="second") == "storm"


def test_the_same_resource_again_and_another_class_do_not_count() -> None:
    assert {told(number(1, eventID=str(again))) for again in range(9)} == {"fine"}
    assert {told(number(count), issue="other") for count in range(3)} == {"fine"}
    assert {told(number(count)) for count in (2, 3)} == {"fine"}


def test_incidents_far_apart_are_no_storm() -> None:
    assert {told(number(count), minutes=4 * count) for count in range(9)} == {"fine"}


def test_a_storm_lasts_until_none_has_come_for_its_minutes_and_the_next_is_told_again() -> None:
    for count in range(4):
        told(number(count))
    assert [told(number(9), minutes=at) for at in (9, 18, 27)] == ["storm"] * 3
    assert [told(number(count), minutes=38) for count in range(4)] == ["fine"] * 3 + ["storm, told"]


def test_of_twenty_at_once_three_pass_and_one_tells() -> None:
    with ThreadPoolExecutor(20) as pool:
        found = list(pool.map(lambda count: told(number(count)), range(20)))
    assert (found.count("fine"), found.count("storm, told")) == (3, 1)
