"""HandleUndeliverable: an event could not start an execution (too large, throttled): record it and tell it."""

import time
from dataclasses import dataclass
from typing import Any

from tasks.domain.incident import of_text
from tasks.domain.message import undeliverable
from tasks.domain.payload import Json
from tasks.domain.text import clean
from tasks.runtime.clients import client
from tasks.runtime.environment import read
from tasks.runtime.notices import publish
from tasks.runtime.observe import logger
from tasks.store import incidents


@dataclass(frozen=True)
class Environment:
    incidents_table: str
    topic_arn: str
    retention_days: int


@logger.inject_lambda_context
def handler(event: Json, context: Any) -> Json:
    env = read(Environment)
    for record in event["Records"]:
        attributes = {key: one.get("stringValue", "") for key, one in record.get("messageAttributes", {}).items()}
        rule, error = clean(attributes.get("RULE_ARN", "")), clean(attributes.get("ERROR_MESSAGE", "unknown error"))
        incident = of_text(record["body"])
        logger.set_correlation_id(incident.id)
        new = incidents.put_ended(
            client("dynamodb"),
            env.incidents_table,
            incident,
            execution=f"none: {error}",
            state=incidents.UNDELIVERABLE,
            now_ms=int(time.time() * 1000),
            retention_days=env.retention_days,
            more={"blocked": {"reason": incidents.UNDELIVERABLE, "why": error}},
        )
        if new:
            publish(client("sns"), env.topic_arn, undeliverable(incident.event_id, rule=rule, error=error))
        logger.error("undeliverable", extra={"rule": rule, "error": error, "new": new})
    return {}
