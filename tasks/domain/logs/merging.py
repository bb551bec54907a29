"""Which templates are one: those that differ in a word only because the word is a value.

A word's look does not say whether it is a value; how it varies does. Templates of one length that agree in all words
but one are one template if that place is known to vary (<*> or a name before it), holds many words, identifiers alone,
or words alone that are values elsewhere. What a message begins with is what it is about, and no value.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Set
from functools import lru_cache
from itertools import pairwise

from tasks.domain.logs.masking import WILD

Tokens = tuple[str, ...]
Merge = tuple[list[Tokens], Tokens]

MANY = 4  # messages that a developer wrote out differ in two or three words at most places, seldom in four
MANY_PAIRS = 5  # two places that vary at once, when no single place does
FEWEST_WORDS = 5  # below it two places are most of what a message says
LONGEST = 40  # tokens; pairs of places grow with the square
FEWEST_NAMED = 2  # words of a message that is told from another although a value is missing
BRACKETED = {("(", WILD, ")"), ("[", WILD, "]")}
ABSENT = "-"  # stands for a value that there is none of

# order_id, com.acme.Orders, OrderService, but no word of a sentence; an exception's name says what went wrong.
_IDENTIFIER = re.compile(r"(?!.*(?:Exception|Error)$)\\?[^\W_].*(?:[_.$@/\\][^\W_]|(?<=[a-z])[A-Z])")


def merges(templates: Iterable[Tokens]) -> dict[Tokens, Tokens]:
    """Each template that becomes part of another, to that one; the rest stay as they are."""
    live, became, values = set(templates), dict[Tokens, Tokens](), set[str]()
    while found := _one_place(live, values) or _two_places(live) or _without_value(live):
        for members, merged in found:
            still = [one for one in members if one in live]
            if len(still) < 2:
                continue
            live.difference_update(still)
            live.add(merged)
            values.update(its for one in still for its, new in zip(one, merged, strict=False) if new == WILD)
            became |= dict.fromkeys(still, merged)
            became.pop(merged, None)
    return {one: _end(became, one) for one in became}


def _end(became: dict[Tokens, Tokens], one: Tokens) -> Tokens:
    while one in became:
        one = became[one]
    return one


@lru_cache(maxsize=100_000)
def is_word(token: str) -> bool:
    return token != WILD and any(map(str.isalpha, token))


@lru_cache(maxsize=100_000)
def is_identifier(token: str) -> bool:
    return _IDENTIFIER.match(token) is not None


def _one_place(live: Set[Tokens], known: Set[str]) -> list[Merge]:
    """Never the first token: that is what a message is about."""
    columns = defaultdict[tuple[int, int], list[Tokens]](list)
    names = {name for one in live if "=" in one for name, sign in pairwise(one) if sign == "="} - {WILD}
    for one in live:
        hashes, whole, words = _hashes(one)
        for place in range(1, len(one)):
            spoken = is_word(one[place])
            if (spoken or one[place] in (WILD, ABSENT)) and words - spoken >= 1:
                columns[whole - hashes[place], place].append(one)
    found = []
    for (_, place), members in columns.items():
        if len(members) > 1:
            values = {one[place] for one in members}
            varies = len(values) >= MANY or bool(values & {WILD, ABSENT}) or members[0][place - 1] in names
            named = all(map(is_identifier, values)) and any(map(is_word, members[0][:place]))
            if varies or named or values <= known:
                found.append((members, _wild(members[0], place)))
    return sorted(found, key=_largest)


def _two_places(live: Set[Tokens]) -> list[Merge]:
    columns = defaultdict[tuple[int, int, int], list[Tokens]](list)
    for one in live:
        hashes, whole, words = _hashes(one)
        if words >= FEWEST_WORDS and len(one) <= LONGEST:
            places = [place for place in range(1, len(one)) if is_word(one[place])]
            for index, first in enumerate(places):
                rest = whole - hashes[first]
                for second in places[index + 1 :]:
                    columns[rest - hashes[second], first, second].append(one)
    found = []
    for (_, first, second), members in columns.items():
        if len(members) >= MANY_PAIRS:
            values = {one[first] for one in members}, {one[second] for one in members}
            if min(map(len, values)) >= MANY_PAIRS:
                found.append((members, _wild(members[0], first, second)))
    return sorted(found, key=_largest)


def _without_value(live: Set[Tokens]) -> list[Merge]:
    """A template and the same one where a value is missing, alone or with its brackets."""
    found = []
    for one in live:
        if sum(map(is_word, one)) < FEWEST_NAMED:
            continue
        for place in range(1, len(one)):
            if one[place] == WILD:
                shorter = [one[:place] + one[place + 1 :], one[: place - 1] + one[place + 2 :]]
                in_brackets = one[place - 1 : place + 2] in BRACKETED
                found += [([one, other], one) for other in shorter[: 1 + in_brackets] if other in live]
    return sorted(found, key=_largest)


def _hashes(one: Tokens) -> tuple[list[int], int, int]:
    """A hash for each place, one for the whole from which places can be taken out, and how many words there are."""
    # Of texts, since the hashes of tuples nearly add up: two exchanged words would go unnoticed.
    hashes = [hash(f"{place} {token}") for place, token in enumerate(one)]
    return hashes, sum(hashes) + hash(len(one)), sum(map(is_word, one))


def _largest(merge: Merge) -> tuple[int, Tokens]:
    """The most members first."""
    return -len(merge[0]), merge[1]


def _wild(one: Tokens, *places: int) -> Tokens:
    return tuple(WILD if place in places else token for place, token in enumerate(one))
