"""Verify: ask the resources themselves whether they are healthy, until their deadline."""

import time
from dataclasses import dataclass
from typing import Any

from tasks.domain.errors import NotRecovered, NotYetHealthy
from tasks.domain.moment import iso
from tasks.domain.outcome import PARTIAL, VERIFIED
from tasks.domain.payload import Json, Plan, load
from tasks.resources import module
from tasks.resources.defined import acting
from tasks.runtime.clients import client
from tasks.runtime.environment import read
from tasks.runtime.observe import INCIDENT_ID, logger
from tasks.store import snapshots


@dataclass(frozen=True)
class Environment:
    snapshots_table: str
    verify_deadline_minutes: float


@logger.inject_lambda_context(correlation_id_path=INCIDENT_ID)
def handler(event: Json, context: Any) -> Json:
    """VERIFIED, or PARTIAL past the deadline; NotYetHealthy before it, NotRecovered when nothing recovered."""
    env, plan, recovery, now = read(Environment), load(Plan, event["plan"]), event["recovery"], time.time()
    wrong, deadline = {}, 0.0
    for step, result in zip(plan.steps, recovery["steps"], strict=True):
        kind = acting(step.resource.type, step.action)
        if reason := kind.verify(client, step, result["after"]):
            wrong[step.resource.arn] = reason
            deadline = max(deadline, min(kind.DEADLINE, env.verify_deadline_minutes * 60))
    resources = {step.resource.arn: step.resource for step in plan.steps}
    for arn in resources.keys() - wrong.keys():
        healthy = module(resources[arn].type).snapshot(client, resources[arn].id)
        snapshots.write(client("dynamodb"), env.snapshots_table, resources[arn], healthy, taken_at=iso(now))
    told = "; ".join(f"{arn}: {reason}" for arn, reason in wrong.items())
    logger.info("verified", extra={"wrong": wrong})
    if wrong and now < recovery["restored_at"] + deadline:
        raise NotYetHealthy(told)
    if len(wrong) == len(resources):
        raise NotRecovered(told)
    return {"outcome": PARTIAL if wrong else VERIFIED, "wrong": wrong, "checked_at": now}
