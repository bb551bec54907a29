"""Analyze: classification, severity, confidence, root cause and reason."""

from dataclasses import dataclass, replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from tasks.domain import advice
from tasks.domain.confidence import Fix, Fixes, bound, weigh
from tasks.domain.history import similar
from tasks.domain.payload import Analysis, Incident, Json, dump, load
from tasks.domain.rules import judge
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
    env, incident = read(Environment), load(Incident, event["incident"])
    verdict = judge(incident)
    if verdict.classification != "NORMAL":
        verdict = replace(verdict, similar=_history(env, incident, verdict))
        rules, advised = verdict.confidence, _advised(env, incident, verdict)
        verdict = weigh(advised, _fixes(env, incident, verdict.issue), policy().trust, rules=rules)
    logger.info("analyzed", extra={"analysis": dump(verdict)})
    return dict(dump(verdict))


def _history(env: Environment, incident: Incident, verdict: Analysis) -> Json:
    dynamo, first = client("dynamodb"), incident.resources[0]
    newest = incidents.newest_of_type(dynamo, env.incidents_table, first.type)
    recurred = patterns.read(dynamo, env.patterns_table, issue=verdict.issue, arn=first.arn)
    return similar([one for one in newest if one["incident_id"] != incident.id], verdict.issue, recurred)


def _fixes(env: Environment, incident: Incident, issue: str) -> dict[str, Fixes]:
    """What each action that may answer has achieved so far, where it did worst."""
    kinds = {(one.type, one.environment) for one in incident.resources}
    return {
        answer.action: min(
            (fixes.read(client("dynamodb"), env.patterns_table, Fix(issue, answer.action, *kind)) for kind in kinds),
            key=bound,
        )
        for answer in policy().answers(issue)
    }


def _advised(env: Environment, incident: Incident, verdict: Analysis) -> Analysis:
    """The verdict with the model's advice, or, whatever goes wrong with the model, the rules' own."""
    if not env.model_id:
        return replace(verdict, adviser="rules (no model configured)")
    request = advice.request(incident, verdict, verdict.similar, env.model_id)
    try:
        answer = advice.read(client("bedrock-runtime").converse(**request))
    except ClientError as refused:
        return replace(verdict, adviser=f"rules (model refused: {refused.response['Error']['Code']})")
    except BotoCoreError as lost:
        return replace(verdict, adviser=f"rules (model not reached: {type(lost).__name__})")
    except advice.Unusable as rubbish:
        return replace(verdict, adviser=f"rules (model's answer unusable: {rubbish})")
    return advice.apply(verdict, answer)
