"""The detector of one series, online: each row is judged from itself and from earlier ones alone.

Three views of a series (the value, its mean over an hour, its step from row to row) are compared with what each was
around the same time of day in the last week. How far a view leaves that envelope is measured against how far it used
to leave it. What is flagged does not widen the envelope: an uncorrected anomaly must not become normal, though a level
that lasts does, as its excess becomes a common one.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from tasks.domain.metrics.season import Season
from tasks.domain.metrics.tail import Tail

THRESHOLD = 3.4  # -log10 of the chance: once in 2,500 rows
NOISE = 0.02  # of the week's span: what no operator would call a change
QUIET = 12  # rows without a hit end an episode
HOUR = 3_600
FEWEST = 3  # rows that a mean is made of, however far apart they are


@dataclass(frozen=True)
class Verdict:
    """`score` is -log10 of the chance of such a row; `anomalous` on the row where an episode starts.

    `up` says that the row is above, not below, what is usual.
    """

    score: float
    anomalous: bool
    up: bool


@dataclass
class View:
    season: Season = field(default_factory=Season)
    above: Tail = field(default_factory=Tail)
    below: Tail = field(default_factory=Tail)

    def observe(self, at: int, value: float, *, noise: float) -> tuple[float, bool]:
        """Score and direction of a value; learns it."""
        envelope = self.season.envelope(at)
        score, up = 0.0, True
        if envelope:
            low, high = envelope
            over, under = max(0.0, value - high), max(0.0, low - value)
            above, below = self.above.surprise(over, noise=noise), self.below.surprise(under, noise=noise)
            score, up = max(above, below), above >= below
            self.above.learn(over)
            self.below.learn(under)
            if score > THRESHOLD:
                value = min(max(value, low), high)
        self.season.learn(at, value)
        return score, up


@dataclass
class Detector:
    """`recent` are [at, value] of the last hour; `quiet` counts rows since the last hit.

    `noise`, in the series' own unit, was measured at `measured_at`.
    """

    value: View = field(default_factory=View)
    mean: View = field(default_factory=View)
    step: View = field(default_factory=View)
    recent: list[list[float]] = field(default_factory=list)
    quiet: int = QUIET
    noise: float = 0.0
    measured_at: int = 0

    def observe(self, at: int, value: float) -> Verdict:
        """Judge one row, `at` in seconds since 1970 UTC, and learn it."""
        before = self.recent[-1][1] if self.recent else value
        self.recent.append([at, value])
        while len(self.recent) > FEWEST and self.recent[0][0] <= at - HOUR:
            del self.recent[0]
        mean = sum(one for _, one in self.recent) / len(self.recent)
        if at >= self.measured_at + HOUR:
            self.noise, self.measured_at = NOISE * self.value.season.span(), at
        score, up = max(
            self.value.observe(at, value, noise=self.noise),
            self.mean.observe(at, mean, noise=self.noise),
            self.step.observe(at, value - before, noise=self.noise),
        )
        hit = score > THRESHOLD
        starts = hit and self.quiet >= QUIET
        self.quiet = 0 if hit else self.quiet + 1
        return Verdict(score, starts, up)

    def state(self) -> dict[str, Any]:
        """All that it has learned, as JSON (about 50 KB for a week of 5-minute rows, however long it runs)."""
        return asdict(self)


def resumed(state: Mapping[str, Any]) -> Detector:
    """The detector that `state` was taken from; JSON has made texts of the slots."""
    views = {name: _view(state[name]) for name in ("value", "mean", "step")}
    return Detector(**{**state, **views})


def _view(state: Mapping[str, Any]) -> View:
    slots = {int(slot): [list(day) for day in days] for slot, days in state["season"]["slots"].items()}
    return View(Season(slots), Tail(**state["above"]), Tail(**state["below"]))
