"""Notify: tell people the whole timeline."""

import time
from dataclasses import dataclass
from typing import Any

from tasks.domain.message import report
from tasks.domain.payload import Json
from tasks.runtime.clients import client
from tasks.runtime.environment import read
from tasks.runtime.notices import publish
from tasks.runtime.observe import INCIDENT_ID, logger


@dataclass(frozen=True)
class Environment:
    topic_arn: str


@logger.inject_lambda_context(correlation_id_path=INCIDENT_ID)
def handler(event: Json, context: Any) -> Json:
    message = report(event, now=time.time())
    publish(client("sns"), read(Environment).topic_arn, message)
    logger.info("told", extra={"subject": message.subject})
    return {}
