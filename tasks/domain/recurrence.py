"""What recurs among incidents: on which resource, at which hour, by whom, and after what."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from tasks.domain.moment import seconds
from tasks.domain.outcome import CHANGED, FAILED
from tasks.domain.payload import Json

# What begins within so many seconds of another on the same resource may follow from it.
SOON = 3600.0


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
    analysis, incident = record.get("analysis") or {}, record["incident"]
    at = seconds(incident["time"])
    if at is None or analysis.get("classification", "NORMAL") == "NORMAL":
        return
    actor = incident.get("actor") or {}
    who = str(actor.get("arn") or actor.get("invoked_by") or "")
    for one in incident["resources"] or incident.get("others", []):
        yield Occurrence(analysis["issue"], one["arn"] or one["id"], at, who, record["workflow_state"])


def recurring(found: Iterable[Occurrence], least: int = 2) -> list[Pattern]:
    """What occurred `least` times or more, the most frequent first."""
    endings: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    resources: dict[str, list[Occurrence]] = defaultdict(list)
    for one in found:
        resources[one.resource].append(one)
        hour = f"{int(one.at // 3600) % 24:02}:00"
        for by, what in (("resource", one.resource), ("hour", hour), ("actor", one.actor)):
            if what:
                endings[one.issue, by, what][one.outcome] += 1
    for several in resources.values():
        for before, after in pairwise(sorted(several, key=lambda one: one.at)):
            if after.at - before.at <= SOON:
                endings[after.issue, "sequence", before.issue][after.outcome] += 1
    patterns = [
        Pattern(*key, ends.total(), sum(ends[one] for one in CHANGED), ends[FAILED]) for key, ends in endings.items()
    ]
    return sorted(
        (one for one in patterns if one.count >= least), key=lambda one: (-one.count, one.issue, one.by, one.what)
    )
