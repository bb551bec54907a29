"""How often each count of each pattern occurs in groups of lines, alone and beside each count of each other pattern."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import combinations, pairwise

Group = Sequence[str]  # the patterns of its lines, in order
Counts = Mapping[str, int]

RIGID = 0.98  # the share of groups with one and the same count from which on only that very count is like it
MOST_PAIRED = 200  # patterns of one group; pairs grow with the square


class NormalGroups:
    """Pairs are what holds a group together, and few enough to be known; whole groups are each a little different."""

    def __init__(self, groups: Sequence[Group]) -> None:
        self.size = len(groups)
        self._one = defaultdict[str, Counter[int]](Counter)
        self._two = defaultdict[tuple[str, str], Counter[tuple[int, int]]](Counter)
        for kind, number in Counter(tuple(sorted(Counter(group).items())) for group in groups).items():
            for pattern, count in kind:
                self._one[pattern][count] += number
            for (first, mine), (second, its) in combinations(kind[:MOST_PAIRED], 2):
                self._two[first, second][mine, its] += number
        for counts in self._one.values():
            counts[0] += self.size - counts.total()
        self._rigid = {one for one, counts in self._one.items() if max(counts.values()) >= RIGID * self.size}
        self._steps = {step for group in groups for step in _steps(group)}
        self.like = cache(self._like)

    @property
    def patterns(self) -> Iterable[str]:
        return self._one.keys()

    def usual(self, pattern: str) -> int:
        """The most frequent count of a pattern."""
        return max(self._one[pattern].items(), key=lambda item: item[1])[0] if pattern in self._one else 0

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
            return self.like(first, mine) - firsts
        return self.like(second, its) - seconds if not mine else met

    def new_steps(self, group: Group) -> list[tuple[str, str]]:
        """The pairs of patterns that never followed one another."""
        return [step for step in _steps(group) if step not in self._steps]

    def surprise(self, groups: float) -> float:
        """-log10 of the probability of what occurred in so many groups."""
        return -math.log10((groups + 1) / (self.size + 1))

    def _like(self, pattern: str, count: int) -> int:
        """How many groups have a pattern about so often."""
        counts = self._one.get(pattern, {0: self.size})
        return sum(number for other, number in counts.items() if self._near(pattern, count, other))

    def _near(self, pattern: str, mine: int, other: int) -> bool:
        return mine == other or (pattern not in self._rigid and 0 < mine <= 2 * other and other <= 2 * mine)


def _steps(group: Group) -> Iterable[tuple[str, str]]:
    return pairwise(["", *group, ""])
