"""Plan: the recovery steps that the policy allows, from what is known of the resources' good state."""

from dataclasses import dataclass, replace
from typing import Any

from tasks.domain.candidates import picked
from tasks.domain.payload import Analysis, Incident, Json, dump, load
from tasks.domain.planned_on import planned_on
from tasks.domain.planning import Known, plan
from tasks.resources import ANY_TYPE, actions, defined, module
from tasks.runtime.clients import client
from tasks.runtime.environment import read
from tasks.runtime.observe import INCIDENT_ID, logger
from tasks.runtime.policy import policy
from tasks.runtime.standing import earned
from tasks.store import snapshots


@dataclass(frozen=True)
class Environment:
    snapshots_table: str
    confidence_threshold: float
    patterns_table: str


@logger.inject_lambda_context(correlation_id_path=INCIDENT_ID)
def handler(event: Json, context: Any) -> Json:
    env = read(Environment)
    incident, analysis = load(Incident, event["incident"]), load(Analysis, event["analysis"])
    known = _known(env, incident, analysis)
    standings = earned(env.patterns_table, analysis.issue, [one.environment for one in incident.resources])
    made = plan(
        incident,
        analysis,
        policy(),
        actions=actions,
        known=known,
        confidence_threshold=env.confidence_threshold,
        standings=standings,
    )
    made = replace(made, grounds=planned_on(known, standings, env.confidence_threshold))
    logger.info("planned", extra={"autonomy": made.autonomy, "reason": made.reason, "hash": made.hash})
    return dict(dump(made))


def _known(env: Environment, incident: Incident, analysis: Analysis) -> dict[str, Known]:
    """What is known of each resource, if the policy has an answer to the issue."""
    answers, pick, known = policy().answers(analysis.issue), picked(analysis, policy()), {}
    for one in incident.resources if answers else ():
        kind = module(one.type)
        now, good = kind.snapshot(client, one.id), snapshots.read(client("dynamodb"), env.snapshots_table, one.arn)
        state = {**good["state"], "kept": good["kept"]} if good else None
        told = incident.facts | {"now": now}
        targets = {
            name: kind.target(name, state, told | {"settings": policy().actions.get(name, {})}) for name in kind.ACTIONS
        }
        settled, by = False, ""
        for name in [answer.action for answer in answers]:
            if name in ANY_TYPE:
                targets[name] = defined.target(client, one, name, state)
            if (wanted := targets.get(name)) is not None:
                settled, by = defined.acting(one.type, name).reached(wanted, now), name
                break
        if pick and pick.action in ANY_TYPE:
            targets[pick.action] = defined.target(client, one, pick.action, state)
        stale = good is not None and "accepted_at" in good
        known[one.arn] = Known(targets, now, stale=stale, settled=settled, answer=by)
    return known
