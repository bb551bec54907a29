"""`aiops anomalies metric`: the deployed detector on a file, row by row as it would come."""

import json
import sys
from pathlib import Path

from aiops.errors import BadInput
from aiops.metric_file import Row, rows
from tasks.domain.metrics.detector import Detector, Verdict, resumed
from tasks.domain.metrics.severity import severity


def show(
    path: Path, *, metric: str = "", plot: Path | None = None, state: Path | None = None, as_json: bool = False
) -> None:
    """Print a verdict for each row; `state` is read before, if it exists, and written after; `plot` a picture."""
    detector = _resumed(state)
    judged, latest, late, empty = list[tuple[Row, Verdict]](), 0, 0, 0
    if not as_json:
        print("timestamp,value,score,anomalous")
    for row in rows(path):
        late += row.at < latest
        latest = max(latest, row.at)
        empty += row.value is None
        # What was not measured tells nothing, and is learned as nothing.
        verdict = Verdict(0.0, False, True) if row.value is None else detector.observe(row.at, row.value)
        print(_line(row, verdict, metric, as_json=as_json))
        if plot:
            judged.append((row, verdict))
    for count, what in (
        (empty, "without a value: skipped"),
        (late, "earlier than one before them: judged as they came"),
    ):
        if count:
            print(f"aiops: {path}: {count} rows {what}", file=sys.stderr)
    if state:
        state.write_text(json.dumps(detector.state()))
    if plot:
        from aiops.metric_plot import draw

        draw(judged, plot, title=metric or path.name)


def _line(row: Row, verdict: Verdict, metric: str, *, as_json: bool) -> str:
    if not as_json:
        return f"{row.timestamp},{row.text},{verdict.score:.3f},{verdict.anomalous:d}"
    return json.dumps(
        {
            "timestamp": row.timestamp,
            "value": row.value,
            "score": round(verdict.score, 3),
            "anomalous": verdict.anomalous,
            "direction": "up" if verdict.up else "down",
            "severity": severity(verdict.score, metric=metric, up=verdict.up),
        }
    )


def _resumed(state: Path | None) -> Detector:
    if state is None or not state.exists():
        return Detector()
    try:
        return resumed(json.loads(state.read_text()))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(f"{state}: no state of a metric detector: {error}; remove it to learn anew") from error
