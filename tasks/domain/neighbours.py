"""Which alarms are near a resource: as far as dimensions and tags tell."""

import re
from collections.abc import Iterable, Iterator, Mapping

from tasks.domain.payload import Json

# Tags that every member of a group carries with the same value.
GROUPS = ("aws:cloudformation:stack-id", "aws:autoscaling:groupName")
# Tags that say nothing about belonging together.
SINGULAR = ("Name", "aiops:recover")


def groups(tags: Iterable[Mapping[str, str]]) -> list[tuple[str, str]]:
    """The groups (tag key and value) that these resources' tags name, each once."""
    return list(dict.fromkeys((key, own[key]) for own in tags for key in GROUPS if key in own))


def near(alarm: Json, alarm_tags: Mapping[str, str], *, arns: Iterable[str], tags: Iterable[Mapping[str, str]]) -> bool:
    """Whether an alarm (DescribeAlarms) is about one of the ARNs or their group, is one, or shares a tag with them."""
    around, shared = list(arns), list(tags)
    names = {name for arn in around for name in _names(arn)} | {value for _, value in groups(shared)}
    marks = {pair for own in shared for pair in own.items() if pair[0] not in SINGULAR}
    return alarm["AlarmArn"] in around or bool(names & set(_watched(alarm))) or bool(marks & alarm_tags.items())


def _watched(alarm: Json) -> Iterator[str]:
    """The values of the dimensions that an alarm looks at, in metric math too."""
    metrics = [query["MetricStat"]["Metric"] for query in alarm.get("Metrics") or () if "MetricStat" in query]
    for metric in (alarm, *metrics):
        yield from (one["Value"] for one in metric.get("Dimensions") or ())


def _names(arn: str) -> Iterator[str]:
    """What dimensions may call a resource: its ARN's last part, after each separator in it."""
    last = arn.split(":", 5)[-1]
    yield last
    yield from (last[found.end() :] for found in re.finditer("[:/]", last))
