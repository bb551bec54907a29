"""How far a log is read, and what reading may cost: after an outage of the schedule it goes on where it was."""

from dataclasses import dataclass, replace
from typing import Self

HISTORY = 86_400.0  # seconds of a new log from which normal operation is learned
SETTLED = 60.0  # seconds after which a window is read; what comes later comes as late
STRETCH = 12  # windows read at once
HOUR = 3_600.0
RECENT = HOUR  # after which a warning comes too late
MOST_PAGES = 20  # of 1 MB for a stretch; one when the day's budget is used up


@dataclass(frozen=True)
class Progress:
    """`until` is the first moment that is unread, `read_at` when it was read; `size` counts the bytes of `day`."""

    until: float
    read_at: float
    day: int = 0
    size: int = 0

    @classmethod
    def first(cls, now: float, width: float) -> Self:
        return cls((now - HISTORY) // width * width, 0.0)

    def due(self, now: float, width: float) -> list[float]:
        """The starts of the next windows that are over, at most a stretch of them."""
        number = int((now - SETTLED - self.until) // width)
        return [self.until + index * width for index in range(min(STRETCH, number))]

    @staticmethod
    def covered(windows: list[float], width: float, last: float) -> list[float]:
        """Of a sample, whose last event is at `last`, the windows that are whole, but one at least."""
        return [start for start in windows if start == windows[0] or start + width <= last]

    def looked_back(self, windows: list[float], width: float, now: float) -> float | None:
        """The start of an hour to look back at, for what came too late to be read; each hour once, while it keeps up.

        It is the hour before the last: what came later still is the clock of its sender.
        """
        end = (windows[-1] + width) // HOUR * HOUR
        return end - 2 * HOUR if windows[0] < end and self.is_recent(windows[0], now) else None

    def pages(self, now: float, megabytes_a_day: int) -> int:
        over = self.day == int(now // 86_400) and self.size >= megabytes_a_day * 1_000_000
        return 1 if over else MOST_PAGES

    def after(self, until: float, now: float, size: int) -> "Progress":
        """Once a stretch was read."""
        today = int(now // 86_400)
        return replace(self, until=until, read_at=now, day=today, size=size + (self.size if self.day == today else 0))

    def is_recent(self, start: float, now: float) -> bool:
        return now - start <= RECENT
