"""Plan: the recovery steps that the policy allows, from what is known of the resources' good state."""

from dataclasses import dataclass
from typing import Any

from tasks.domain.payload import Analysis, Incident, Json, dump, load
from tasks.domain.planning import plan
from tasks.resources import module
from tasks.runtime.clients import client
from tasks.runtime.environment import read
from tasks.runtime.observe import INCIDENT_ID, logger
from tasks.runtime.policy import policy
from tasks.store import snapshots


@dataclass(frozen=True)
class Environment:
    snapshots_table: str
    confidence_threshold: float


@logger.inject_lambda_context(correlation_id_path=INCIDENT_ID)
def handler(event: Json, context: Any) -> Json:
    env = read(Environment)
    incident, analysis = load(Incident, event["incident"]), load(Analysis, event["analysis"])
    kind = module(incident.resources[0].type)
    recovery = policy().recover.get(analysis.issue)
    targets: dict[str, Json | None] = {}
    seen: dict[str, Json] = {}
    stale = []
    for one in incident.resources:
        if recovery is None:
            break
        good = snapshots.read(client("dynamodb"), env.snapshots_table, one.arn)
        now = kind.snapshot(client(kind.SERVICE), one.id)
        if now is None:
            continue
        seen[one.arn] = now
        targets[one.arn] = kind.target(recovery.action, good["state"] if good else None, incident.facts)
        if good and "accepted_at" in good:
            stale.append(one.id)
    made = plan(
        incident,
        analysis,
        policy(),
        actions=kind.ACTIONS,
        targets=targets,
        seen=seen,
        stale=stale,
        confidence_threshold=env.confidence_threshold,
    )
    logger.info("planned", extra={"autonomy": made.autonomy, "reason": made.reason, "hash": made.hash})
    return dict(dump(made))
