"""CheckTrail: without a trail that logs management writes no CloudTrail event arrives; count whether one does."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from tasks.domain.payload import Json
from tasks.domain.selectors import log_writes
from tasks.runtime.clients import client
from tasks.runtime.observe import logger, metrics


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: Json, context: Any) -> Json:
    cloudtrail = client("cloudtrail")
    trails = cloudtrail.describe_trails(includeShadowTrails=True)["trailList"]
    logging = [one["TrailARN"] for one in trails if _logs_writes(cloudtrail, one["TrailARN"])]
    metrics.add_metric("TrailLogging", MetricUnit.Count, bool(logging))
    logger.info("trails", extra={"logging": logging, "known": len(trails)})
    return {"logging": logging}


def _logs_writes(cloudtrail: Any, arn: str) -> bool:
    """Logging now, and among what it selects are management events that write."""
    if not cloudtrail.get_trail_status(Name=arn)["IsLogging"]:
        return False
    return log_writes(cloudtrail.get_event_selectors(TrailName=arn))
