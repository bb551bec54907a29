"""A picture of a metric with its anomalies marked."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from aiops.metric_file import Row
from aiops.picture import panels, plain, save
from tasks.domain.metrics.detector import THRESHOLD, Verdict


def draw(judged: Sequence[tuple[Row, Verdict]], path: Path, *, title: str) -> None:
    """Write a PNG (or what the name's ending says): values above, scores below, a line where an anomaly starts."""
    known = [(row.at, row.value, verdict) for row, verdict in judged if row.value is not None]
    times = [datetime.fromtimestamp(at, UTC) for at, _, _ in known]
    figure, values, scores = panels()
    values.plot(times, [value for _, value, _ in known], linewidth=0.8, color="tab:blue")
    scores.plot(times, [verdict.score for _, _, verdict in known], linewidth=0.8, color="tab:gray")
    scores.axhline(THRESHOLD, linewidth=0.8, linestyle="--", color="tab:red")
    for at, (_, value, verdict) in zip(times, known, strict=True):
        if verdict.anomalous:
            for axes in (values, scores):
                axes.axvline(at, linewidth=0.8, color="tab:red", alpha=0.6)
            values.plot([at], [value], "o", markersize=5, color="tab:red")
    values.set_title(plain(title))
    values.set_ylabel("value")
    scores.set_ylabel("score, -log10 p")
    save(figure, path)
