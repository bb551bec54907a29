"""Autonomy is earned by successes in a row, lost by one failure, and never exceeds the policy."""

from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.domain.earning import LEVELS, Case, Standing, after, level, why
from tasks.domain.policy import Earning, Recovery

AUTO, APPROVE = Recovery("start", "auto", 0.0), Recovery("start", "approve", 0.0)
NORMAL = Earning(start="policy", cases=3)
CAREFUL = Earning(start="shadow", cases=3)


def case(number: int, helped: bool | None, incident: str = "") -> Case:
    return Case(f"case-{number}", incident or f"incident-{number}", helped, "2026-03-01T12:00:00.000Z")


def lived(*ends: bool | None, answer: Recovery = AUTO, earning: Earning = NORMAL) -> Standing:
    """The standing after these ends, each of an incident of its own."""
    return reduce(lambda now, end: after(now, case(*end), answer, earning), enumerate(ends), Standing())


@pytest.mark.parametrize(("autonomy", "named"), [("auto", "auto"), ("approve", "approve"), ("notify", "suggest")])
def test_everything_starts_at_the_policys_level(autonomy: str, named: str) -> None:
    assert level(Standing(), Recovery("start", autonomy, 0.0), NORMAL) == named


LIVES: list[tuple[list[bool | None], Earning, str]] = [
    ([True] * 2, CAREFUL, "shadow"),
    ([True] * 3, CAREFUL, "suggest"),
    ([True] * 9, CAREFUL, "auto"),
    ([True] * 50, CAREFUL, "auto"),
    ([True, True, None, True, True], CAREFUL, "shadow"),  # a refusal begins the count anew
    ([False], NORMAL, "approve"),
    ([False, False], NORMAL, "suggest"),
    ([False] * 5, NORMAL, "suggest"),  # silence would hide what fails
    ([False, True, True], NORMAL, "approve"),
    ([False, True, True, True], NORMAL, "auto"),
    ([False, True, True, False, True, True, True], NORMAL, "approve"),
    ([None] * 5, NORMAL, "auto"),
    ([False], CAREFUL, "shadow"),
]


@pytest.mark.parametrize(("ends", "earning", "expected"), LIVES)
def test_successes_lead_up_and_a_failure_leads_down(ends: list[bool | None], earning: Earning, expected: str) -> None:
    assert level(lived(*ends, earning=earning), AUTO, earning) == expected


@given(st.lists(st.none() | st.booleans(), max_size=40), st.sampled_from([NORMAL, CAREFUL]))
def test_nothing_leads_above_the_policy(ends: list[bool | None], earning: Earning) -> None:
    standing = lived(*ends, answer=APPROVE, earning=earning)
    assert LEVELS.index(level(standing, APPROVE, earning)) <= LEVELS.index("approve")


def test_the_same_case_counts_once() -> None:
    once = after(Standing(), case(1, False), AUTO, NORMAL)
    assert after(once, case(1, False), AUTO, NORMAL) == once


def test_a_rerun_that_heals_gives_back_what_its_incidents_failures_cost() -> None:
    failed = after(Standing(), case(1, False, "one"), AUTO, NORMAL)
    again = after(failed, case(2, False, "one"), AUTO, NORMAL)
    assert level(again, AUTO, NORMAL) == "suggest"
    assert level(after(again, case(3, True, "one"), AUTO, NORMAL), AUTO, NORMAL) == "auto"
    assert level(after(again, case(3, True, "another"), AUTO, NORMAL), AUTO, NORMAL) == "suggest"


def test_a_change_says_why_and_of_which_incident() -> None:
    assert why(Standing()) == ""
    assert why(lived(False)) == "a fix of it did not help (incident incident, 2026-03-01)"
    assert "3 successes in a row" in why(lived(True, True, True, earning=CAREFUL))
