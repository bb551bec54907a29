"""What recurs among incidents: on which resource, at which hour, by whom, and after what."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tasks.domain.moment import seconds
from tasks.domain.outcome import CHANGED, FAILED
from tasks.domain.payload import Json

# What begins within so many seconds of another on the same resource may follow from it.
SOON = 3600.0
# How a habit is told: of all times, how many and what. One that fits less than half of them is none.
TOLD = {
    "hour": "{times} between {what} and {next_hour} UTC",
    "actor": "{times} by {what}",
    "sequence": "{times} within the hour after {what}",
}


@dataclass(frozen=True)
class Occurrence:
    """One incident on one resource. `at` is in seconds since 1970, `outcome` how it ended or where it stands."""

    issue: str
    resource: str
    at: float
    actor: str
    outcome: str


@dataclass(frozen=True)
class Pattern:
    """`by` is resource, hour (UTC), actor or sequence; `what` that resource, hour, actor or the issue before."""

    issue: str
    by: str
    what: str
    count: int
    healed: int
    failed: int


def occurrences(record: Json) -> Iterator[Occurrence]:
    """One for each resource of an incident's record; none of what was harmless, or cannot be dated."""
    analysis, incident = record.get("analysis") or {}, record.get("incident") or {}
    at = seconds(incident.get("time", ""))
    if at is None or analysis.get("classification", "NORMAL") == "NORMAL":
        return
    actor = incident.get("actor") or {}
    who = str(actor.get("arn") or actor.get("invoked_by") or "")
    for one in incident.get("resources") or incident.get("others", []):
        yield Occurrence(analysis["issue"], one["arn"] or one["id"], at, who, record["workflow_state"])


def recurring(found: Iterable[Occurrence], least: int = 2) -> list[Pattern]:
    """What occurred `least` times or more, at an hour on two days or more, the most frequent first."""
    endings: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    resources: dict[str, list[Occurrence]] = defaultdict(list)
    days: dict[tuple[str, str, str], set[int]] = defaultdict(set)
    for one in found:
        resources[one.resource].append(one)
        hour = f"{int(one.at // 3600) % 24:02}:00"
        days[one.issue, "hour", hour].add(int(one.at // 86_400))
        for by, what in (("resource", one.resource), ("hour", hour), ("actor", one.actor)):
            if what:
                endings[one.issue, by, what][one.outcome] += 1
    for several in resources.values():
        for before, after in pairwise(sorted(several, key=lambda one: one.at)):
            if after.at - before.at <= SOON:
                endings[after.issue, "sequence", before.issue][after.outcome] += 1
    patterns = [
        Pattern(*key, ends.total(), sum(ends[one] for one in CHANGED), ends[FAILED])
        for key, ends in endings.items()
        if key not in days or len(days[key]) > 1
    ]
    return sorted(
        (one for one in patterns if one.count >= least), key=lambda one: (-one.count, one.issue, one.by, one.what)
    )


def habits(earlier: Iterable[Json], now: Json) -> list[Pattern]:
    """What recurs of the incident `now` on its first resource, itself among it; all are records, or parts of them."""
    this = next(occurrences(now), None)
    if this is None:
        return []
    before = [one for record in earlier for one in occurrences(record) if one.resource == this.resource]
    return [one for one in recurring([*before, this]) if one.issue == this.issue]


def in_words(found: Sequence[Pattern]) -> str:
    """Habits as one sentence, such as `the 4th time on this resource (3 healed, 0 failed), each between 02:00 and
    03:00 UTC`; empty for what never happened before.
    """
    total = next((one for one in found if one.by == "resource"), None)
    if total is None:
        return ""
    parts = [f"the {_ordinal(total.count)} time on this resource ({total.healed} healed, {total.failed} failed)"]
    for by, how in TOLD.items():
        most = next((one for one in found if one.by == by and one.count * 2 > total.count), None)
        if most:
            times = "each" if most.count == total.count else f"{most.count} of {total.count}"
            parts.append(how.format(times=times, what=most.what, next_hour=_next_hour(most.what)))
    return ", ".join(parts)


def _next_hour(hour: str) -> str:
    return f"{(int(hour[:2]) + 1) % 24:02}:00" if hour[:2].isdigit() else ""


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
