"""A picture of a log's patterns over time, with what is unusual marked."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import matplotlib as mpl

from aiops.errors import BadInput
from aiops.log_anomalies import Window
from tasks.domain.text import clean

mpl.use("Agg")  # a file, never a window

from matplotlib import pyplot as plt

MOST_DRAWN = 8  # patterns; more than these cannot be told apart


def draw(judged: Sequence[Window], templates: Mapping[str, str], path: Path, *, title: str) -> None:
    """Write a PNG (or what the name's ending says): lines of each pattern a window above, surprise below."""
    times = [datetime.fromtimestamp(one.start, UTC) for one in judged]
    figure, (rates, scores) = plt.subplots(
        2, 1, sharex=True, figsize=(12, 6), height_ratios=(3, 1), layout="constrained"
    )
    for pattern in _drawn(judged):
        unusual = [any(it.pattern == pattern for it in one.anomalies) for one in judged]
        counts = [one.counts[pattern] for one in judged]
        (line,) = rates.plot(times, counts, linewidth=0.9, label=_plain(clean(templates.get(pattern, ""), 70)))
        marked = [(at, count) for at, count, told in zip(times, counts, unusual, strict=True) if told]
        for at, count in marked:
            rates.plot([at], [count], "o", markersize=6, color=line.get_color(), markeredgecolor="tab:red")
    scores.plot(
        times,
        [max((it.score for it in one.anomalies), default=0.0) for one in judged],
        linewidth=0.8,
        color="tab:red",
    )
    rates.set_title(_plain(title))
    rates.set_ylabel("lines a window")
    scores.set_ylabel("surprise, -log10 p")
    figure.legend(loc="outside lower left", fontsize="small", ncols=2)
    try:
        figure.savefig(path, dpi=120)
    except (OSError, ValueError) as error:
        raise BadInput(f"{path}: the picture cannot be written: {error}") from error
    finally:
        plt.close(figure)


def _drawn(judged: Sequence[Window]) -> list[str]:
    """The patterns with the greatest surprises, then the most frequent."""
    lines, surprises = Counter[str](), dict[str, float]()
    for one in judged:
        lines.update(one.counts)
        for it in one.anomalies:
            surprises[it.pattern] = max(it.score, surprises.get(it.pattern, 0.0))
    return sorted(lines, key=lambda one: (-surprises.get(one, 0.0), -lines[one], one))[:MOST_DRAWN]


def _plain(text: str) -> str:
    """A dollar sign is text, no formula."""
    return text.replace("$", r"\$")
