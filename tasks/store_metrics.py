"""StoreMetrics: count, close the incident's record and end the claim."""

import time
from dataclasses import dataclass
from typing import Any

from tasks.domain.confidence import first_steps
from tasks.domain.earning import Case
from tasks.domain.guards import DUPLICATE, INTENDED
from tasks.domain.moment import iso
from tasks.domain.outcome import ACTED, ANOMALY, CHANGED, DENIED, NORMAL, SHADOW, TOLD, outcome
from tasks.domain.payload import Analysis, Incident, Json, Plan, Resource, load
from tasks.runtime.clients import client
from tasks.runtime.counting import MetricUnit, metrics
from tasks.runtime.environment import read
from tasks.runtime.learning import came_back, tried
from tasks.runtime.observe import INCIDENT_ID, logger
from tasks.runtime.standing import earn, environments
from tasks.store import incidents, patterns, snapshots
from tasks.store.claim_ends import end_unchanged, end_verified
from tasks.store.claims import Claims
from tasks.store.rate import Rate

SECTIONS = ("analysis", "plan", "review", "recovery", "verification", "attempt")


@dataclass(frozen=True)
class Environment:
    incidents_table: str
    claims_table: str
    patterns_table: str
    snapshots_table: str
    cooldown_minutes: float
    incidents_per_hour: int
    burst: int
    retention_days: int
    recovery_role_arn: str


@logger.inject_lambda_context(correlation_id_path=INCIDENT_ID)
@metrics.log_metrics
def handler(event: Json, context: Any) -> Json:
    env, incident, ended, now = read(Environment), load(Incident, event["incident"]), outcome(event), time.time()
    if ended == NORMAL:
        _note(env, incident, event, now)
    elif "blocked" not in event:
        _close(env, incident, event, ended, now)
    else:  # FAILED if counting failed before
        held = {"workflow_state": incidents.BLOCKED}
        incidents.update(client("dynamodb"), env.incidents_table, incident.id, held, execution=event["execution"])
    ours = incident.actor is not None and incident.actor.issuer == env.recovery_role_arn
    if ended in (INTENDED, NORMAL) and not incident.error and not ours:
        for one in incident.resources:
            snapshots.mark_accepted(client("dynamodb"), env.snapshots_table, one.arn, at=incident.time)
    _count(event, incident, ended, now)
    logger.info("ended", extra={"outcome": ended})
    return {"incident_id": incident.id, "outcome": ended}


def _note(env: Environment, incident: Incident, event: Json, now: float) -> None:
    """What is harmless was never claimed, and is recorded all the same."""
    incidents.put_ended(
        client("dynamodb"),
        env.incidents_table,
        incident,
        execution=event["execution"],
        state=NORMAL,
        now_ms=int(now * 1000),
        retention_days=env.retention_days,
        more={"analysis": event["analysis"]},
    )


def _close(env: Environment, incident: Incident, event: Json, ended: str, now: float) -> None:
    dynamo, execution = client("dynamodb"), event["execution"]
    issue = event["analysis"]["issue"]
    record = {"workflow_state": ended, "issue": issue, "closed_at": iso(now)}
    record |= {key: event[key] for key in SECTIONS if key in event}
    if incidents.update(dynamo, env.incidents_table, incident.id, record, execution=execution):
        # Counted before the lock goes: whoever takes it next sees what recurs.
        came_back(env.patterns_table, incident, issue, ended, case=incident.id, now=now)
        for old, heir in _heirs(incident, event).items():
            patterns.hand_over(dynamo, env.patterns_table, issue=issue, arn=old, heir_id=heir.id, heir=heir.arn)
        if ended in CHANGED:
            tried(
                env.patterns_table,
                issue,
                load(Analysis, event["analysis"]),
                load(Plan, event["plan"]),
                wrong=event["verification"]["wrong"],
                case=f"{incident.id}#{ended}",
                now=now,
                retention_days=env.retention_days,
            )
        if event.get("plan", {}).get("steps"):
            _earn(env, incident, issue, ended, event, now)
    store = Claims(dynamo, env.incidents_table, env.claims_table)
    if ended in ACTED:
        # After what was done ahead a real failure must not wait.
        foreseen = event["analysis"]["classification"] == ANOMALY
        until = int((now + (0 if foreseen else env.cooldown_minutes * 60)) * 1000)
        end_verified(store, incident, execution=execution, cooldown_until_ms=until, foreseen=foreseen)
    else:
        end_unchanged(store, incident, execution=execution, limit=Rate(env.incidents_per_hour, env.burst))


def _earn(env: Environment, incident: Incident, issue: str, ended: str, event: Json, now: float) -> None:
    """What this end earns or costs the issue class; a plan that was only told is judged by what people do."""
    plan, at = load(Plan, event["plan"]), iso(now)
    if ended in CHANGED or ended == DENIED:
        helped = None if ended == DENIED else not event["verification"]["wrong"]
        earn(env.patterns_table, issue, environments(plan), Case(f"{incident.id}#{ended}", incident.id, helped, at))
    elif ended in (SHADOW, TOLD):
        for step in first_steps(plan):
            note = {"issue": issue, "incident": incident.id, "action": step.action, "target": step.target, "at": at}
            note |= {"environment": step.resource.environment}
            snapshots.mark_suggested(client("dynamodb"), env.snapshots_table, step.resource.arn, note)


def _heirs(incident: Incident, event: Json) -> dict[str, Resource]:
    """ARN of what was replaced to its replacement."""
    new = {
        step["resource"]: step["after"]["replaced_by"]
        for step in event.get("recovery", {}).get("steps", [])
        if "replaced_by" in (step["after"] or {})
    }
    return {
        one.arn: Resource(one.type, new[one.arn], one.arn.removesuffix(one.id) + new[one.arn])
        for one in incident.resources
        if one.arn in new
    }


def _count(event: Json, incident: Incident, ended: str, now: float) -> None:
    metrics.add_metadata("incident_id", incident.id)
    metrics.add_metadata("outcome", ended)
    if ended == DUPLICATE:
        metrics.add_metric("Duplicates", MetricUnit.Count, 1)
        return
    metrics.add_metric("Incidents", MetricUnit.Count, 1)
    metrics.add_metric("Recoveries", MetricUnit.Count, ended in CHANGED)
    metrics.add_metric("DetectionLag", MetricUnit.Seconds, event["lag_seconds"])
    if analysis := event.get("analysis"):
        metrics.add_metric("Confidence", MetricUnit.NoUnit, analysis["confidence"])
        metrics.add_metric("ModelCalls", MetricUnit.Count, bool(analysis["advice"]))
    if ended in CHANGED:
        metrics.add_metric("RecoveryDuration", MetricUnit.Seconds, now - event["detected_at"])
