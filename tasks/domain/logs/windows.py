"""What is usual in a window of a log, and what is not: patterns new, gone, more, fewer, mixed or ordered anew."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from tasks.domain.logs.anomaly import MIX, NEW_PATTERN, ORDER, RATE, VANISHED, Anomaly
from tasks.domain.logs.rates import ENOUGH, Rate, deviation, expected, learn, surprise

UNUSUAL = 5.0  # deviations: with a hundred patterns in 288 windows a day, less would ring daily
NEW_IS_RARE = 1.3  # surprise of a new pattern from which on it is told: less than one window of twenty has one
LARGE = 30  # lines from which on a window has a mix
FORGOTTEN = 14 * 86_400  # seconds without a pattern
MOST_PATTERNS, MOST_STEPS = 300, 3_000


@dataclass
class Windows:
    """A baseline of windows, JSON by `vars`: rates by pattern id, of mix, order and new patterns."""

    rates: dict[str, Rate] = field(default_factory=dict)
    seen: dict[str, float] = field(default_factory=dict)  # pattern id -> when last
    steps: dict[str, float] = field(default_factory=dict)  # "id id" -> when last
    mix: Rate = field(default_factory=dict)
    order: Rate = field(default_factory=dict)
    news: list[float] = field(default_factory=lambda: [0.0, 0.0])  # windows, and windows with a new pattern

    def judge(self, patterns: Sequence[str], moment: float) -> list[Anomaly]:
        """What is unusual about the patterns of a window's lines in order, the strongest first."""
        counts, found = Counter(patterns), list[Anomaly]()
        if self.news[0] < ENOUGH:
            return found
        for one in {*self.rates, *counts}:
            count = counts[one]
            if one not in self.rates:
                score = -math.log10((self.news[1] + 1) / (self.news[0] + 2))
                if score >= NEW_IS_RARE:
                    found.append(Anomaly(NEW_PATTERN, score, f"never seen before, {count} times", one))
            elif abs(z := deviation(self.rates[one], count, moment)) >= UNUSUAL:
                usual = expected(self.rates[one], moment)
                kind = RATE if count else VANISHED
                found.append(
                    Anomaly(kind, surprise(z), f"{count} times, usually {usual:.1f} (z {z:+.1f})", one, less=z < 0)
                )
        for kind, rate, share in (
            (MIX, self.mix, self._shift(counts, moment)),
            (ORDER, self.order, self._news(patterns)),
        ):
            z = deviation(rate, share, moment)
            if z >= UNUSUAL and len(patterns) >= LARGE and not any(one.kind == NEW_PATTERN for one in found):
                found.append(Anomaly(kind, surprise(z), f"{share:.0f}% of the lines (z {z:+.1f})"))
        return sorted(found, key=lambda one: (-one.score, one.kind, one.pattern))

    def learn(self, patterns: Sequence[str], moment: float) -> None:
        """Let a window of normal operation count."""
        counts = Counter(patterns)
        if len(patterns) >= LARGE:
            learn(self.mix, self._shift(counts, moment), moment)
            learn(self.order, self._news(patterns), moment)
        fresh = [one for one in counts if one not in self.rates]
        self.news = [self.news[0] * 0.999 + 1, self.news[1] * 0.999 + bool(fresh and self.news[0] >= ENOUGH)]
        for one in fresh:
            self.rates[one] = {}
        for one, rate in self.rates.items():
            learn(rate, counts[one], moment)
        self.seen |= dict.fromkeys(counts, moment)
        self.steps |= dict.fromkeys(_steps(patterns), moment)
        self._forget(moment)

    def forget(self, patterns: Iterable[str]) -> None:
        """Leave out patterns that have become part of others."""
        for one in patterns:
            self.rates.pop(one, None)
            self.seen.pop(one, None)

    def _shift(self, counts: Mapping[str, int], moment: float) -> float:
        """The percentage of lines that would have to be others for the usual mix."""
        usual = {one: expected(rate, moment) for one, rate in self.rates.items()}
        total, all_ = sum(usual.values()), sum(counts.values())
        if not total or not all_:
            return 0.0
        return 100 * (1 - sum(min(count / all_, usual.get(one, 0) / total) for one, count in counts.items()))

    def _news(self, patterns: Sequence[str]) -> float:
        """The percentage of lines that follow another as none did before."""
        steps = _steps(patterns)
        return 100 * sum(one not in self.steps for one in steps) / len(steps) if steps else 0.0

    def _forget(self, moment: float) -> None:
        for table, most in ((self.seen, MOST_PATTERNS), (self.steps, MOST_STEPS)):
            oldest = sorted(table, key=lambda one: table[one])[: max(0, len(table) - most)]
            for one in {*oldest, *(one for one, at in table.items() if at < moment - FORGOTTEN)}:
                del table[one]
                if table is self.seen:
                    self.rates.pop(one, None)

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> "Windows":
        return cls(**state)


def _steps(patterns: Sequence[str]) -> list[str]:
    return [f"{before} {after}" for before, after in pairwise(patterns)]
