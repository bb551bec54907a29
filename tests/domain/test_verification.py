"""What a verification comes to, from what the resources and the alarm say."""

from dataclasses import replace

import pytest

from tasks.domain.outcome import PARTIAL, SIDE_EFFECTS, VERIFIED
from tasks.domain.verification import NOT_RECOVERED, NOT_YET, Health, Trigger, Verdict, verdict

WELL, ILL = Health("", 100), Health("it is stopped", 100)


def judged(
    *resources: Health, trigger: Trigger | None = None, side_effects: bool = False, waited: float = 0, most: float = 999
) -> Verdict:
    named = {f"arn-{number}": one for number, one in enumerate(resources)}
    return verdict(named, trigger, side_effects, waited=waited, most=most)


def alarm(state: str, *, fresh: bool = False, window: float = 300) -> Trigger:
    return Trigger("cpu", state, fresh=fresh, window=window)


CASES: list[tuple[tuple[Health, ...], float, str]] = [  # resources, seconds since the restore, outcome
    ((WELL,), 0, VERIFIED),
    ((WELL, WELL), 500, VERIFIED),
    ((ILL,), 99, NOT_YET),
    ((ILL,), 100, NOT_RECOVERED),
    ((WELL, ILL), 99, NOT_YET),
    ((WELL, ILL), 100, PARTIAL),
    ((ILL, ILL), 100, NOT_RECOVERED),
    ((Health("", 1000), ILL), 100, PARTIAL),
    ((Health("it is stopped", 1000), ILL), 100, NOT_YET),
]


@pytest.mark.parametrize(("resources", "waited", "outcome"), CASES)
def test_resources_have_until_their_own_deadline(resources: tuple[Health, ...], waited: float, outcome: str) -> None:
    assert judged(*resources, waited=waited).outcome == outcome


def test_the_configured_deadline_caps_the_resources_own() -> None:
    assert judged(ILL, waited=50, most=50).outcome == NOT_RECOVERED


SETTLING: list[tuple[float, float, str]] = [  # healthy for, seconds since the restore, outcome
    (0, 10, NOT_YET),
    (59, 100, NOT_YET),
    (60, 100, VERIFIED),
    (0, 5000, NOT_YET),
    (59, 5000, NOT_YET),
    (60, 5000, VERIFIED),
]


@pytest.mark.parametrize(("healthy_for", "waited", "outcome"), SETTLING)
def test_what_may_fail_again_must_stay_healthy_for_a_while(healthy_for: float, waited: float, outcome: str) -> None:
    """However late it became healthy: if it falls ill again past its deadline, it has not recovered."""
    found = judged(Health("", 100, settle=60, healthy_for=healthy_for), waited=waited)
    assert found.outcome == outcome
    if outcome != VERIFIED:
        assert found.wrong == {"arn-0": f"healthy for {healthy_for:.0f} of 60 s only"}


def test_what_is_still_ill_past_its_deadline_waits_for_the_rest_to_settle() -> None:
    settling = Health("", 100, settle=60, healthy_for=59)
    assert judged(settling, ILL, waited=5000).outcome == NOT_YET
    assert judged(replace(settling, healthy_for=60), ILL, waited=5000).outcome == PARTIAL


TRIGGERS: list[tuple[Trigger, float, str]] = [  # alarm, seconds since the restore, outcome
    (alarm("OK"), 0, VERIFIED),
    (alarm("ALARM"), 299, NOT_YET),
    (alarm("ALARM"), 300, VERIFIED),
    (alarm("ALARM", fresh=True), 299, NOT_YET),
    (alarm("ALARM", fresh=True), 300, NOT_RECOVERED),
    (alarm("ALARM", fresh=True, window=50), 99, NOT_YET),
    (alarm("ALARM", fresh=True, window=50), 100, NOT_RECOVERED),
    (alarm("ALARM", fresh=True, window=5000), 999, NOT_RECOVERED),
    (alarm("INSUFFICIENT_DATA"), 299, NOT_YET),
    (alarm("INSUFFICIENT_DATA"), 300, VERIFIED),
    (alarm(""), 0, VERIFIED),
]


@pytest.mark.parametrize(("trigger", "waited", "outcome"), TRIGGERS)
def test_the_alarm_that_started_it_counts_only_on_fresh_data(trigger: Trigger, waited: float, outcome: str) -> None:
    found = judged(WELL, trigger=trigger, waited=waited)
    assert found.outcome == outcome
    if trigger.state == "ALARM" and trigger.fresh:
        assert found.wrong == {"cpu": "the alarm that started it still rings"}
    elif trigger.state != "OK":
        assert "cpu" in found.unknown


def test_healthy_resources_are_not_undone_because_another_ones_illness_keeps_the_alarm_ringing() -> None:
    assert judged(WELL, ILL, trigger=alarm("ALARM", fresh=True), waited=5000).outcome == PARTIAL


@pytest.mark.parametrize(
    ("resources", "outcome"), [((WELL,), SIDE_EFFECTS), ((WELL, ILL), PARTIAL), ((ILL,), NOT_RECOVERED)]
)
def test_other_alarms_make_a_success_one_with_side_effects_and_nothing_else(
    resources: tuple[Health, ...], outcome: str
) -> None:
    assert judged(*resources, side_effects=True, waited=5000).outcome == outcome
