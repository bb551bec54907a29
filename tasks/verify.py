"""Verify: ask the resources themselves whether they are healthy, and the alarms, until their deadline."""

import time
from dataclasses import asdict, dataclass
from typing import Any

from tasks.domain.confidence import first_steps
from tasks.domain.errors import NotRecovered, NotYetHealthy
from tasks.domain.moment import iso
from tasks.domain.outcome import CHANGED
from tasks.domain.payload import Incident, Json, Plan, Resource, load
from tasks.domain.verification import NOT_RECOVERED, NOT_YET, Health, looked, verdict
from tasks.resources import ANY_TYPE, actions, module
from tasks.resources.defined import acting
from tasks.runtime import alarms
from tasks.runtime.clients import client
from tasks.runtime.environment import read
from tasks.runtime.memory import remember
from tasks.runtime.observe import INCIDENT_ID, logger
from tasks.store import snapshots, steps

ERRORS = {NOT_YET: NotYetHealthy, NOT_RECOVERED: NotRecovered}


@dataclass(frozen=True)
class Environment:
    claims_table: str
    snapshots_table: str
    snapshots_bucket: str
    verify_deadline_minutes: float
    settle_seconds: float


@logger.inject_lambda_context(correlation_id_path=INCIDENT_ID)
def handler(event: Json, context: Any) -> Json:
    """The verdict and the alarms that ring since; NotYetHealthy before the deadline, NotRecovered past it."""
    env, incident, plan = read(Environment), load(Incident, event["incident"]), load(Plan, event["plan"])
    recovery, now, watch = event["recovery"], time.time(), client("cloudwatch")
    resources = {step.resource.arn: step.resource for step in plan.steps}
    health = _health(env, event, plan, now)
    name, since = incident.trigger, recovery["restored_at"]
    rung = alarms.since(
        watch, client("resourcegroupstaggingapi"), list(resources.values()), began_at=recovery["began_at"], but=name
    )
    trigger = alarms.trigger(watch, name, restored_at=since, now=now) if name else None
    if first_steps(plan):
        side_effects, most = bool(rung["near"] or rung["elsewhere"]), env.verify_deadline_minutes * 60
        found = verdict(health, trigger, side_effects, waited=now - since, most=most)
    else:
        found = looked(health, trigger)
    logger.info("verified", extra={"verdict": asdict(found), "alarms": rung})
    if found.outcome in ERRORS:
        told = [*(f"{what}: {why}" for what, why in found.wrong.items()), found.unknown]
        raise ERRORS[found.outcome]("; ".join(filter(None, told)))
    for arn in resources.keys() - found.wrong.keys() if found.outcome in CHANGED else ():
        healthy = module(resources[arn].type).snapshot(client, resources[arn].id)
        former = snapshots.read(client("dynamodb"), env.snapshots_table, arn)
        if other := _other_issue(event, resources[arn], former, healthy):
            logger.warning("not remembered as good", extra={"resource": arn, "why": other})
            continue
        remember(
            client, env.snapshots_table, env.snapshots_bucket, resources[arn], healthy, former=former, taken_at=iso(now)
        )
    return {**asdict(found), "alarms": rung, "checked_at": now}


def _other_issue(event: Json, resource: Resource, former: Json | None, now: Json | None) -> str:
    """What else is wrong with a resource than what was healed: for the sweep to find, and no part of a good state.

    A definition of the user's own, and a resource made anew, are good as they are.
    """
    defined = any(step["action"] in ANY_TYPE for step in event["plan"]["steps"])
    if former is None or now is None or defined or event["incident"]["gone"]:
        return ""
    left = module(resource.type).issue(former["state"], now)
    return left[1] if left and left[0] != event["analysis"]["issue"] else ""


def _health(env: Environment, event: Json, plan: Plan, now: float) -> dict[str, Health]:
    """What each resource says of itself, and for how long it has been well if that matters."""
    dynamo, key = client("dynamodb"), (event["execution"], event["attempt"])
    wrong, settle = dict[str, str](), dict[str, float]()
    for step, result in zip(plan.steps, event["recovery"]["steps"], strict=True):
        arn, kind = step.resource.arn, acting(step.resource.type, step.action)
        wrong[arn] = wrong.get(arn) or kind.verify(client, step, result["after"])
        wanted = min(actions(step.resource.type)[step.action].settle, env.settle_seconds)
        settle[arn] = max(wanted, settle.get(arn, 0.0))
    since = dict[str, float]()
    if any(settle.values()):
        before = steps.well_since(dynamo, env.claims_table, *key)
        since = {arn: before.get(arn, now) for arn, why in wrong.items() if not why}
        if since != before:
            steps.mark_well(dynamo, env.claims_table, *key, since=since, now=int(now))
    deadlines = {step.resource.arn: module(step.resource.type).DEADLINE for step in plan.steps}
    return {arn: Health(why, deadlines[arn], settle[arn], now - since.get(arn, now)) for arn, why in wrong.items()}
