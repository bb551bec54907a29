"""One log watched window after window: its patterns, its baseline, and the episode that it is in."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tasks.domain.logs.anomaly import Anomaly
from tasks.domain.logs.miner import Miner, Pattern
from tasks.domain.logs.outlook import ALERT, REMEMBERED, evidence, probability
from tasks.domain.logs.reader import Reader
from tasks.domain.logs.redaction import redacted
from tasks.domain.logs.windows import MOST_PATTERNS, Windows

QUIET = 6  # windows without anything unusual that end an episode
MOST_CHARACTERS = 250_000  # of templates: all that is known of a log is one item of a table
UNTOLD, TOLD = 3_600.0, 86_400.0  # seconds after which what goes on is normal: it was harmless, or nobody minded


@dataclass
class Episode:
    """A stretch of unusual windows; what is unusual in it is not learned."""

    since: float
    first: dict[str, float] = field(default_factory=dict)  # "kind pattern" -> since when
    evidences: list[float] = field(default_factory=list)
    quiet: int = 0
    told: bool = False
    failed: bool = False
    prevented: bool = False


@dataclass(frozen=True)
class Outlook:
    """What a window showed. `alert` is true once per episode; `since` goes by "kind pattern", texts by pattern."""

    anomalies: list[Anomaly]
    probability: float
    alert: bool
    since: dict[str, float]
    templates: dict[str, str]
    examples: dict[str, str]


class Watch:
    def __init__(self, state: dict[str, Any] | None = None) -> None:
        state = state or {}
        self._templates: dict[str, str] = state.get("templates", {})
        self._windows = Windows(**state.get("windows", {}))
        self._episode = Episode(**state["episode"]) if state.get("episode") else None
        self._past: dict[str, list[int]] = state.get("past", {})  # pattern -> episodes, those with a failure

    @property
    def is_new(self) -> bool:
        """Whether nothing was learned yet."""
        return not self._windows.rates and not self._episode

    def state(self) -> dict[str, Any]:
        """All that the next window needs, as JSON."""
        return {
            "templates": self._templates,
            "windows": vars(self._windows),
            "episode": vars(self._episode) if self._episode else None,
            "past": self._past,
        }

    def look(self, lines: Sequence[str], start: float, *, failing: bool = False, prevented: bool = False) -> Outlook:
        """Judge a window that began at `start`, and learn it if nothing is unusual.

        `failing`: an incident is open; `prevented`: something was done in it before anything failed.
        """
        ids, examples = self._patterns(lines)
        anomalies = self._windows.judge(ids, start)
        self._follow(anomalies, start, failing)
        if self._episode and prevented:
            self._episode.prevented = True
        if self._episode is None and not failing:
            self._windows.learn(ids, start)
            kept = self._windows.rates.keys()
            self._templates = {one: template for one, template in self._templates.items() if one in kept}
        found = self._episode
        likely = self._likely(anomalies) if found else 0.0
        alert = bool(found and not found.told and not failing and anomalies and likely >= ALERT)
        if found and alert:
            found.told = True
        named = {one.pattern for one in anomalies}
        return Outlook(
            anomalies,
            likely,
            alert,
            dict(found.first) if found else {},
            {one: self._templates.get(one, "") for one in named if one},
            {one: line for one, line in examples.items() if one in named},
        )

    def _patterns(self, lines: Sequence[str]) -> tuple[list[str], dict[str, str]]:
        known = [Pattern(one, template) for one, template in self._templates.items()]
        miner = Miner(known, most=2 * MOST_PATTERNS)
        entries = [line.replace("\n", " ⏎ ") for line in lines]
        numbers = Reader(miner).numbers("".join(f"{one}\n" for one in entries).encode(errors="replace"))
        miner.settle()
        found = {number: miner.pattern(number) for number in set(numbers)}
        widened = {one.id for one in known} - {one.id for one in miner.patterns()}
        self._windows.forget(widened)
        self._templates = {one: template for one, template in self._templates.items() if one not in widened}
        self._templates = _bounded(self._templates | {one.id: one.template for one in found.values()})
        examples = dict[str, str]()
        for number, line in zip(numbers, lines, strict=True):
            examples.setdefault(found[number].id, line)
        return [found[number].id for number in numbers], {one: redacted(line) for one, line in examples.items()}

    def _follow(self, anomalies: list[Anomaly], start: float, failing: bool) -> None:
        episode = self._episode
        if episode is None:
            if not anomalies:
                return
            episode = self._episode = Episode(start)
        names = {f"{one.kind} {one.pattern}" for one in anomalies}
        episode.first = dict.fromkeys(names, start) | episode.first
        episode.evidences = [*episode.evidences, evidence(anomalies, self._templates)][-REMEMBERED:]
        episode.quiet = 0 if anomalies else episode.quiet + 1
        episode.failed = episode.failed or failing
        if episode.quiet >= QUIET or (not failing and start - episode.since >= (TOLD if episode.told else UNTOLD)):
            # That nothing failed after it was prevented says nothing of what would have followed.
            for name in episode.first if episode.failed or not episode.prevented else ():
                before = self._past.get(name, [0, 0])
                self._past[name] = [before[0] + 1, before[1] + episode.failed]
            self._past = dict(list(self._past.items())[-MOST_PATTERNS:])
            self._episode = None

    def _likely(self, anomalies: list[Anomaly]) -> float:
        assert self._episode
        past = [self._past[name] for one in anomalies if (name := f"{one.kind} {one.pattern}") in self._past]
        episodes, failures = max(past, default=[0, 0])
        return probability(self._episode.evidences, episodes=episodes, failures=failures)


def _bounded(templates: dict[str, str]) -> dict[str, str]:
    """As many as find room, those known longest first."""
    room, kept = MOST_CHARACTERS, dict[str, str]()
    for one, template in templates.items():
        if (room := room - len(template)) >= 0:
            kept[one] = template
        else:
            break
    return kept
