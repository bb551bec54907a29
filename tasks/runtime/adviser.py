"""Asking the model, within its budget; whatever goes wrong with it, the rules' verdict stands."""

import time
from dataclasses import dataclass, replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from tasks.domain import advice
from tasks.domain.moment import iso
from tasks.domain.payload import Analysis, Incident, Json
from tasks.domain.picking import offered
from tasks.resources import actions
from tasks.runtime.clients import client
from tasks.runtime.policy import policy
from tasks.store import budget
from tasks.store.budget import Budget


@dataclass(frozen=True)
class Model:
    """The model's id, and the table where its use is counted."""

    id: str
    table: str


def advised(model: Model, incident: Incident, verdict: Analysis) -> Analysis:
    """The verdict with the model's advice; or the rules' own, which then says why."""
    types = dict.fromkeys(one.type for one in incident.resources)
    offer = offered(verdict.issue, policy(), types=types, actions=actions)
    request, now = advice.request(incident, verdict, verdict.similar, model.id, offer), time.time()
    purse = Budget(model.table, incident.id, iso(now)[:10], policy().model, budget.expires(now))
    reserved = advice.tokens(request)
    if whose := budget.reserve(client("dynamodb"), purse, reserved):
        return replace(verdict, adviser=f"rules (the model's budget for the {whose} is used up)")
    asked: Json = {"prompt": advice.prompt(request)}
    try:
        response = client("bedrock-runtime").converse(**request)
    except ClientError as refused:
        why = f"model refused: {refused.response['Error']['Code']}"
        return replace(verdict, adviser=f"rules ({why})", asked=asked)
    except BotoCoreError as lost:
        return replace(verdict, adviser=f"rules (model not reached: {type(lost).__name__})", asked=asked)
    used = advice.used(response)
    budget.settle(client("dynamodb"), purse, reserved=reserved, used=reserved if used is None else used)
    asked |= {"answer": advice.said(response), "tokens": used}
    return replace(_applied(verdict, response, offer), asked=asked)


def _applied(verdict: Analysis, response: Any, offer: list[Json]) -> Analysis:
    try:
        return advice.apply(verdict, advice.read(response, offer))
    except advice.Unusable as rubbish:
        return replace(verdict, adviser=f"rules (model's answer unusable: {rubbish})")
