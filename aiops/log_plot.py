"""A picture of a log's patterns over time, with what is unusual marked."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from aiops.log_anomalies import Window
from aiops.picture import panels, plain, save
from tasks.domain.text import clean

MOST_DRAWN = 8  # patterns; more than these cannot be told apart


def draw(judged: Sequence[Window], templates: Mapping[str, str], path: Path, *, title: str) -> None:
    """Write a PNG (or what the name's ending says): lines of each pattern a window above, surprise below."""
    times = [datetime.fromtimestamp(one.start, UTC) for one in judged]
    figure, rates, scores = panels()
    for pattern in _drawn(judged):
        unusual = [any(it.pattern == pattern for it in one.anomalies) for one in judged]
        counts = [one.counts[pattern] for one in judged]
        (line,) = rates.plot(times, counts, linewidth=0.9, label=plain(clean(templates.get(pattern, ""), 70)))
        marked = [(at, count) for at, count, told in zip(times, counts, unusual, strict=True) if told]
        for at, count in marked:
            rates.plot([at], [count], "o", markersize=6, color=line.get_color(), markeredgecolor="tab:red")
    scores.plot(
        times,
        [max((it.score for it in one.anomalies), default=0.0) for one in judged],
        linewidth=0.8,
        color="tab:red",
    )
    rates.set_title(plain(title))
    rates.set_ylabel("lines a window")
    scores.set_ylabel("surprise, -log10 p")
    figure.legend(loc="outside lower left", fontsize="small", ncols=2)
    save(figure, path)


def _drawn(judged: Sequence[Window]) -> list[str]:
    """The patterns with the greatest surprises, then the most frequent."""
    lines, surprises = Counter[str](), dict[str, float]()
    for one in judged:
        lines.update(one.counts)
        for it in one.anomalies:
            surprises[it.pattern] = max(it.score, surprises.get(it.pattern, 0.0))
    return sorted(lines, key=lambda one: (-surprises.get(one, 0.0), -lines[one], one))[:MOST_DRAWN]
