"""CloudWatch alarms: what an alarm watches, and how bad it is that it rang.

The event's shape: docs.aws.amazon.com/AmazonCloudWatch, "Alarm events and EventBridge". It tells neither comparison
operator nor evaluation periods: a value beyond the threshold tells the first, the datapoints in reasonData the second.
"""

import json
import math
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any, TypeGuard

from tasks.domain.kinds import Json, mapping
from tasks.domain.payload import SEVERITIES

EVENT = "CloudWatch Alarm State Change"
CPU, MEMORY, DISK, NETWORK, RESPONSE = "cpu_high", "memory_high", "disk_full", "network_high", "response_slow"
CONTEXTS = (CPU, MEMORY, DISK, NETWORK, RESPONSE)

# Metric names in small letters, of AWS's own namespaces and of the CloudWatch agent; the first that fits decides.
_METRICS = (
    ("*latency*", RESPONSE),
    ("*responsetime*", RESPONSE),
    ("duration", RESPONSE),
    ("*cpu*", CPU),
    ("*mem*", MEMORY),
    ("*swap*", MEMORY),
    ("*disk*used*", DISK),
    ("*disk*free*", DISK),
    ("*diskspace*", DISK),
    ("*freestorage*", DISK),
    ("*network*", NETWORK),
    ("net_*", NETWORK),
)
_PERCENT = ("*utilization", "*percent*", "*_usage_*")

# Our own bounds, as no standard grades alarms. How far: the part of the way from the threshold to the end of the scale
# (100 per cent, or nothing left) that is gone, or how many times the threshold, as that part of doubling it.
_FAR = (0.1, 0.5, 0.9)
# How long: basic monitoring gives a value every 5 minutes, so a quarter of an hour is three of them in a row.
_LASTING_SECONDS = 900


def context(facts: Json) -> str:
    """One of CONTEXTS, by the metrics behind the alarm; empty when they are none of ours or not all alike."""
    if unclear(facts):
        return ""
    found = {metric_context(name) for name in _names(facts)}
    return found.pop() if len(found) == 1 else ""


def unclear(facts: Json) -> str:
    """Why an alarm's measure is not understood, empty when it is: composite, anomaly detection, a query, no metric."""
    configuration = mapping(facts.get("configuration"))
    if "alarmRule" in configuration:
        return "a composite alarm"
    expressions = [str(one.get("expression", "")) for one in _metrics(facts)]
    if any("ANOMALY_DETECTION_BAND" in one for one in expressions):
        return "an anomaly-detection alarm"
    if any(one.lstrip().upper().startswith("SELECT ") for one in expressions):
        return "an alarm on a Metrics Insights query"
    return "" if any(_names(facts)) else "an alarm without a metric"


def severity(facts: Json) -> str:
    """low, medium, high or critical, from how far beyond the threshold and for how long; medium where untold."""
    measured = _measured(facts)
    if measured is None:
        return "medium"
    threshold, values, period = measured
    level = sum(_far(values[-1], threshold, percent=_is_percent(facts)) >= bound for bound in _FAR)
    level += _seconds_beyond(threshold, values, period) >= _LASTING_SECONDS
    return SEVERITIES[min(level, len(SEVERITIES) - 1)]


def described(facts: Json) -> str:
    """What rang, with its numbers where the event tells them."""
    what = unclear(facts) or ", ".join(dict.fromkeys(_names(facts)))
    measured = _measured(facts)
    if measured is None:
        return f"the alarm {facts.get('alarmName', '')} rang: {what}"
    threshold, values, period = measured
    beyond = _seconds_beyond(threshold, values, period)
    lasting = f" for {beyond / 60:g} min" if beyond else ""
    return (
        f"the alarm {facts.get('alarmName', '')} rang: {what} is {values[-1]:g}, the threshold {threshold:g}{lasting}"
    )


def rings(facts: Json) -> bool:
    """Whether the alarm went into ALARM; a return to OK or INSUFFICIENT_DATA is nothing to act on."""
    return mapping(facts.get("state")).get("value") == "ALARM"


def metric_context(metric: str) -> str:
    """One of CONTEXTS, by the name of a metric; empty when it is none of ours."""
    return next((found for pattern, found in _METRICS if fnmatchcase(metric.lower(), pattern)), "")


def _is_percent(facts: Json) -> bool:
    return all(any(fnmatchcase(name.lower(), pattern) for pattern in _PERCENT) for name in _names(facts))


def _names(facts: Json) -> list[str]:
    """The metrics that the alarm's value is made of: of metric math, all that it calculates with."""
    stats = [mapping(one.get("metricStat")) for one in _metrics(facts)]
    return [str(name) for one in stats if (name := mapping(one.get("metric")).get("name"))]


def _metrics(facts: Json) -> Iterator[Json]:
    listed = mapping(facts.get("configuration")).get("metrics")
    yield from (one for one in listed if isinstance(one, dict)) if isinstance(listed, list) else ()


def _measured(facts: Json) -> tuple[float, list[float], float] | None:
    """Threshold, datapoints (the newest last) and period in seconds; None where the event does not tell."""
    try:
        told = mapping(json.loads(str(mapping(facts.get("state")).get("reasonData", ""))))
    except (ValueError, RecursionError):
        return None
    points = told.get("recentDatapoints")
    values = [float(one) for one in points if _number(one)] if isinstance(points, list) else []
    threshold, period = told.get("threshold"), told.get("period")
    if not values or not _number(threshold):
        return None
    return float(threshold), values, float(period) if _number(period) else 0.0


def _far(value: float, threshold: float, *, percent: bool) -> float:
    """0 at the threshold, 1 at the end of the scale or at twice the threshold."""
    if value < threshold:
        return (threshold - value) / threshold if threshold > 0 else 1.0
    room = 100 - threshold if percent and threshold < 100 else abs(threshold)
    return (value - threshold) / room if room else 1.0


def _seconds_beyond(threshold: float, values: list[float], period: float) -> float:
    """How long, up to now, the values have stood on the newest one's side of the threshold."""
    beyond = 0
    for value in reversed(values):
        if (value < threshold) != (values[-1] < threshold):
            break
        beyond += 1
    return beyond * period


def _number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
