"""What earlier incidents teach: counts and rates of the same issue."""

from collections.abc import Sequence
from statistics import mean

from tasks.domain.moment import seconds
from tasks.domain.outcome import CHANGED, FAILED
from tasks.domain.payload import Json


def similar(records: Sequence[Json], issue: str, recurred: Json) -> Json:
    """Of the newest incidents of a resource type: how many had this issue, how many healed, how fast (seconds).

    `recurred` is this very resource's count of the issue.
    """
    alike = [one for one in records if one.get("issue") == issue]
    healed = [one for one in alike if one["workflow_state"] in CHANGED]
    failed = [one for one in alike if one["workflow_state"] == FAILED]
    times = [_seconds(one["timestamp"], one["closed_at"]) for one in healed if one.get("closed_at")]
    return {
        "incidents": len(alike),
        "healed": len(healed),
        "failed": len(failed),
        "mean_seconds": round(mean(times), 1) if times else None,
        "on_this_resource": int(recurred.get("seen", 0)),
    }


def _seconds(start: str, end: str) -> float:
    return (seconds(end) or 0.0) - (seconds(start) or 0.0)
