"""Undo: put back what the plan's steps declare, in reverse order, then fail red; redriven, go on to recover again."""

import time
from dataclasses import dataclass
from typing import Any

from tasks.domain.errors import NotHealed
from tasks.domain.payload import Incident, Json, Plan, Step, load
from tasks.domain.text import said
from tasks.resources import Aws, module
from tasks.runtime.clients import client
from tasks.runtime.environment import read
from tasks.runtime.execution import redrive_count
from tasks.runtime.observe import INCIDENT_ID, logger
from tasks.runtime.recovery import sessions
from tasks.store import steps


@dataclass(frozen=True)
class Environment:
    claims_table: str
    recovery_role_arn: str


@logger.inject_lambda_context(correlation_id_path=INCIDENT_ID)
def handler(event: Json, context: Any) -> Json:
    """The number of the next attempt after a redrive; else NotHealed, when the attempt has been undone."""
    env, key, dynamo = read(Environment), (event["execution"], event["attempt"]), client("dynamodb")
    redrive = redrive_count(client("stepfunctions"), event["execution"])
    undone_at = steps.undone_at(dynamo, env.claims_table, *key)
    if undone_at is not None and undone_at < redrive:
        logger.info("redriven, recovering again", extra={"attempt": redrive})
        return {"attempt": redrive}
    incident, plan = load(Incident, event["incident"]), load(Plan, event["plan"])
    journal = [steps.read(dynamo, env.claims_table, *key, number) for number in range(len(plan.steps))]
    begun = [(step, record) for step, record in zip(plan.steps, journal, strict=True) if record and step.undo != "none"]
    begun.reverse()
    acting = sessions(client("sts"), env.recovery_role_arn, incident, [step for step, _ in begun], undo=True)
    told = [_take_back(step, aws, record) for (step, record), (_, aws) in zip(begun, acting, strict=True)]
    steps.mark_undone(dynamo, env.claims_table, *key, redrive=redrive, now=int(time.time()))
    cause = event.get("failure", {})
    logger.error("not healed", extra={"undone": told, "failure": cause})
    why = f"{cause.get('Error', '')}: {said(cause.get('Cause', ''))}"
    raise NotHealed(f"{why}. Undone: {'; '.join(told) or 'nothing'}")


def _take_back(step: Step, aws: Aws, record: Json) -> str:
    """What was done about one step: never over a change that somebody else made since."""
    kind, name = module(step.resource.type), step.resource.id
    now = kind.snapshot(aws, name)
    if now == record["before"]:
        return f"{name} is as it was before"
    # What it reached counts too: a status check that fails meanwhile is nobody's change.
    left = record["phase"] == steps.DONE and now == record["after"]
    ours = left or kind.reached(step.target, now)
    if not ours:
        return f"{name} was changed by somebody else since: left alone"
    return f"{name}: {kind.undo(aws, step, record['before']) or f'{step.undo} done'}"
