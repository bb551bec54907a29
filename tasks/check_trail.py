"""CheckTrail: without a trail that logs management writes no CloudTrail event arrives; count whether one does."""

from typing import Any

from tasks.domain.payload import Json
from tasks.runtime import trails
from tasks.runtime.clients import client
from tasks.runtime.counting import MetricUnit, metrics
from tasks.runtime.observe import logger


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: Json, context: Any) -> Json:
    logging = trails.logging(client("cloudtrail"))
    metrics.add_metric("TrailLogging", MetricUnit.Count, bool(logging))
    logger.info("trails", extra={"logging": logging})
    return {"logging": logging}
