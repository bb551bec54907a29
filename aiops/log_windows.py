"""`aiops anomalies logs --window`: which windows of a log are unlike those before them, or a baseline, and why."""

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from aiops.errors import BadInput
from aiops.log_anomalies import Log, Names, Window, names_of, tell
from aiops.log_file import blocks
from tasks.domain.logs.miner import Miner
from tasks.domain.logs.moments import moment
from tasks.domain.logs.reader import Reader
from tasks.domain.logs.redaction import redacted
from tasks.domain.logs.windows import Windows
from tasks.domain.moment import iso

DAY = 86_400
_WIDTH = re.compile(r"(\d{1,5})([smh])")
_SECONDS = {"s": 1, "m": 60, "h": 3600}


def by_window(path: Path, baseline: Path | None, width: str, plot: Path | None = None) -> None:
    """Print a JSON line for each window in time order; `plot` draws them."""
    if not (found := _WIDTH.fullmatch(width)) or not int(found[1]):
        raise BadInput(f"--window {width}: a number and s, m or h is wanted, such as 5m")
    judged, names = judge(path, baseline, int(found[1]) * _SECONDS[found[2]])
    since = dict[tuple[str, str], float]()
    for one in judged:
        since = {(it.kind, it.pattern): since.get((it.kind, it.pattern), one.start) for it in one.anomalies}
        tell(iso(one.start), one.anomalies, names, since)
    if plot:
        from aiops.log_plot import draw

        draw(judged, names.templates, plot, title=path.name)


def judge(path: Path, baseline: Path | None, seconds: int) -> tuple[list[Window], Names]:
    """A log's windows; without a baseline each is compared with those before it."""
    miner, windows, judged = Miner(), Windows(), list[Window]()
    normal = _windowed(baseline, miner, seconds) if baseline else Log({}, {})
    log = _windowed(path, miner, seconds)
    miner.settle()
    names = names_of(miner, normal, log)
    for start, group in _filled(normal.groups, seconds):
        windows.learn(names.ids(group), start)
    for start, group in _filled(log.groups, seconds):
        ids = names.ids(group)
        anomalies = windows.judge(ids, start)
        judged.append(Window(start, Counter(ids), anomalies))
        if not anomalies:
            windows.learn(ids, start)
    return judged, names


def _windowed(path: Path, miner: Miner, seconds: int) -> Log:
    """Windows are named by their first second. A line without a moment belongs to the line before."""
    reader, log, at, late = Reader(miner), Log(defaultdict(list), {}), None, 0
    for block in blocks(path):
        for raw, number in zip(block.split(b"\n"), reader.numbers(block), strict=False):
            line = raw[:1_500].decode(errors="replace")
            said = moment(line)
            late += said is not None and at is not None and said < at - seconds
            at = at if said is None else said
            if at is None:
                log.homeless += 1
                continue
            log.groups[str(int(at // seconds) * seconds)].append(number)
            if number not in log.examples:
                log.examples[number] = redacted(line)
    if not log.groups and log.homeless:
        raise BadInput(f"{path}: no line says when it was written; try --group-by")
    if late:
        print(f"{path}: {late} lines are older than the line before by more than a window", file=sys.stderr)
    return log


def _filled(groups: dict[str, list[int]], seconds: int) -> Iterator[tuple[float, list[int]]]:
    """The windows in time order, with the silent ones between; a silence of more than a day is a gap in the log."""
    last = None
    for start in sorted(map(int, groups)):
        if last is not None and start - last <= DAY:
            yield from ((silent, []) for silent in range(last + seconds, start, seconds))
        yield start, groups[str(start)]
        last = start
