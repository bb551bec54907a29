"""Patterns that occur equally often in a group, whatever else it does: opened and closed, sent and acknowledged.

Such a balance holds as a workload drifts; counts alone do not. Invariant mining (Lou et al., USENIX ATC 2010) in its
simplest forms, where both occur: first = second, and first = second + third.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

Kind = tuple[tuple[str, int], ...]  # the counts of a group's patterns, sorted
Pair = tuple[str, str]

BELIEVED = 1 / 500  # the most groups that may break a balance that accuses, of those with both patterns
PACED = 1 / 20  # and of one that only excuses
NEARLY = 0.2  # the share of groups in which a third pattern may explain the difference
EXPLAINED = 2  # groups that a third pattern must explain
MOST_EXPLAINED = 100  # pairs for which a third is looked for, the most frequent ones
AGREE = 3  # patterns that must have one count before a greater count is only more of the same


def kind_of(group: Sequence[str]) -> Kind:
    return tuple(sorted(Counter(group).items()))


@dataclass(frozen=True)
class Balance:
    """`third` may be empty; `rarity` is the share of normal groups that break it."""

    first: str
    second: str
    third: str
    rarity: float

    def holds(self, counts: Mapping[str, int]) -> bool:
        first, second = counts.get(self.first, 0), counts.get(self.second, 0)
        return not first or not second or first == second + counts.get(self.third, 0)

    def told(self, counts: Mapping[str, int]) -> str:
        first, *others = (f"{one} ({counts.get(one, 0)})" for one in (self.first, self.second, self.third) if one)
        return f"{first} occurs as often as {' and '.join(others)} elsewhere"

    @property
    def surprise(self) -> float:
        return -math.log10(self.rarity)


class Balances:
    """`pairs`: for each pair of patterns the counts that they have together, with the number of groups."""

    def __init__(self, kinds: Mapping[Kind, int], pairs: Mapping[Pair, Mapping[tuple[int, int], int]]) -> None:
        found, nearly = dict[Pair, Balance](), list[tuple[int, int, Pair]]()
        for pair, counts in pairs.items():
            both, unequal = sum(counts.values()), sum(number for (one, two), number in counts.items() if one != two)
            if both * PACED >= 1 and unequal <= NEARLY * both:
                found[pair] = Balance(*pair, "", (unequal + 1) / (both + 1))
                if unequal >= EXPLAINED:
                    nearly.append((both, unequal, pair))
        groups = [(dict(kind), number) for kind, number in kinds.items()] if nearly else []
        for both, unequal, pair in sorted(nearly, reverse=True)[:MOST_EXPLAINED]:
            explained = (
                Balance(*form, (breaks + 1) / (both + 1)) for form, breaks in _explained(pair, unequal, groups)
            )
            found[pair] = min((found[pair], *explained), key=lambda one: one.rarity)
        self._all = [one for one in found.values() if one.rarity <= PACED]

    def broken(self, counts: Mapping[str, int]) -> list[Balance]:
        """The balances that a group does not keep, the firmest first."""
        found = (one for one in self._all if one.rarity <= BELIEVED and not one.holds(counts))
        return sorted(found, key=lambda one: (one.rarity, one.first, one.second))

    def together(self, counts: Mapping[str, int]) -> set[str]:
        """The patterns that occur as often as at least two others that they always keep pace with."""
        paced = Counter[str]()
        for one in self._all:
            if counts.get(one.first, 0) and counts.get(one.second, 0) and one.holds(counts):
                paced.update((one.first, one.second))
        return {pattern for pattern, number in paced.items() if number >= AGREE - 1}


def _explained(
    pair: Pair, unequal: int, groups: Iterable[tuple[dict[str, int], int]]
) -> Iterator[tuple[tuple[str, str, str], int]]:
    """The balances with a third pattern that makes up for a difference, and how many groups break them."""
    first, second = pair
    gained, spoiled = Counter[Pair](), Counter[str]()
    for counts, number in groups:
        mine, its = counts.get(first, 0), counts.get(second, 0)
        for other, count in counts.items() if mine and its else ():
            if mine == its:
                spoiled[other] += number
            elif count == abs(mine - its) and other not in pair:
                gained[first if mine > its else second, other] += number
    for (larger, third), number in gained.items():
        if number >= EXPLAINED:
            smaller = second if larger == first else first
            yield (larger, smaller, third), unequal - number + spoiled[third]
