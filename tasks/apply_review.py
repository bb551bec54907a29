"""ApplyReview: what a person's answer makes of the plan; the answer may be any JSON."""

from typing import Any

from tasks.domain.payload import Json, Plan, dump, load
from tasks.domain.review import reviewed
from tasks.runtime.observe import INCIDENT_ID, logger


@logger.inject_lambda_context(correlation_id_path=INCIDENT_ID)
def handler(event: Json, context: Any) -> Json:
    review, plan = reviewed(load(Plan, event["plan"]), event["review"])
    logger.info("reviewed", extra=review)
    return {"review": review, "plan": dump(plan)}
