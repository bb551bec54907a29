"""`aiops incidents`: the list, and one incident's timeline."""

import json
from itertools import islice
from typing import Any

from aiops import timeline
from aiops.account import asking, client
from aiops.records import find, newest_first
from aiops.screen import show_table
from tasks.domain.payload import Json
from tasks.domain.text import inert
from tasks.domain.wording import console
from tasks.store.incidents import OPEN

# As many as a person looks through; --json knows no end.
MOST = 50
COLUMNS = ("time (UTC)", "id", "outcome", "issue or event", "resource", "severity", "execution")


def show_all(*, as_json: bool) -> None:
    """Newest first, those that are not closed with their execution's status."""
    dynamo, states = client("dynamodb"), client("stepfunctions")
    if as_json:
        for record in newest_first(dynamo):
            print(_json(record, _status(states, record)))
        return
    found = list(islice(newest_first(dynamo), MOST + 1))
    show_table([_row(record, _status(states, record)) for record in found[:MOST]], columns=COLUMNS)
    if len(found) > MOST:
        print(f"These are the newest {MOST}; --json gives all.")
    elif not found:
        print("There are no incidents yet.")


def show_one(beginning: str, *, as_json: bool) -> None:
    """One incident's record, or its timeline."""
    record = find(client("dynamodb"), beginning)
    status = _status(client("stepfunctions"), record)
    if as_json:
        print(_json(record, status))
    else:
        show_table(timeline.lines(record, execution_status=status))
        if record["execution"].startswith("arn:"):
            print(console(record["execution"]))


def _status(states: Any, record: Json) -> str:
    """The status of the execution of an incident that is not closed, else an empty text."""
    if record["workflow_state"] not in OPEN:
        return ""
    with asking():
        try:
            return str(states.describe_execution(executionArn=record["execution"])["status"])
        except states.exceptions.ExecutionDoesNotExist:
            return "GONE"


def _row(record: Json, status: str) -> tuple[str, ...]:
    names = [inert(one["id"]) for one in record["incident"]["resources"]]
    return (
        record["timestamp"][:19].replace("T", " "),
        record["incident_id"][:8],
        timeline.outcome(record),
        timeline.about(record),
        f"{names[0]} +{len(names) - 1}" if len(names) > 1 else "".join(names) or "-",
        record.get("analysis", {}).get("severity", "-"),
        status or "-",
    )


def _json(record: Json, status: str) -> str:
    more = {"outcome": timeline.outcome(record), "execution_status": status or None}
    return json.dumps(record | more)
