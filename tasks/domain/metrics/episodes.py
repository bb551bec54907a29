"""From new rows of a series to what people should be told."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tasks.domain.kinds import Json
from tasks.domain.knowledge.metrics import EVENT, SOURCE
from tasks.domain.metrics.detector import Detector
from tasks.domain.metrics.severity import severity
from tasks.domain.metrics.watched import Series
from tasks.domain.moment import iso


@dataclass(frozen=True)
class Episode:
    """The row where something unusual starts."""

    at: int
    value: float
    score: float
    up: bool
    severity: str


def episodes(detector: Detector, metric: str, rows: Iterable[tuple[int, float]]) -> Iterator[Episode]:
    """Let the detector judge and learn rows of (seconds, value), in their order."""
    for at, value in rows:
        verdict = detector.observe(at, value)
        if verdict.anomalous:
            level = severity(verdict.score, metric=metric, up=verdict.up)
            yield Episode(at, value, verdict.score, verdict.up, level)


def entry(series: Series, found: Episode) -> Json:
    """The PutEvents entry that starts the workflow; the digest makes telling it again the same incident."""
    detail = {
        "resource": {"type": series.resource.type, "id": series.resource.id},
        "metric": series.metric,
        "statistic": series.statistic,
        "value": found.value,
        "score": round(found.score, 2),
        "up": found.up,
        "severity": found.severity,
        "since": iso(found.at),
        "digest": hashlib.sha256(f"{series.key}|{found.at}".encode()).hexdigest()[:32],
    }
    return {"Source": SOURCE, "DetailType": EVENT, "Detail": json.dumps(detail), "Resources": [series.resource.arn]}
