"""Many lines at a time: whatever differs in digits only is looked at once."""

from typing import cast

from tasks.domain.logs.entries import LONGEST, bare, goes_on, goes_on_inside, says
from tasks.domain.logs.miner import Miner

MOST_SKELETONS = 50_000
MOST_BYTES = 100_000  # of one line; a JSON record is read to its end

_DIGITS = bytes.maketrans(b"123456789", b"000000000")
_GOES_ON = -1


class Reader:
    """Numbers the lines of a stream with their patterns; a stack trace has the number of its first line."""

    def __init__(self, miner: Miner) -> None:
        self._miner = miner
        self._seen: dict[bytes, int] = {}
        self._last: int | None = None
        self._inside = False

    def numbers(self, lines: bytes) -> list[int]:
        """One number for each line of a block that begins and ends with whole lines."""
        # A pattern depends on where digits stand, not on which: nearly all lines are answered from `_seen`.
        skeletons = _lines(_skeletons(lines))
        found = list(map(self._seen.get, skeletons))
        if not self._inside and None not in found and _GOES_ON not in found:
            self._last = found[-1] if found else self._last
            return cast(list[int], found)
        answers = []
        for line, skeleton, known in zip(_lines(lines), skeletons, found, strict=True):
            number = self._look(line, skeleton) if known is None else known
            if number == _GOES_ON or self._inside:
                number = self._follow(number, line)
            answers.append(number)
            self._last = number
        return answers

    def _look(self, line: bytes, skeleton: bytes) -> int:
        if (known := self._seen.get(skeleton)) is not None:
            return known  # looked at within this block
        text = bare(line[:MOST_BYTES].decode(errors="replace"))
        number = _GOES_ON if goes_on(text) else self._miner.learn(says(text))
        if len(self._seen) >= MOST_SKELETONS:
            self._seen.clear()
        if len(skeleton) <= 2 * LONGEST:
            self._seen[skeleton] = number
        return number

    def _follow(self, number: int, line: bytes) -> int:
        """The number of a line in or after a stack trace."""
        text = bare(line[:LONGEST].decode(errors="replace")).rstrip("\r")
        self._inside = number == _GOES_ON or goes_on_inside(text)
        if self._inside and self._last is not None:
            return self._last
        return number if number != _GOES_ON else self._miner.learn("(stack trace)")


def _skeletons(lines: bytes) -> bytes:
    """The lines with every digit 0, and shorter runs of them: masks tell only up to four digits apart (a year)."""
    zeros = lines.translate(_DIGITS)
    return zeros.replace(b"00000000", b"00000").replace(b"000000", b"00000")


def _lines(block: bytes) -> list[bytes]:
    lines = block.split(b"\n")
    if not lines[-1]:
        lines.pop()
    return lines
