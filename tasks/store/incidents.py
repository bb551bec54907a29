"""The record of every incident: what was seen, decided and done, for 90 days."""

from typing import Any

from tasks.domain.moment import iso
from tasks.domain.payload import Incident, dump
from tasks.store.items import DAY, Json, decode, encode
from tasks.store.transactions import named

BLOCKED, FAILED, UNDELIVERABLE = "BLOCKED", "FAILED", "UNDELIVERABLE"
OPEN = ("DETECTED", "WAITING_FOR_REVIEW", "RECOVERING")
# The same event may be started again when its last attempt failed, was held back, or never arrived.
REOPENABLE = (FAILED, BLOCKED, UNDELIVERABLE)
# What the index by resource type holds of a record: what newest_of_type asks for, and no more, as each write of it is
# paid for again, and a record is written again and again.
OF_TYPE = ("issue", "workflow_state", "closed_at", "happened", "verdict")


def claimed(
    table: str, incident: Incident, execution: str, now_ms: int, retention_days: int, dead: list[str], *, token: bool
) -> Json:
    """The write that makes the incident ours, unless it is known; `dead` executions no longer own theirs.

    `token` says that a rate token is taken with it.
    """
    item = _keys(incident, now_ms, retention_days) | {
        "workflow_state": OPEN[0],
        "execution": execution,
        "redrive": 0,
        "incident": dump(incident),
        **({"rate_token": True} if token else {}),
    }
    again, ended = named("s", list(REOPENABLE)), named("d", dead)
    condition = f"attribute_not_exists(incident_id) OR workflow_state IN ({', '.join(again)})"
    return {
        "Put": {
            "TableName": table,
            "Item": encode(item),
            "ConditionExpression": condition + (f" OR execution IN ({', '.join(ended)})" if ended else ""),
            "ExpressionAttributeValues": encode(again | ended),
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }


def reclaimed(table: str, incident: Incident, execution: str, redrive: int, *, token: bool) -> Json:
    """The write that puts an execution's redrive count on the incident; `token`: a rate token is taken with it."""
    values = {":redrive": redrive, ":state": "RECOVERING", ":me": execution}
    return _update(
        table,
        incident.id,
        "SET redrive = :redrive, workflow_state = :state" + (", rate_token = :token" if token else ""),
        "execution = :me",
        values | ({":token": True} if token else {}),
    )


def token_returned(table: str, incident: Incident, execution: str) -> Json:
    """The write that lets the incident's rate token be given back just once."""
    return _update(
        table,
        incident.id,
        "REMOVE rate_token",
        "attribute_exists(rate_token) AND execution = :me",
        {":me": execution},
    )


def put_ended(
    dynamo: Any,
    table: str,
    incident: Incident,
    *,
    execution: str,
    state: str,
    now_ms: int,
    retention_days: int,
    more: Json,
) -> bool:
    """Record an incident that was never claimed (blocked, undeliverable, failed early); False if it is known.

    What another execution has left FAILED, or none has seen, may be recorded anew.
    """
    item = _keys(incident, now_ms, retention_days) | {
        "workflow_state": state,
        "execution": execution,
        "redrive": 0,
        "incident": dump(incident),
        "closed_at": iso(now_ms / 1000),
        **_judged(more),
    }
    try:
        dynamo.put_item(
            TableName=table,
            Item=encode(item),
            ConditionExpression="attribute_not_exists(incident_id) OR workflow_state = :blocked "
            "OR (workflow_state IN (:undelivered, :failed) AND execution <> :me)",
            ExpressionAttributeValues=encode(
                {":blocked": BLOCKED, ":undelivered": UNDELIVERABLE, ":failed": FAILED, ":me": execution}
            ),
        )
    except dynamo.exceptions.ConditionalCheckFailedException:
        return False
    return True


def update(
    dynamo: Any, table: str, incident_id: str, changes: Json, *, execution: str, redrive: int | None = None
) -> bool:
    """Write some attributes of an incident that this execution owns (up to `redrive`); False if it does not."""
    changes = _judged(changes)
    names = {f"#{number}": name for number, name in enumerate(changes)}
    values = {f":{number}": value for number, value in enumerate(changes.values())} | {":me": execution}
    mine = "execution = :me"
    if redrive is not None:
        mine, values = f"{mine} AND redrive <= :redrive", {**values, ":redrive": redrive}
    try:
        dynamo.update_item(
            TableName=table,
            Key=encode({"incident_id": incident_id}),
            UpdateExpression="SET " + ", ".join(f"#{number} = :{number}" for number in range(len(changes))),
            ConditionExpression=mine,
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=encode(values),
        )
    except dynamo.exceptions.ConditionalCheckFailedException:
        return False
    return True


def _keys(incident: Incident, now_ms: int, retention_days: int) -> Json:
    """The attributes that the table and its indexes need; an index key may not be empty."""
    first = incident.resources[0] if incident.resources else None
    return {
        "incident_id": incident.id,
        "timestamp": iso(now_ms / 1000),
        "resource_type": first.type if first else "unknown",
        "resource_id": first.id if first else "unknown",
        "expires_at": now_ms // 1000 + retention_days * DAY,
        "happened": _part(dump(incident), "time", "actor", "resources", "others"),
    }


def _judged(changes: Json) -> Json:
    """With an analysis goes the part of it that the index holds."""
    analysis = changes.get("analysis")
    return changes | ({"verdict": _part(analysis, "issue", "classification")} if analysis else {})


def _part(whole: Json, *names: str) -> Json:
    return {name: whole[name] for name in names if name in whole}


def _update(table: str, incident_id: str, update: str, condition: str, values: Json) -> Json:
    return {
        "Update": {
            "TableName": table,
            "Key": encode({"incident_id": incident_id}),
            "UpdateExpression": update,
            "ConditionExpression": condition,
            "ExpressionAttributeValues": encode(values),
        }
    }


def newest_of_type(dynamo: Any, table: str, resource_type: str, most: int = 100) -> list[Json]:
    """What befell a resource type of late, by whom, and how it ended: parts of the records, the newest first.

    They come from an index, so possibly a moment behind.
    """
    found = dynamo.query(
        TableName=table,
        IndexName="resource-type-index",
        KeyConditionExpression="resource_type = :type",
        ExpressionAttributeValues=encode({":type": resource_type}),
        ScanIndexForward=False,
        Limit=most,
    )
    return [
        {**record, "incident": record.get("happened", {}), "analysis": record.get("verdict", {})}
        for record in map(decode, found["Items"])
    ]


def read(dynamo: Any, table: str, incident_id: str) -> Json | None:
    """One incident's record, or None."""
    key = encode({"incident_id": incident_id})
    found = dynamo.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
    return decode(found) if found else None
