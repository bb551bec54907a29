"""Maintenance windows: weekly ranges of local time in which the agent keeps its hands off."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from tasks.domain.payload import Json
from tasks.domain.wildcard import fits

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class Window:
    """`days` on which it opens (Monday is 0); `opens`, `closes` in minutes after midnight, local time of `zone`.

    One that closes no later than it opens ends on the next day. Without `resources` (ARN patterns) it holds for all,
    without `tags` whatever they are; tag values are patterns too.
    """

    name: str
    days: frozenset[int]
    opens: int
    closes: int
    zone: str
    resources: tuple[str, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()

    def is_open(self, now: float) -> bool:
        """Whether it is open at a moment (seconds since 1970)."""
        from zoneinfo import ZoneInfo  # most policies have no window, and it slows a cold start

        local = datetime.fromtimestamp(now, ZoneInfo(self.zone))
        minute, today = local.hour * 60 + local.minute, local.weekday()
        if self.opens < self.closes:
            return today in self.days and self.opens <= minute < self.closes
        return (today in self.days and minute >= self.opens) or ((today - 1) % 7 in self.days and minute < self.closes)

    def covers(self, arn: str, tags: Mapping[str, str]) -> bool:
        """Whether it holds for a resource."""
        named = not self.resources or bool(fits(arn, self.resources))
        return named and all(key in tags and fits(tags[key], [wanted]) for key, wanted in self.tags)


def windows(rows: Iterable[Json]) -> tuple[Window, ...]:
    """The windows of the policy's rows."""
    return tuple(
        Window(
            name=row["name"],
            days=frozenset(DAYS.index(day) for day in row.get("days", DAYS)),
            opens=_minute(row["from"]),
            closes=_minute(row["to"]),
            zone=row.get("timezone", "UTC"),
            resources=tuple(row.get("resources", ())),
            tags=tuple(row.get("tags", {}).items()),
        )
        for row in rows
    )


def _minute(clock: str) -> int:
    """Minutes after midnight of `22:30`."""
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)
