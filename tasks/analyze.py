"""Analyze: classification, severity, confidence, root cause and reason."""

from dataclasses import dataclass, replace
from typing import Any

from tasks.domain.candidates import candidates
from tasks.domain.confidence import Fix, Fixes, bound, weigh
from tasks.domain.history import similar
from tasks.domain.payload import Analysis, Incident, Json, dump, load
from tasks.domain.recurrence import habits
from tasks.runtime.clients import client
from tasks.runtime.environment import read
from tasks.runtime.observe import INCIDENT_ID, logger
from tasks.runtime.policy import policy
from tasks.store import fixes, incidents, patterns


@dataclass(frozen=True)
class Environment:
    incidents_table: str
    patterns_table: str
    model_id: str


@logger.inject_lambda_context(correlation_id_path=INCIDENT_ID)
def handler(event: Json, context: Any) -> Json:
    """What the rules said in Detect, weighed by history and the model."""
    env, incident, verdict = read(Environment), load(Incident, event["incident"]), load(Analysis, event["analysis"])
    if verdict.classification != "NORMAL":
        verdict = replace(verdict, similar=_history(env, incident, verdict))
        advice = _advised(env, incident, verdict)
        proven = _fixes(env, incident, advice)
        verdict = weigh(advice, proven, policy().trust, rules=verdict.confidence)
    logger.info("analyzed", extra={"analysis": dump(verdict)})
    return dict(dump(verdict))


def _advised(env: Environment, incident: Incident, verdict: Analysis) -> Analysis:
    if not env.model_id:
        return replace(verdict, adviser="rules (no model configured)")
    # Much to load, for those who have a model.
    from tasks.runtime.adviser import Model, advised

    return advised(Model(env.model_id, env.patterns_table), incident, verdict)


def _history(env: Environment, incident: Incident, verdict: Analysis) -> Json:
    """How earlier incidents like it went, and what recurs on its first resource."""
    dynamo, first = client("dynamodb"), incident.resources[0]
    newest = incidents.newest_of_type(dynamo, env.incidents_table, first.type)
    earlier = [one for one in newest if one["incident_id"] != incident.id]
    recurred = patterns.read(dynamo, env.patterns_table, issue=verdict.issue, arn=first.arn)
    now = {"incident": dump(incident), "analysis": dump(verdict), "workflow_state": ""}
    return similar(earlier, verdict.issue, recurred, habits(earlier, now))


def _fixes(env: Environment, incident: Incident, verdict: Analysis) -> dict[str, Fixes]:
    """What each action that may come into the plan has achieved so far, where it did worst."""
    kinds = {(one.type, one.environment) for one in incident.resources}
    return {
        action: min(
            (fixes.read(client("dynamodb"), env.patterns_table, Fix(verdict.issue, action, *kind)) for kind in kinds),
            key=bound,
        )
        for action in candidates(verdict, policy())
    }
