"""CheckTrail: without a trail that is logging, no CloudTrail event reaches the agent; count whether one is."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from tasks.domain.payload import Json
from tasks.runtime.clients import client
from tasks.runtime.observe import logger, metrics


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: Json, context: Any) -> Json:
    cloudtrail = client("cloudtrail")
    trails = cloudtrail.describe_trails(includeShadowTrails=True)["trailList"]
    logging = [one["TrailARN"] for one in trails if cloudtrail.get_trail_status(Name=one["TrailARN"])["IsLogging"]]
    metrics.add_metric("TrailLogging", MetricUnit.Count, bool(logging))
    logger.info("trails", extra={"logging": logging, "known": len(trails)})
    return {"logging": logging}
