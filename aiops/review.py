"""`aiops approve` and `aiops deny`: a person's answer to the question of a waiting incident."""

import json
import time
from collections.abc import Sequence
from typing import Any

from aiops.account import asking, client
from aiops.errors import BadInput, Failed
from aiops.names import CLAIMS_TABLE
from aiops.records import find
from tasks.domain.moment import iso
from tasks.domain.payload import Json
from tasks.domain.text import clean, inert
from tasks.domain.wording import console
from tasks.store import reviews

# Messages show so many digits of a plan's hash.
SHOWN = 12
MEANS = {"approved": "the plan is carried out", "denied": "nothing is changed"}


def answer(beginning: str, *, decision: str, plan: str, only: Sequence[str] = ()) -> None:
    """Send `approved` or `denied` for the plan that the question is about, shown first.

    `plan` is empty, or the hash that it must have, or the 12 digits or more with which that begins. `only` are ids or
    ARNs of the resources that an approval is for, all of the plan's if empty.
    """
    dynamo, states = client("dynamodb"), client("stepfunctions")
    record = find(dynamo, beginning)
    question = _open_question(dynamo, record)
    if plan and (len(plan) < SHOWN or not question["plan_hash"].startswith(plan)):
        raise BadInput(f"the open question is about plan {question['plan_hash']}, not {plan}")
    kept = _kept(record["plan"]["steps"], only)
    for line in _shown(record, question, kept):
        print(line)
    with asking():
        caller = client("sts").get_caller_identity()["Arn"]
        output = {"decision": decision, "plan_hash": question["plan_hash"], "by": caller}
        if only:
            output["steps"] = kept
        try:
            states.send_task_success(taskToken=question["token"], output=json.dumps(output))
        except (states.exceptions.TaskTimedOut, states.exceptions.TaskDoesNotExist) as late:
            raise Failed(f"incident {record['incident_id']} no longer waits: answered or expired") from late
    arn = record["execution"]
    print(f"{decision} by {caller}: {MEANS[decision]}. {console(arn)}")


def _open_question(dynamo: Any, record: Json) -> Json:
    incident_id, state = record["incident_id"], record["workflow_state"]
    with asking():
        question = reviews.read(dynamo, CLAIMS_TABLE, incident_id)
    if question is None:
        raise Failed(f"incident {incident_id} asks nothing: it is {state}")
    if state != "WAITING_FOR_REVIEW":
        raise Failed(f"incident {incident_id} no longer waits for an answer: it is {state}")
    if question["expires_at"] <= time.time():
        raise Failed(f"the question of incident {incident_id} expired at {iso(question['expires_at'])}: that means no")
    if record["plan"]["hash"] != question["plan_hash"]:
        raise Failed(f"incident {incident_id} is about to ask about another plan: try again")
    return question


def _kept(steps: Sequence[Json], only: Sequence[str]) -> list[int]:
    """The indexes of the steps that the approval is for. BadInput when it names a resource that the plan has not."""
    names = [{step["resource"]["id"], step["resource"]["arn"]} for step in steps]
    for one in only:
        if not any(one in known for known in names):
            there = ", ".join(dict.fromkeys(inert(step["resource"]["id"]) for step in steps))
            raise BadInput(f"--only {one}: the plan does not touch it, and only narrows; it touches {there}")
    return [number for number, known in enumerate(names) if not only or known & set(only)]


def _shown(record: Json, question: Json, kept: Sequence[int]) -> list[str]:
    plan, analysis = record["plan"], record["analysis"]
    return [
        f"Incident {record['incident_id']}: {analysis['issue']}, severity {analysis['severity']}",
        f"Reason   {inert(analysis['reason'], 600)}",
        *(f"{'Step    ' if number in kept else 'Left out'} {_told(step)}" for number, step in enumerate(plan["steps"])),
        f"Asked    {inert(plan['reason'], 600)}; plan {plan['hash'][:SHOWN]}, until {iso(question['expires_at'])}",
    ]


def _told(step: Json) -> str:
    one, target = step["resource"], clean(json.dumps(step["target"], sort_keys=True), 2000)
    return f"{step['action']} on {inert(one['id'])} ({one['type']}), to reach {target}, undo: {step['undo']}"
