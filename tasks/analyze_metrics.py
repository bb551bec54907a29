"""AnalyzeMetrics: what is unusual in the metrics of managed resources, told once for each episode.

The input `{"retrain": true}`, or a list of ARNs instead of true, makes it learn the last two weeks anew.
"""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from tasks.domain.errors import NotSeen
from tasks.domain.metrics.episodes import entry, episodes
from tasks.domain.metrics.watched import AT_ONCE, HISTORY, PERIOD, Series, query, series_of
from tasks.domain.payload import SEVERITIES, Json
from tasks.runtime.clients import client
from tasks.runtime.environment import read
from tasks.runtime.managed import opted_in
from tasks.runtime.observe import logger
from tasks.store import detectors
from tasks.store.detectors import Learned

# What CloudWatch needs to have a period's last values.
LATE = 300


@dataclass(frozen=True)
class Environment:
    patterns_table: str
    metric_severity: str


@logger.inject_lambda_context
def handler(event: Json, context: Any) -> Json:
    env, now = read(Environment), int(time.time())
    anew, counts, unseen = event.get("retrain") or (), Counter(series=0, rows=0, told=0), []
    watched = series_of(resource for resource, _ in opted_in(client("resourcegroupstaggingapi")))
    while few := list(islice(watched, AT_ONCE)):
        try:
            counts.update(_look(env, few, anew, now))
        except (ClientError, BotoCoreError) as refused:  # some that are refused must not hide the others
            unseen.append(f"{few[0].resource.arn} to {few[-1].resource.arn}: {refused}")
    logger.info("metrics looked at", extra=counts)
    if unseen:
        raise NotSeen("; ".join(unseen))
    return dict(counts)


def _look(env: Environment, few: Sequence[Series], anew: Any, now: int) -> dict[str, int]:
    """Learn what is new of some series, and tell what is unusual in it. `anew`: true, or ARNs to learn from nothing."""
    counts = {"series": len(few), "rows": 0, "told": 0}
    for one in few:
        if anew is True or one.resource.arn in anew:
            detectors.forget(client("dynamodb"), env.patterns_table, one)
    known = [detectors.read(client("dynamodb"), env.patterns_table, one) for one in few]
    for one, learned, rows in zip(few, known, _values(few, known, end=now - LATE), strict=True):
        new = [row for row in rows if row[0] > learned.cursor]
        counts["rows"] += len(new)
        counts["told"] += _learn(env, one, learned, new, now) if new else 0
    return counts


def _values(few: Sequence[Series], known: Sequence[Learned], *, end: int) -> list[list[tuple[int, float]]]:
    """The rows of each series since what is known of it, oldest first, whole periods only."""
    end = end // PERIOD * PERIOD
    start = min(max(one.cursor, end - HISTORY) for one in known)
    if start >= end:
        return [[] for _ in few]
    found: dict[str, list[tuple[int, float]]] = {}
    pages = (
        client("cloudwatch")
        .get_paginator("get_metric_data")
        .paginate(
            MetricDataQueries=[query(one, number) for number, one in enumerate(few)],
            StartTime=datetime.fromtimestamp(start, UTC),
            EndTime=datetime.fromtimestamp(end, UTC),
            ScanBy="TimestampAscending",
        )
    )
    for page in pages:
        for one in page["MetricDataResults"]:
            times = [int(moment.timestamp()) for moment in one["Timestamps"]]
            found.setdefault(one["Id"], []).extend(zip(times, one["Values"], strict=True))
    return [found.get(f"m{number}", []) for number in range(len(few))]


def _learn(env: Environment, series: Series, learned: Learned, rows: list[tuple[int, float]], now: int) -> int:
    """Learn rows and tell what is unusual in them; the first time only learn. How many were told."""
    bad = SEVERITIES.index(env.metric_severity)
    found = [one for one in episodes(learned.detector, series.metric, rows) if SEVERITIES.index(one.severity) >= bad]
    told = [entry(series, one) for one in found if learned.cursor]
    # First told, then learned: what fails between is told again as the same incident, not lost.
    for one in told:
        client("events").put_events(Entries=[one])
    after = Learned(learned.detector, rows[-1][0])
    detectors.write(client("dynamodb"), env.patterns_table, series, after, before=learned.cursor, now=now)
    return len(told)
