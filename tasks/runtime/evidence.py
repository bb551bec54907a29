"""Evidence before healing: what a change would wipe out, or push out of sight. It never stands in a restore's way."""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial

from botocore.exceptions import BotoCoreError, ClientError

from tasks.domain.evidence import Lines, fit
from tasks.domain.logs.redaction import redacted
from tasks.domain.metrics.watched import Series, query, series_of
from tasks.domain.moment import iso
from tasks.domain.payload import Incident, Json, Resource
from tasks.resources import Aws, module

# Far below what a record may hold (400 KB) beside the plan and its states; far below Restore's own time.
MOST_CHARACTERS, MOST_LINE, SECONDS = 60_000, 300, 15.0
HOUR = 3600


def gather(aws: Aws, incident: Incident, resources: Sequence[Resource], *, now: float) -> Json:
    """`resources`: ARN to source to its last lines; `missing`: what could not be had, and why."""
    found, missing = dict[str, dict[str, Sequence[str]]](), list[str]()
    until = time.monotonic() + SECONDS
    for name, ask in _sources(aws, incident, resources, now):
        try:
            if time.monotonic() > until:
                missing.append(f"of {name}: no time was left")
                continue
            for source, lines in ask().items():
                if lines:
                    found.setdefault(name, {})[source] = [redacted(line, MOST_LINE) for line in lines]
        except (ClientError, BotoCoreError) as refused:
            missing.append(f"of {name}: {redacted(str(refused), MOST_LINE)}")
    return {"at": iso(now), "resources": fit(found, MOST_CHARACTERS), "missing": missing[:25]}


def _sources(
    aws: Aws, incident: Incident, resources: Sequence[Resource], now: float
) -> Iterator[tuple[str, Callable[[], Lines]]]:
    """What to ask, and the ARN (of an alarm, the name) that it is about."""
    for one in resources:
        if own := getattr(module(one.type), "evidence", None):
            yield one.arn, partial(own, aws, one.id)
        if watched := list(series_of([one])):
            yield one.arn, partial(_metrics, aws, watched, now)
    if incident.trigger:
        yield incident.trigger, partial(_history, aws, incident.trigger)


def _metrics(aws: Aws, watched: Sequence[Series], now: float) -> Lines:
    """The last hour of a resource's metrics, a point every five minutes."""
    start, end = (datetime.fromtimestamp(moment, UTC) for moment in (now - HOUR, now))
    answer = aws("cloudwatch").get_metric_data(
        MetricDataQueries=[query(one, number) for number, one in enumerate(watched)],
        StartTime=start,
        EndTime=end,
        ScanBy="TimestampAscending",
    )
    return {
        watched[int(found["Id"].removeprefix("m"))].metric: [
            f"{at:%H:%M} {value:g}" for at, value in zip(found["Timestamps"], found["Values"], strict=True)
        ]
        for found in answer["MetricDataResults"]
    }


def _history(aws: Aws, alarm: str) -> Lines:
    """How the alarm that started the incident came to ring."""
    items = aws("cloudwatch").describe_alarm_history(
        AlarmName=alarm, HistoryItemType="StateUpdate", MaxRecords=10, ScanBy="TimestampDescending"
    )["AlarmHistoryItems"]
    return {"alarm history": [f"{item['Timestamp']:%H:%M:%S} {item['HistorySummary']}" for item in reversed(items)]}
