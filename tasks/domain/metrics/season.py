"""What was seen around this time of day on the last days: the envelope that a value must leave to be unusual."""

import math
from dataclasses import dataclass, field

DAY = 86_400
SLOT = 900  # seconds; a slot and its two neighbours are what "around this time" means
DAYS = 7
FEWEST = 3  # values, before an envelope means anything
HALF_DAY = DAY // 2


@dataclass
class Season:
    """`slots` maps a slot of the day to [day, lowest, highest, values] of each of the last days, oldest first."""

    slots: dict[int, list[list[float]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._slot = -1
        self._envelope: tuple[float, float] | None = None

    def envelope(self, at: int) -> tuple[float, float] | None:
        """Lowest and highest value around this time of day (`at` in seconds) on earlier days; None while unknown.

        It stays for the length of a slot, as it is made of earlier days alone.
        """
        if self._slot != at // SLOT:
            self._slot, self._envelope = at // SLOT, self._around(at)
        return self._envelope

    def learn(self, at: int, value: float) -> None:
        day, slot = at // DAY, at % DAY // SLOT
        days = self.slots.setdefault(slot, [])
        if days and days[-1][0] == day:
            last = days[-1]
            last[1], last[2], last[3] = min(last[1], value), max(last[2], value), last[3] + 1
        else:
            days.append([day, value, value, 1])
            del days[:-DAYS]

    def span(self) -> float:
        """Highest less lowest of all that is remembered, 0 when nothing is."""
        days = [one for slot in self.slots.values() for one in slot]
        return max(one[2] for one in days) - min(one[1] for one in days) if days else 0.0

    def _around(self, at: int) -> tuple[float, float] | None:
        day, slot = at // DAY, at % DAY // SLOT
        lowest, highest, seen = math.inf, -math.inf, 0.0
        for near in (slot - 1, slot, slot + 1):
            near %= DAY // SLOT
            for then, low, high, count in self.slots.get(near, ()):
                # What was only just now is no history, nor is what a long gap made old.
                if day - then <= DAYS and at - (then * DAY + near * SLOT) >= HALF_DAY:
                    lowest, highest, seen = min(lowest, low), max(highest, high), seen + count
        return (lowest, highest) if seen >= FEWEST else None
