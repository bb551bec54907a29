"""Which trails bring the events that the agent waits for."""

from typing import Any

from tasks.domain.selectors import log_writes


def logging(cloudtrail: Any) -> list[str]:
    """The ARNs of the trails that log management writes now."""
    trails = cloudtrail.describe_trails(includeShadowTrails=True)["trailList"]
    return [one["TrailARN"] for one in trails if _logs_writes(cloudtrail, one["TrailARN"])]


def _logs_writes(cloudtrail: Any, arn: str) -> bool:
    if not cloudtrail.get_trail_status(Name=arn)["IsLogging"]:
        return False
    return log_writes(cloudtrail.get_event_selectors(TrailName=arn))
