"""The detector of a metric: what is unusual is flagged once, what recurs or lasts is not."""

import json
import math
import random
from collections.abc import Callable, Iterator

import pytest

from tasks.domain.metrics.detector import HOUR, QUIET, Detector, resumed
from tasks.domain.metrics.season import DAY
from tasks.domain.metrics.severity import severity

STEP = 300
START = 1_700_000_000 // DAY * DAY
Series = Callable[[int, random.Random], float]


def noisy(at: int, chance: random.Random) -> float:
    return 40 + chance.gauss(0, 2)


def daily(at: int, chance: random.Random) -> float:
    return 50 + 30 * math.sin(2 * math.pi * at / DAY) + chance.gauss(0, 1)


def nightly_backup(at: int, chance: random.Random) -> float:
    return (90 if at % DAY < 3 * STEP else 5) + chance.gauss(0, 0.5)


def rows(series: Series, days: float, *, start: int = START, step: int = STEP) -> Iterator[tuple[int, float]]:
    chance = random.Random(7)
    for at in range(start, start + int(days * DAY), step):
        yield at, series(at, chance)


def learned(series: Series, days: float = 10) -> Detector:
    detector = Detector()
    for at, value in rows(series, days):
        detector.observe(at, value)
    return detector


def flagged(detector: Detector, given: Iterator[tuple[int, float]]) -> list[int]:
    return [at for at, value in given if detector.observe(at, value).anomalous]


@pytest.mark.parametrize("series", [noisy, daily, nightly_backup])
def test_what_is_as_ever_is_hardly_flagged(series: Series) -> None:
    calm = flagged(learned(series, 3), rows(series, 7, start=START + 3 * DAY))
    assert len(calm) <= 2


@pytest.mark.parametrize("series", [noisy, daily, nightly_backup])
def test_a_spike_is_flagged_at_once(series: Series) -> None:
    assert learned(series).observe(START + 10 * DAY + DAY // 2, 400).anomalous


def test_a_drop_is_flagged_and_known_for_one() -> None:
    verdict = learned(noisy).observe(START + 10 * DAY, 0)
    assert (verdict.anomalous, verdict.up) == (True, False)


def test_a_peak_that_does_not_come_at_its_hour_is_flagged() -> None:
    """At noon 50 is as ever; at the hour of the daily peak it is missing 30."""
    detector = learned(daily)
    flat = rows(lambda at, chance: 50 + chance.gauss(0, 1), 0.5, start=START + 10 * DAY)
    assert flagged(detector, flat)


def test_an_episode_is_flagged_once() -> None:
    storm = rows(lambda at, chance: 200 + chance.gauss(0, 5), 0.04, start=START + 10 * DAY)
    assert len(flagged(learned(noisy), storm)) == 1


def test_a_second_episode_after_a_quiet_time_is_flagged_again() -> None:
    detector, at = learned(noisy), START + 10 * DAY
    assert detector.observe(at, 300).anomalous
    # Its hour's mean is unusual for an hour, and only then the quiet begins.
    after = HOUR // STEP + QUIET + 1
    for number in range(1, after):
        assert not detector.observe(at + number * STEP, 40).anomalous
    assert detector.observe(at + after * STEP, 300).anomalous


def test_an_anomaly_that_came_yesterday_is_still_one_today() -> None:
    detector = learned(noisy)
    assert detector.observe(START + 10 * DAY, 300).anomalous
    for at, value in rows(noisy, 0.99, start=START + 10 * DAY + STEP):
        detector.observe(at, value)
    assert detector.observe(START + 11 * DAY, 300).anomalous


def test_a_level_that_lasts_becomes_the_usual_one() -> None:
    detector = learned(noisy)
    shifted = flagged(detector, rows(lambda at, chance: 80 + chance.gauss(0, 2), 5, start=START + 10 * DAY))
    assert shifted[0] < START + 10 * DAY + 3 * STEP
    assert max(shifted) < START + 13 * DAY


def test_nothing_is_flagged_before_a_day_is_known() -> None:
    assert flagged(Detector(), rows(lambda at, chance: chance.expovariate(0.01), 0.9)) == []


def test_its_state_survives_as_json_and_stays_bounded() -> None:
    detector = learned(daily, 12)
    state = json.dumps(detector.state())
    again = resumed(json.loads(state))
    later = list(rows(daily, 1, start=START + 12 * DAY))
    assert [detector.observe(*one) for one in later] == [again.observe(*one) for one in later]
    assert len(json.dumps(learned(daily, 30).state())) < 1.2 * len(state) < 200_000


def test_hourly_rows_are_judged_too() -> None:
    detector = Detector()
    for at, value in rows(daily, 20, step=3600):
        detector.observe(at, value)
    assert detector.observe(START + 20 * DAY, 300).anomalous


@pytest.mark.parametrize(
    ("score", "metric", "up", "level"),
    [
        (1.0, "CPUUtilization", True, "normal"),
        (4.0, "CPUUtilization", True, "low"),
        (6.0, "CPUUtilization", True, "medium"),
        (10.0, "CPUUtilization", True, "high"),
        (20.0, "CPUUtilization", True, "critical"),
        (20.0, "CPUUtilization", False, "medium"),
        (20.0, "FreeStorageSpace", False, "critical"),
        (20.0, "FreeStorageSpace", True, "medium"),
        (20.0, "Orders", False, "critical"),
    ],
)
def test_severity_is_rarity_and_whether_it_hurts(score: float, metric: str, up: bool, level: str) -> None:
    assert severity(score, metric=metric, up=up) == level
