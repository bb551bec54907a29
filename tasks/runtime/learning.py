"""What the end of an incident teaches: how often its issue came back, and whether the fix helped."""

from collections.abc import Collection

from tasks.domain.confidence import attempted, predicted
from tasks.domain.moment import iso
from tasks.domain.payload import Analysis, Incident, Plan
from tasks.runtime.clients import client
from tasks.store import fixes, patterns


def came_back(table: str, incident: Incident, issue: str, ended: str, *, case: str, now: float) -> None:
    """Count the issue on each resource, once for each `case`."""
    for one in incident.resources:
        patterns.count(
            client("dynamodb"),
            table,
            issue=issue,
            resource_id=one.id,
            arn=one.arn,
            outcome=ended,
            incident_id=case,
            at=iso(now),
        )


def tried(
    table: str,
    issue: str,
    analysis: Analysis,
    plan: Plan,
    *,
    wrong: Collection[str],
    case: str,
    now: float,
    retention_days: int,
) -> None:
    """Count what a plan tried, once for each `case`; `wrong` are the ARNs of what is not healthy."""
    fix = attempted(issue, plan, wrong)
    if not fix:  # it only looked
        return
    before = predicted(analysis, fix)
    fixes.count(client("dynamodb"), table, fix, case=case, predicted=before, now=now, retention_days=retention_days)
