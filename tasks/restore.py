"""Restore: carry the plan out step by step, each step "ensure", through a session narrowed to the plan."""

import time
from dataclasses import asdict, dataclass, replace
from typing import Any

from tasks.domain import guards
from tasks.domain.errors import PlanChanged, StillRestoring
from tasks.domain.guards import Block
from tasks.domain.outcome import ANOMALY, RESTORED
from tasks.domain.payload import Incident, Json, Plan, Step, load
from tasks.domain.planning import denied, plan_hash
from tasks.resources import Aws, actions
from tasks.resources.defined import acting
from tasks.runtime.clients import client, hasty
from tasks.runtime.environment import read
from tasks.runtime.evidence import gather
from tasks.runtime.execution import redrive_count
from tasks.runtime.observe import INCIDENT_ID, logger
from tasks.runtime.policy import policy
from tasks.runtime.recovery import sessions
from tasks.runtime.switch import stopped
from tasks.store import incidents, steps
from tasks.store.claiming_again import claim_again, claim_ahead
from tasks.store.claims import Claims
from tasks.store.rate import Rate


@dataclass(frozen=True)
class Environment:
    incidents_table: str
    claims_table: str
    kill_switch: str
    recovery_role_arn: str
    incidents_per_hour: int
    burst: int


@logger.inject_lambda_context(correlation_id_path=INCIDENT_ID)
def handler(event: Json, context: Any) -> Json:
    env = read(Environment)
    incident, plan = load(Incident, event["incident"]), load(Plan, event["plan"])
    if plan_hash(plan.steps) != plan.hash:
        raise PlanChanged("the plan's steps are not the ones that were hashed")
    if denials := [why for step in plan.steps if (why := denied(step, policy()))]:
        raise PlanChanged(f"{denials[0]}, though it did not when the plan was made")
    block = _blocked(env, incident, event)
    if block:
        logger.info("not restored", extra=asdict(block))
        return {"outcome": block.reason, "why": block.why, "steps": []}
    done = []
    scoped = sessions(client("sts"), env.recovery_role_arn, incident, plan.steps, undo=False)
    for number, (step, aws) in enumerate(scoped):
        done.append(_ensure(env, event, number, step, aws))
    began_at = min(one["begun_at"] for one in done)
    return {"outcome": RESTORED, "began_at": began_at, "restored_at": time.time(), "steps": done}


def _save_evidence(env: Environment, event: Json) -> None:
    """Of the first attempt, before its first step: later ones would show what we did ourselves."""
    incident, plan = load(Incident, event["incident"]), load(Plan, event["plan"])
    resources = list(dict.fromkeys(step.resource for step in plan.steps))
    found, execution = gather(hasty, incident, resources, now=time.time()), event["execution"]
    if found["resources"] or found["missing"]:
        incidents.update(client("dynamodb"), env.incidents_table, incident.id, {"evidence": found}, execution=execution)


def _blocked(env: Environment, incident: Incident, event: Json) -> Block | None:
    if stopped(client("ssm"), env.kill_switch):
        return Block(guards.KILL_SWITCH, f"{env.kill_switch} is on")
    execution, dynamo = event["execution"], client("dynamodb")
    redrive = redrive_count(client("stepfunctions"), execution)
    store, now_ms = Claims(dynamo, env.incidents_table, env.claims_table), int(time.time() * 1000)
    if redrive:
        return claim_again(store, incident, execution=execution, redrive=redrive, now_ms=now_ms)
    ahead = event["analysis"]["classification"] == ANOMALY
    if not ahead or steps.read(dynamo, env.claims_table, execution, event["attempt"], 0):
        return None
    since_ms, limit = int(event["detected_at"] * 1000), Rate(env.incidents_per_hour, env.burst)
    return claim_ahead(store, incident, execution=execution, since_ms=since_ms, limit=limit, now_ms=now_ms)


def _ensure(env: Environment, event: Json, number: int, step: Step, aws: Aws) -> Json:
    """One step's record, before and after, done now or earlier in this attempt."""
    kind, key = acting(step.resource.type, step.action), (event["execution"], event["attempt"], number)
    dynamo = client("dynamodb")
    record = steps.read(dynamo, env.claims_table, *key)
    if record is None:
        if not event["attempt"] and not number:
            _save_evidence(env, event)
        before = kind.snapshot(aws, step.resource.id)
        if _surprised(env, event, number, step, before):
            raise PlanChanged(f"{step.resource.id} changed after the plan was made: start a new execution")
        if not kind.reached(step.target, before):
            _be_patient(env, event, number, step)
        record = {"phase": steps.PENDING, "before": before, "after": None, "begun_at": time.time()}
        steps.write(dynamo, env.claims_table, *key, **record, now=int(time.time()))
    if record["phase"] == steps.PENDING:
        output = kind.restore(aws, replace(step, token=steps.token(*key))) or ""
        done = {"phase": steps.DONE, "after": kind.snapshot(aws, step.resource.id), "output": output}
        record = {key: record[key] for key in ("before", "begun_at")} | done
        steps.write(dynamo, env.claims_table, *key, **record, now=int(time.time()))
        logger.info("step done", extra={"action": step.action, "resource": step.resource.arn})
    told = {key: record[key] for key in ("before", "after", "begun_at", "output")}
    return {"action": step.action, "resource": step.resource.arn, **told}


def _be_patient(env: Environment, event: Json, number: int, step: Step) -> None:
    """StillRestoring while the step before, on the same resource, may yet make this one needless."""
    patience = actions(step.resource.type)[step.action].patience
    follows = number > 0 and event["plan"]["steps"][number - 1]["resource"]["arn"] == step.resource.arn
    key = (event["execution"], event["attempt"], number - 1)
    earlier = steps.read(client("dynamodb"), env.claims_table, *key) if patience and follows else None
    if earlier and time.time() < earlier["begun_at"] + patience:
        raise StillRestoring(f"{step.resource.id} may do without {step.action}")


def _surprised(env: Environment, event: Json, number: int, step: Step, before: Json | None) -> bool:
    """Whether the resource is not as the plan saw it, as it must become, or as an earlier attempt found or left it."""
    on_it = [at for at, one in enumerate(event["plan"]["steps"]) if one["resource"]["arn"] == step.resource.arn]
    if number > on_it[0] or acting(step.resource.type, step.action).reached(step.target, before):
        return False
    left = steps.left(client("dynamodb"), env.claims_table, event["execution"], event["attempt"], on_it)
    return left is not None and before not in (step.seen, *left)
