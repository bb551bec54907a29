"""A log watched for a simulated week: the incident is told once, early, and the rest is quiet."""

import json
import math
import random
from dataclasses import dataclass

from tasks.domain.logs.watch import Outlook, Watch

WINDOW = 600.0
DAY = 86_400.0
MONDAY = 1_772_409_600.0  # 2026-03-02T00:00:00Z
ROUTES = ("orders", "prices", "users")


@dataclass
class Shop:
    """Writes logs as a shop would: by day more than by night, a little more every day, a job at 02:00."""

    seed: int = 1

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)

    def lines(self, at: float) -> list[str]:
        day, hour = (at - MONDAY) / DAY, at % DAY / 3600
        busy = (12 + 8 * math.sin((hour - 9) / 24 * 2 * math.pi)) * (1 + 0.03 * day)
        found = [
            f"served /{self._chance.choice(ROUTES)}/{self._chance.randrange(9999)} in {self._chance.random():.1f} ms"
            for _ in range(self._chance.randrange(int(busy * 0.8), int(busy * 1.2) + 2))
        ]
        found += [f"WARN retrying payment {self._chance.randrange(9999)}"] * (self._chance.random() < 0.2)
        if int(hour) == 2:
            found += [f"INFO backup copied {self._chance.randrange(999)} tables"] * 5
        return found


def failing(minutes: float) -> list[str]:
    """What is written before and while the connection pool runs dry."""
    return [f"ERROR no connection left for order {number}, pool exhausted" for number in range(1 + int(minutes / 5))]


def week(watch: Watch, *, broken: float = math.inf, silent: float = math.inf) -> list[tuple[float, Outlook]]:
    """The windows of eight days; an incident breaks out an hour after `broken`, the schedule rests after `silent`."""
    shop, found, at = Shop(), [], MONDAY
    while at < MONDAY + 8 * DAY:
        if not silent <= at < silent + 4 * 3600:
            unwell = broken <= at < broken + 2 * 3600
            lines = shop.lines(at) + (failing((at - broken) / 60) if unwell else [])
            found.append((at, watch.look(lines, at, failing=broken + 3600 <= at < broken + 2 * 3600)))
        at += WINDOW
    return found


def test_the_incident_is_told_once_early_and_the_rest_is_quiet() -> None:
    broken = MONDAY + 5.5 * DAY
    seen = week(Watch(), broken=broken, silent=MONDAY + 3.3 * DAY)
    alerts = [(at, one) for at, one in seen if one.alert]
    assert len(alerts) == 1
    at, alert = alerts[0]
    assert broken < at < broken + 3600, "before it fails"
    assert alert.probability >= 0.7
    assert "pool exhausted" in alert.templates[alert.anomalies[0].pattern]
    assert "pool exhausted" in alert.examples[alert.anomalies[0].pattern]
    assert min(alert.since.values()) == broken


def test_a_week_of_drift_and_seasons_is_quiet() -> None:
    seen = week(Watch())
    assert not [at for at, one in seen if one.alert]
    assert sum(bool(one.anomalies) for _, one in seen) <= 0.01 * len(seen)


def test_an_incident_does_not_become_normal() -> None:
    watch = Watch()
    broken = MONDAY + 5.5 * DAY
    week(watch, broken=broken)
    found = [watch.look(Shop().lines(at) + failing(30), at) for at in (MONDAY + 8 * DAY, MONDAY + 8 * DAY + WINDOW)]
    assert found[0].anomalies
    assert found[1].alert


def alerts(watch: Watch, *, prevented: bool) -> int:
    """How many of ten episodes are told, one every six hours, each over when it was told."""
    shop, told = Shop(), 0
    for number in range(36 * 11):
        at, unwell = MONDAY + number * WINDOW, number >= 36 and number % 36 < 3
        found = watch.look(shop.lines(at) + (failing(30) if unwell else []), at, prevented=prevented and unwell)
        told += found.alert
    return told


def test_that_nothing_failed_after_it_was_prevented_makes_no_alert_less_likely() -> None:
    assert alerts(Watch(), prevented=False) < 5
    assert alerts(Watch(), prevented=True) >= 9


def test_the_state_is_json_and_carries_on() -> None:
    watch, shop, at = Watch(), Shop(), MONDAY + 100 * WINDOW
    for number in range(100):
        watch.look(shop.lines(MONDAY + number * WINDOW), MONDAY + number * WINDOW)
    lines = [*shop.lines(at), *failing(0)]
    again = Watch(json.loads(json.dumps(watch.state())))
    assert watch.look(lines, at) == again.look(lines, at)


def test_a_million_kinds_of_lines_leave_a_bounded_state() -> None:
    watch, chance = Watch(), random.Random(1)
    for number in range(20):
        lines = [" ".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=6)) for _ in range(300)]
        watch.look(lines, MONDAY + number * WINDOW)
    assert len(json.dumps(watch.state())) < 1_000_000
