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
    numbered = zip(range(len(plan.steps)), plan.steps, journal, strict=True)
    begun = [(number, step, record) for number, step, record in numbered if record and step.undo != "none"]
    begun.reverse()
    acting = sessions(client("sts"), env.recovery_role_arn, incident, [step for _, step, _ in begun], undo=True)
    told = list[str]()
    for (number, step, record), (_, aws) in zip(begun, acting, strict=True):
        if reason := _to_be_left(step, aws, record):
            told.append(f"{step.resource.id} {reason}")
            continue
        left = module(step.resource.type).undo(aws, step, record["before"])
        told.append(f"{step.resource.id}: {left or f'{step.undo} done'}")
        now = module(step.resource.type).snapshot(aws, step.resource.id)
        once = {"before": record["before"], "after": now, "begun_at": record["begun_at"]}
        steps.write(dynamo, env.claims_table, *key, number, phase=steps.UNDONE, **once, now=int(time.time()))
    steps.mark_undone(dynamo, env.claims_table, *key, redrive=redrive, now=int(time.time()))
    cause = event.get("failure", {})
    logger.error("not healed", extra={"undone": told, "failure": cause})
    why = f"{cause.get('Error', '')}: {said(cause.get('Cause', ''))}"
    raise NotHealed(f"{why}. Undone: {'; '.join(told) or 'nothing'}")


def _to_be_left(step: Step, aws: Aws, record: Json) -> str:
    """Why a step is not taken back, or an empty text: never twice, never over what somebody else changed since."""
    if record["phase"] == steps.UNDONE:
        return f"was taken back before ({step.undo})"
    kind = module(step.resource.type)
    now = kind.snapshot(aws, step.resource.id)
    if now == record["before"]:
        return "is as it was before"
    # What it reached counts too: a status check that fails meanwhile is nobody's change.
    left = record["phase"] == steps.DONE and now == record["after"]
    return "" if left or kind.reached(step.target, now) else "was changed by somebody else since: left alone"
