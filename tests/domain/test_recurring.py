"""What was healed or failed too often of late is left to a person."""

from typing import Any

import pytest
from published import stopping

from tasks.domain.guards import Block, recurring
from tasks.domain.incident import understand
from tasks.domain.moment import iso
from tasks.domain.payload import Incident
from tasks.domain.policy import Recurring

NOW = 1_772_366_400.0
EVENT = understand(stopping("i-1", "i-2"))
ONE, TWO = (one.arn for one in EVENT.resources)
LIMIT = Recurring(times=3, hours=24)


def counted(*hours_ago: float, own: bool = False) -> dict[str, Any]:
    ends = {f"incident-{number}": iso(NOW - hours * 3600) for number, hours in enumerate(hours_ago)}
    return {"recent": ends | ({EVENT.id: iso(NOW)} if own else {})}


CASES: list[tuple[dict[str, Any], bool]] = [
    ({}, False),
    (counted(1, 2), False),
    (counted(1, 2, 23.9), True),
    (counted(1, 2, 24.1), False),
    (counted(1, 2, own=True), False),
    (counted(1, 2, 3, own=True), True),
]


@pytest.mark.parametrize(("record", "recurs"), CASES)
def test_three_ends_within_a_day_are_a_real_fault(record: dict[str, Any], recurs: bool) -> None:
    """An incident's own earlier attempts do not count against it: a person may start it anew."""
    found = recurring(EVENT, {ONE: record, TWO: record}, LIMIT, now=NOW)
    assert isinstance(found, Block) == recurs
    if isinstance(found, Block):
        assert found.reason == "RECURRING"
        assert "healed or failed 3 times within 24 h" in found.why


def test_the_resources_that_do_not_recur_go_on() -> None:
    found = recurring(EVENT, {ONE: counted(1, 2, 3), TWO: counted(1)}, LIMIT, now=NOW)
    assert isinstance(found, Incident)
    assert [one.arn for one in found.resources] == [TWO]
    assert found.dropped[ONE].startswith("RECURRING: ")


def test_a_policy_without_a_limit_lets_everything_recur() -> None:
    assert recurring(EVENT, {ONE: counted(1, 2, 3)}, None, now=NOW) == EVENT
