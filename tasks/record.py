"""Record: write the incident's analysis and plan while the recovery runs."""

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from tasks.domain.payload import Json
from tasks.runtime.clients import client
from tasks.runtime.environment import read
from tasks.runtime.observe import INCIDENT_ID, logger
from tasks.store import incidents


@dataclass(frozen=True)
class Environment:
    incidents_table: str


@logger.inject_lambda_context(correlation_id_path=INCIDENT_ID)
def handler(event: Json, context: Any) -> Json:
    progress = {"workflow_state": "RECOVERING", "issue": event["analysis"]["issue"]}
    progress |= {key: event[key] for key in ("analysis", "plan", "review") if key in event}
    table, incident_id = read(Environment).incidents_table, event["incident"]["id"]
    try:
        recorded = incidents.update(client("dynamodb"), table, incident_id, progress, execution=event["execution"])
        logger.info("recorded", extra={"recorded": recorded})
    except (ClientError, BotoCoreError) as refused:  # StoreMetrics writes it all: no reason to undo a restore at work
        logger.warning("not recorded", extra={"why": str(refused)})
    return {}
