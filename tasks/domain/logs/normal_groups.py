"""How often each count of each pattern occurs in groups of lines, alone and beside each count of each other pattern."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import combinations

from tasks.domain.logs.balances import Balances, kind_of

Group = Sequence[str]  # the patterns of its lines, in order
Counts = Mapping[str, int]

RIGID = 0.98  # the share of groups with one and the same count from which on only that very count is like it
DRIFT = 2  # times as often something may come later
MORE_WORK = 10  # times the usual size that a group may have; beyond it something runs in circles
MOST_PAIRED = 200  # patterns of one group; pairs grow with the square


class NormalGroups:
    """Pairs are what holds a group together, and few enough to be known; whole groups are each a little different."""

    def __init__(self, groups: Sequence[Group]) -> None:
        self.size = len(groups)
        self._one = defaultdict[str, Counter[int]](Counter)
        self._two = defaultdict[tuple[str, str], Counter[tuple[int, int]]](Counter)
        kinds = Counter(map(kind_of, groups))
        for kind, number in kinds.items():
            for pattern, count in kind:
                self._one[pattern][count] += number
            for (first, mine), (second, its) in combinations(kind[:MOST_PAIRED], 2):
                self._two[first, second][mine, its] += number
        self.balances = Balances(kinds, self._two)
        for counts in self._one.values():
            counts[0] += self.size - counts.total()
        self._rigid = {one for one, counts in self._one.items() if max(counts.values()) >= RIGID * self.size}
        self.seen = cache(self._seen)

    @property
    def patterns(self) -> Iterable[str]:
        return self._one.keys()

    def usual(self, pattern: str) -> int:
        """The most frequent count of a pattern."""
        return max(self._one[pattern].items(), key=lambda item: item[1])[0] if pattern in self._one else 0

    def as_usual(self, counts: Counts) -> Counts:
        """The counts as of a usual amount of work, where more of one pattern is more of all that keep pace with it."""
        sizes = {one: self._usual_size(one) for one in self.balances.together(counts)}
        return {
            one: sizes[one] if one in sizes and sizes[one] < count <= MORE_WORK * sizes[one] else count
            for one, count in counts.items()
        }

    def meetings(self, first: str, second: str, counts: Counts) -> int:
        """How many groups have both about as often."""
        if second < first:
            first, second = second, first
        mine, its = counts.get(first, 0), counts.get(second, 0)
        met, firsts, seconds = 0, 0, 0
        for (one, two), number in self._two.get((first, second), {}).items():
            near, beside = self._near(first, mine, one), self._near(second, its, two)
            met += number if near and beside else 0
            firsts += number if near else 0
            seconds += number if beside else 0
        if not its:  # the groups without a pattern are in no pair
            return self.seen(first, mine) - firsts
        return self.seen(second, its) - seconds if not mine else met

    def surprise(self, groups: float) -> float:
        """-log10 of the probability of what occurred in so many groups."""
        return -math.log10((groups + 1) / (self.size + 1))

    def _seen(self, pattern: str, count: int) -> int:
        """How many groups have a pattern about so often."""
        counts = self._one.get(pattern, {0: self.size})
        return sum(number for other, number in counts.items() if self._near(pattern, count, other))

    def like(self, pattern: str, count: int) -> int:
        """How many groups have a pattern about so often, or would if it came a little more often."""
        return max(self.seen(pattern, count), self._tail(pattern, count) if count and pattern in self._one else 0)

    def _usual_size(self, pattern: str) -> int:
        """The most frequent count of a pattern where it occurs."""
        return max(self._present(pattern), key=lambda item: item[1])[0]

    def _tail(self, pattern: str, count: int) -> int:
        """How many groups would have so many or more if a pattern that comes by chance came twice as often."""
        present = self._present(pattern)
        size = sum(number for _, number in present)
        if pattern in self._rigid or max(number for _, number in present) >= RIGID * size:
            return 0
        mean = sum(other * number for other, number in present) / size
        return int(size * (1 - 1 / (DRIFT * mean)) ** (count - 1))  # geometric, the widest of the usual kinds

    def _present(self, pattern: str) -> list[tuple[int, int]]:
        return [(count, number) for count, number in self._one[pattern].items() if count and number]

    def _near(self, pattern: str, mine: int, other: int) -> bool:
        return mine == other or (pattern not in self._rigid and 0 < mine <= 2 * other and other <= 2 * mine)
