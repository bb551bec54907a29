"""RequestReview: ask a person; the execution waits with its task token until the answer or the expiry."""

import time
from dataclasses import dataclass
from typing import Any

from tasks.domain.message import review_request
from tasks.domain.payload import Json
from tasks.runtime.clients import client
from tasks.runtime.environment import read
from tasks.runtime.notices import publish
from tasks.runtime.observe import logger
from tasks.store import incidents, reviews


@dataclass(frozen=True)
class Environment:
    incidents_table: str
    claims_table: str
    topic_arn: str


@logger.inject_lambda_context(correlation_id_path="input.incident.id")
def handler(event: Json, context: Any) -> Json:
    env, payload = read(Environment), event["input"]
    incident_id, plan, dynamo = payload["incident"]["id"], payload["plan"], client("dynamodb")
    expires_at = int(time.time()) + plan["review_seconds"]
    # First the plan, then the question about it: whoever finds the question must find the plan.
    progress = {"workflow_state": "WAITING_FOR_REVIEW", "analysis": payload["analysis"], "plan": plan}
    incidents.update(dynamo, env.incidents_table, incident_id, progress, execution=payload["execution"])
    reviews.ask(
        dynamo, env.claims_table, incident_id, token=event["token"], plan_hash=plan["hash"], expires_at=expires_at
    )
    publish(client("sns"), env.topic_arn, review_request(payload, expires_at=expires_at))
    logger.info("review requested", extra={"plan_hash": plan["hash"], "expires_at": expires_at})
    return {}
