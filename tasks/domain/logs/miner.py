"""From masked texts to patterns: online, bounded, with ids that stay."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from tasks.domain.logs.masking import WILD, mask
from tasks.domain.logs.merging import Tokens, merges

OTHER = "other"  # the id of what no longer found room
MOST_PATTERNS = 10_000
UNSETTLED = 2_000  # new templates after which they are merged
MOST_TEXTS = 20_000

_TOKEN = re.compile(r"<\*>|[^\s()\[\]{},;:=|\"'<>]+|[()\[\]{},;:=|\"'<>]")


@dataclass(frozen=True)
class Pattern:
    """`template` is the text with <*> for what varies."""

    id: str
    template: str


class Miner:
    """Learns patterns from texts. A text is answered by a number, which `pattern` turns into what it has become.

    State is bounded: past `most` patterns new ones are all OTHER.
    """

    def __init__(self, known: Iterable[Pattern] = (), *, most: int = MOST_PATTERNS) -> None:
        self._most = most
        self._became: list[int] = []  # number -> the number that it was merged into, or itself
        self._texts: list[str] = []  # number -> a text with the spaces of the original
        self._ids: dict[int, str] = {}  # of patterns known before
        self._live: dict[Tokens, int] = {}
        self._numbers: dict[str, int] = {}  # masked text -> number; a cache
        self._wild = defaultdict[tuple[int, str], list[Tokens]](list)
        self._settled = 0
        for one in known:
            number = self._new(_tokens(one.template), one.template)
            self._ids[number] = one.id
        self._index()

    def learn(self, text: str) -> int:
        """The number of a text's pattern."""
        masked = mask(text)
        number = self._numbers.get(masked)
        if number is None:
            if len(self._numbers) >= MOST_TEXTS:
                self._numbers.clear()
            number = self._numbers[masked] = self._place(masked)
        return number

    def settle(self) -> None:
        """Merge templates that have turned out to be one."""
        became = merges(self._live)
        into = defaultdict[Tokens, list[Tokens]](list)
        for one, end in sorted(became.items()):
            into[end].append(one)
        for end, members in into.items():
            numbers = [self._live[one] for one in (end, *members) if one in self._live]
            # The oldest keeps its number, and so its id if it was known.
            first = min(numbers, key=lambda number: (number not in self._ids, number))
            for one in members:
                self._live.pop(one, None)
            for number in numbers:
                self._became[number] = first
            self._live[end] = first
        self._index()

    def pattern(self, number: int) -> Pattern:
        """What a number stands for by now; settled numbers of one pattern give equal patterns."""
        root = self.root(number)
        tokens = self._tokens_of[root] if root in self._tokens_of else _tokens(self._texts[root])
        if tokens == (OTHER,):
            return Pattern(OTHER, WILD)
        template = _render(tokens, self._texts[root])
        return Pattern(self._ids.get(root) or hashlib.sha256(" ".join(tokens).encode()).hexdigest()[:12], template)

    def patterns(self) -> list[Pattern]:
        """All patterns there are by now."""
        return [self.pattern(number) for number in self._tokens_of]

    def root(self, number: int) -> int:
        """The number that stands for all that were merged with this one."""
        while self._became[number] != number:
            number = self._became[number]
        return number

    def _place(self, masked: str) -> int:
        tokens = _tokens(masked)
        if (number := self._live.get(tokens)) is not None:
            return number
        for one in self._wild.get((len(tokens), tokens[0] if tokens else ""), ()):
            if all(mine in (WILD, its) for mine, its in zip(one, tokens, strict=True)):
                return self._live[one]
        if len(self._live) > self._settled and len(self._live) >= min(self._most, self._settled + UNSETTLED):
            self.settle()
        if len(self._live) >= self._most:
            tokens = (OTHER,)
            if tokens in self._live:
                return self._live[tokens]
        return self._new(tokens, masked)

    def _new(self, tokens: Tokens, text: str) -> int:
        number = len(self._became)
        self._became.append(number)
        self._texts.append(text)
        self._live[tokens] = number
        return number

    def _index(self) -> None:
        self._settled = len(self._live)
        self._tokens_of = {number: tokens for tokens, number in self._live.items()}
        self._wild.clear()
        for tokens in self._live:
            if WILD in tokens[1:]:
                self._wild[len(tokens), tokens[0]].append(tokens)


def _tokens(text: str) -> Tokens:
    return tuple(_TOKEN.findall(text))


def _render(tokens: Tokens, text: str) -> str:
    following = iter(tokens)
    return _TOKEN.sub(lambda _: next(following, ""), text)
