"""What is unusual, in words and figures."""

from dataclasses import dataclass

NEW_PATTERN = "new pattern"
VANISHED = "vanished pattern"
RATE = "changed rate"
MIX = "changed mix"
ORDER = "changed order"


@dataclass(frozen=True)
class Anomaly:
    """`score` is the surprise: -log10 of how probable it is in normal operation, at most 10.

    `less` says that there is less of something than usual.
    """

    kind: str
    score: float
    reason: str
    pattern: str = ""
    less: bool = False


def severity(score: float) -> int:
    """1 to 10, from a surprise: 10 is one in a hundred million and rarer."""
    return max(1, min(10, round(score * 1.25)))
