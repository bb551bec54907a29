"""How rare an excess is: a streaming peaks-over-threshold estimate with an exponential tail.

Siffer, Fouque, Termier and Largouet, "Anomaly Detection in Streams with Extreme Value Theory", KDD 2017, with the mean
excess in place of the fitted shape, and with ageing, so that what was extreme long ago counts less and less.
"""

import math
from bisect import insort
from dataclasses import dataclass, field

SHARE = 0.02  # of all values are taken for the tail
KEEP = 100
FEWEST = 50  # values, before rarity means anything
OLDEST = 10_000  # values, before half of them are forgotten
NEVER_SEEN = 99.0  # where nothing ever varied at all


@dataclass
class Tail:
    """`largest` is ascending, at most KEEP + 1 values, of the `seen` ones."""

    largest: list[float] = field(default_factory=list)
    seen: int = 0

    def surprise(self, value: float, *, noise: float) -> float:
        """-log10 of the chance of a value as large, less the noise; 0 in the bulk, and while too little is known."""
        value -= noise
        if self.seen < FEWEST:
            return 0.0
        count = max(5, min(int(SHARE * self.seen), KEEP, len(self.largest) - 1))
        least = self.largest[-count - 1]
        if value <= least:
            return 0.0
        # A series that never varied yet is not taken for one that never can.
        excess = max(sum(self.largest[-count:]) / count - least, noise / 2)
        if excess <= 0:
            return NEVER_SEEN
        return min(NEVER_SEEN, math.log10(self.seen / count) + (value - least) / excess / math.log(10))

    def learn(self, value: float) -> None:
        insort(self.largest, value)
        self.seen += 1
        if len(self.largest) > KEEP + 1:
            del self.largest[0]
        if self.seen > OLDEST:
            self.seen //= 2
            self.largest = self.largest[::-2][::-1]
