"""What CloudWatch's alarms say after a restore."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from tasks.domain.neighbours import groups, near
from tasks.domain.payload import Json, Resource
from tasks.domain.verification import RINGING, Trigger
from tasks.runtime import tags

TYPES = ["MetricAlarm", "CompositeAlarm"]
OURS = "aiops-"
MOST_PAGES, MOST_TOLD, MOST_GROUPS = 5, 20, 5


def trigger(cloudwatch: Any, name: str, *, restored_at: float, now: float) -> Trigger:
    """The alarm that started an incident, by its state and by whether there is data since the restore."""
    found = cloudwatch.describe_alarms(AlarmNames=[name], AlarmTypes=TYPES)
    alarm = next(iter([*found.get("MetricAlarms", []), *found.get("CompositeAlarms", [])]), None)
    if alarm is None:
        return Trigger(name, "", fresh=False, window=0)
    queries = alarm.get("Metrics") or ([_query(alarm)] if "MetricName" in alarm else [])
    period = max((query.get("MetricStat", query).get("Period") or 60 for query in queries), default=60)
    # One more period until the first whole one has begun, and one until CloudWatch has evaluated it.
    window = period * (alarm.get("EvaluationPeriods", 1) + 2)
    fresh = alarm["StateValue"] == RINGING and _fresh(cloudwatch, queries, since=restored_at, until=now - period)
    return Trigger(name, alarm["StateValue"], fresh=fresh, window=window)


def since(cloudwatch: Any, tagging: Any, resources: Sequence[Resource], *, began_at: float, but: str) -> Json:
    """Names of the alarms that began to ring since a moment, `near` the resources and `elsewhere` in the account.

    Whole seconds count, as an alarm's time may have no others. `but` is the alarm that started it, and the agent's own
    do not count. `more` says that not all could be looked at.
    """
    pages = cloudwatch.get_paginator("describe_alarms").paginate(
        StateValue=RINGING, AlarmTypes=TYPES, PaginationConfig={"PageSize": 100, "MaxItems": 100 * MOST_PAGES}
    )
    ringing = [alarm for page in pages for kind in TYPES for alarm in page.get(f"{kind}s", [])]
    started = [
        alarm
        for alarm in ringing
        if _rings_since(alarm) >= int(began_at)
        and alarm["AlarmName"] != but
        and not alarm["AlarmName"].startswith(OURS)
    ]
    told = started[:MOST_TOLD]
    close = _near(tagging, resources, told) if told else set()
    return {
        "near": sorted(alarm["AlarmName"] for alarm in told if alarm["AlarmArn"] in close),
        "elsewhere": sorted(alarm["AlarmName"] for alarm in told if alarm["AlarmArn"] not in close),
        "more": len(started) > len(told) or pages.resume_token is not None,
    }


def _near(tagging: Any, resources: Sequence[Resource], alarms: Sequence[Json]) -> set[str]:
    """The ARNs of those alarms that are near the resources."""
    own = [one.arn for one in resources]
    known = tags.of(tagging, [*own, *(alarm["AlarmArn"] for alarm in alarms)])
    theirs = [known[arn] for arn in own if arn in known]
    grouped = [arn for key, value in groups(theirs)[:MOST_GROUPS] for arn in tags.carrying(tagging, key, value)]
    arns = [*own, *grouped]
    return {
        alarm["AlarmArn"] for alarm in alarms if near(alarm, known.get(alarm["AlarmArn"], {}), arns=arns, tags=theirs)
    }


def _rings_since(alarm: Json) -> float:
    changed: datetime = alarm.get("StateTransitionedTimestamp") or alarm["StateUpdatedTimestamp"]
    return changed.timestamp()


def _query(alarm: Json) -> Json:
    """An alarm on one metric, as a query of GetMetricData."""
    named = {key: alarm[key] for key in ("Namespace", "MetricName", "Dimensions") if alarm.get(key)}
    statistic = alarm.get("Statistic") or alarm.get("ExtendedStatistic") or "Average"
    return {"Id": "m", "MetricStat": {"Metric": named, "Period": alarm.get("Period") or 60, "Stat": statistic}}


def _fresh(cloudwatch: Any, queries: Sequence[Json], *, since: float, until: float) -> bool:
    """Whether every series has a point whose period began after `since` and, by `until`, was over."""
    if not queries or until <= since:
        return False
    start, end = (datetime.fromtimestamp(moment, UTC) for moment in (since, until))
    found = cloudwatch.get_metric_data(MetricDataQueries=list(queries), StartTime=start, EndTime=end)
    series = [one["Timestamps"] for one in found["MetricDataResults"]]
    return bool(series) and all(any(at.timestamp() >= since for at in points) for points in series)
