"""Log groups: read by AnalyzeLogs, looked at by the sweep, changed by nobody."""

from typing import Any

from tasks.domain.knowledge.logs import ARNS, LOG_GROUP
from tasks.domain.payload import Json
from tasks.domain.planning import Action
from tasks.resources import Aws

# DescribeLogGroups is granted on log groups by prefix (service authorization reference, CloudWatch Logs).
READS = {"logs:DescribeLogGroups": ARNS[LOG_GROUP]}
ACTIONS: dict[str, Action] = {}
DEADLINE = 60


def snapshot(aws: Aws, name: str) -> Json | None:
    """Its retention in days (None: forever)."""
    found: list[Any] = aws("logs").describe_log_groups(logGroupNamePrefix=name, limit=50)["logGroups"]
    return next(({"retention": one.get("retentionInDays")} for one in found if one["logGroupName"] == name), None)


def issue(good: Json, now: Json) -> tuple[str, str] | None:
    """None: no setting of a log group is restored."""
    return None
