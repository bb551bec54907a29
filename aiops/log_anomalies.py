"""`aiops anomalies logs --group-by`: which groups of a log are unlike a baseline, and why."""

import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from aiops.errors import BadInput
from aiops.log_file import blocks
from tasks.domain.logs.anomaly import Anomaly, severity
from tasks.domain.logs.miner import Miner, Pattern
from tasks.domain.logs.reader import Reader
from tasks.domain.logs.redaction import redacted
from tasks.domain.logs.sessions import Sessions
from tasks.domain.moment import iso
from tasks.domain.text import clean


@dataclass
class Log:
    """The numbers of a log's patterns by group; an example of each, and how many lines were in no group."""

    groups: dict[str, list[int]]
    examples: dict[int, str]
    homeless: int = 0


@dataclass(frozen=True)
class Names:
    """Patterns by number; templates and redacted example lines by pattern id."""

    patterns: dict[int, Pattern]
    templates: dict[str, str]
    examples: dict[str, str]

    def ids(self, numbers: Iterable[int]) -> list[str]:
        return [self.patterns[number].id for number in numbers]


@dataclass(frozen=True)
class Window:
    """A stretch of a log: its first second, how often each pattern occurs in it, and what is unusual."""

    start: float
    counts: Counter[str]
    anomalies: list[Anomaly]


def by_group(path: Path, baseline: Path, expression: str) -> None:
    """Print a JSON line for each group, in order of appearance. A group is the expression's first bracket, or match."""
    try:
        key = re.compile(expression.encode())
    except re.error as error:
        raise BadInput(f"--group-by {expression}: no regular expression: {error}") from error
    miner = Miner()
    normal, log = (_grouped(file, miner, key) for file in (baseline, path))
    miner.settle()
    if not normal.groups:
        raise BadInput(f"{baseline}: no line matches --group-by {expression}: a baseline of normal groups is wanted")
    names = names_of(miner, normal, log)
    sessions = Sessions([names.ids(group) for group in normal.groups.values()])
    for name, group in log.groups.items():
        tell(name, sessions.judge(names.ids(group)), names)
    if log.homeless:
        print(f"{path}: {log.homeless} lines match no group", file=sys.stderr)


def _grouped(path: Path, miner: Miner, key: re.Pattern[bytes]) -> Log:
    reader, log = Reader(miner), Log(defaultdict(list), {})
    for block in blocks(path):
        for line, number in zip(block.split(b"\n"), reader.numbers(block), strict=False):
            if found := key.search(line):
                log.groups[(found[1] if key.groups else found[0]).decode(errors="replace")].append(number)
                if number not in log.examples:
                    log.examples[number] = redacted(line.decode(errors="replace"))
            else:
                log.homeless += 1
    return log


def names_of(miner: Miner, normal: Log, log: Log) -> Names:
    """What numbers stand for, once all lines are read; examples are of the log rather than of its baseline."""
    examples = {**normal.examples, **log.examples}
    patterns = {number: miner.pattern(number) for number in examples}
    shown = {patterns[number].id: line for number, line in examples.items()}
    return Names(patterns, {one.id: one.template for one in patterns.values()}, shown)


def tell(name: str, anomalies: list[Anomaly], names: Names, since: dict[tuple[str, str], float] | None = None) -> None:
    reasons = []
    for one in anomalies:
        reason = {"kind": one.kind, "reason": one.reason, "severity": severity(one.score), "score": round(one.score, 2)}
        if one.pattern in names.templates:
            template, example = names.templates[one.pattern], names.examples[one.pattern]
            reason |= {"pattern": one.pattern, "template": clean(template, 1_500), "example": example}
        if since:
            reason["since"] = iso(since[one.kind, one.pattern])
        reasons.append(reason)
    score = max((one.score for one in anomalies), default=0.0)
    print(json.dumps({"group": name, "anomalous": bool(anomalies), "score": round(score, 2), "reasons": reasons}))
