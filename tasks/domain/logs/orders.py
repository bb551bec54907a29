"""In which order patterns occur in normal groups: which follow one another at once, and which of two begins."""

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import combinations, pairwise
from typing import Protocol

from tasks.domain.logs.balances import BELIEVED

Group = tuple[str, ...]  # the patterns of its lines, in order
Pair = tuple[str, str]

BY_CHANCE = 7.0  # expected occurrences from which on it says something that there were none (e^-7 < 0.001)
MOST_PAIRED = 200  # patterns of one group; pairs grow with the square


class Order(Protocol):
    """What is known of one kind of order; `told` says of a pair what is new about it."""

    told: str

    def __init__(self, groups: Mapping[Group, int]) -> None: ...

    def new(self, group: Group) -> list[Pair]:
        """The pairs in an order that never occurred although it should have by now."""


class Steps:
    """Pairs that follow one another at once, the end included. A new pair of rare patterns says nothing."""

    told = "{0} was never followed by {1}"

    def __init__(self, groups: Mapping[Group, int]) -> None:
        self._found, self._before, self._after = Counter[Pair](), Counter[str](), Counter[str]()
        for group, number in groups.items():
            for step in _steps(group):
                self._found[step] += number
        for (before, after), number in self._found.items():
            self._before[before] += number
            self._after[after] += number
        self._size = self._found.total()

    def new(self, group: Group) -> list[Pair]:
        return [one for one in _steps(group) if one not in self._found and self._by_chance(*one) >= BY_CHANCE]

    def _by_chance(self, before: str, after: str) -> float:
        return self._before[before] * self._after[after] / self._size if self._size else 0.0


class Beginnings:
    """Which of two patterns begins. It stands firm where lines of several threads mingle and any may follow any."""

    told = "{0} never began before {1}"

    def __init__(self, groups: Mapping[Group, int]) -> None:
        self._found = Counter[Pair]()
        for beginnings, number in _counted(groups).items():
            for pair in combinations(beginnings, 2):
                self._found[pair] += number

    def new(self, group: Group) -> list[Pair]:
        pairs = combinations(_beginnings(group), 2)
        return [(one, two) for one, two in pairs if not self._found[one, two] and self._found[two, one] * BELIEVED >= 1]


ORDERS: tuple[type[Order], ...] = (Steps, Beginnings)


def _steps(group: Group) -> Iterable[Pair]:
    return pairwise(["", *group, ""])


def _beginnings(group: Group) -> Group:
    return tuple(dict.fromkeys(group))[:MOST_PAIRED]


def _counted(groups: Mapping[Group, int]) -> Counter[Group]:
    found = Counter[Group]()
    for group, number in groups.items():
        found[_beginnings(group)] += number
    return found
