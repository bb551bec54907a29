"""`aiops incidents --export`: incidents with all that they were decided on, for `aiops replay` (export.schema.json).

Secrets in what an event said are hidden, states are fingerprints. Names and ids stay: they say whose matter it is.
"""

import json
from dataclasses import replace
from typing import Any

from aiops.account import client
from aiops.recorded import MARK, VERSION
from aiops.records import find, oldest_first
from tasks.domain import guards
from tasks.domain.grounds import understood
from tasks.domain.logs.redaction import hidden
from tasks.domain.payload import Analysis, Incident, Json, dump, load
from tasks.domain.planned_on import fingerprint
from tasks.domain.rules import judge, read

# Said of a resource by nothing but the claim.
_CLAIMS = (guards.COOLDOWN, guards.RESOURCE_BUSY, guards.GROUP_BUSY)
_STRANGERS = (guards.UNMANAGED, guards.UNKNOWN_EVENT)
_VERDICT = ("issue", "classification", "severity", "confidence", "root_cause", "reason")


def export(beginnings: list[str]) -> None:
    """Print one JSON line for each incident, or for those whose ids begin so, the newest last."""
    dynamo = client("dynamodb")
    named = sorted((find(dynamo, one) for one in beginnings), key=lambda record: str(record["timestamp"]))
    for record in named if beginnings else oldest_first(dynamo):
        print(json.dumps(exported(record)))


def exported(record: Json) -> Json:
    """The line of an incident's record; of what an older version did not keep there is null."""
    incident, plan = load(Incident, record["incident"]), record.get("plan")
    event = understood(incident)
    kept = replace(event, facts=hidden(event.facts))
    analysis = {key: one for key, one in record.get("analysis", {}).items() if key != "asked"}
    return {
        MARK: VERSION,
        "id": record["incident_id"],
        "state": record["workflow_state"],
        "incident": {key: one for key, one in dump(kept).items() if key not in ("dropped", "grounds")},
        "grounds": _grounds(incident) if incident.grounds else None,
        **_verdict(incident, replace(incident, facts=kept.facts), record),
        "blocked": hidden(record["blocked"]) if "blocked" in record else None,
        "analysis": hidden(analysis) if analysis else None,
        "plan": {**plan, "steps": [_step(one) for one in plan["steps"]]} if plan else None,
    }


def _grounds(incident: Incident) -> Json:
    """The notes, with what the claim got."""
    noted = {key: one for key, one in incident.grounds.items() if key != "resources"}
    if "claim" in noted and noted["claim"] is None:
        lost = {arn: why for arn, why in incident.dropped.items() if why.split(":")[0] in _CLAIMS}
        noted["claim"] = {"held": [one.arn for one in incident.resources], "lost": lost}
    return noted


def _verdict(incident: Incident, kept: Incident, record: Json) -> Json:
    """The rules' verdict, if it would be another without the secrets that were hidden."""
    strange = record.get("blocked", {}).get("reason") in _STRANGERS
    before, after = (read(one) if strange else judge(one) for one in (incident, kept))
    if before is None or _essence(before) == _essence(after):
        return {}
    return {"verdict": hidden({name: getattr(before, name) for name in _VERDICT})}


def _essence(verdict: Analysis | None) -> list[Any]:
    return [getattr(verdict, name, None) for name in _VERDICT[:4]]


def _step(step: Json) -> Json:
    named = {name: step[name] for name in ("action", "undo", "disruptive", "data_risk", "lost")}
    states = {name: fingerprint(step[name]) for name in ("target", "seen")}
    return {**named, "resource": step["resource"]["id"], **states}
