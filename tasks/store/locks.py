"""The lock of a resource is a state, not a timer: HELD while an incident lives, then gone or COOLDOWN."""

from typing import Any

from tasks.store.items import DAY, Json, decode, encode
from tasks.store.transactions import named

HELD, COOLING = "HELD", "COOLDOWN"


def take(table: str, arn: str, incident_id: str, execution: str, redrive: int, now_ms: int, dead: list[str]) -> Json:
    """The write that takes the lock if it is free, ours, cooled down, or held by an execution that has ended."""
    values: Json = {
        ":me": execution,
        ":redrive": redrive,
        ":incident": incident_id,
        ":held": HELD,
        ":cooling": COOLING,
        ":now": now_ms,
    }
    ended = named("d", dead)
    taken_over = f" OR (#state = :held AND execution IN ({', '.join(ended)}))" if ended else ""
    return {
        "Update": {
            "TableName": table,
            "Key": _key(arn),
            "UpdateExpression": "SET execution = :me, redrive = :redrive, incident_id = :incident, #state = :held "
            "REMOVE #until, expires_at",
            "ConditionExpression": "attribute_not_exists(pk) OR execution = :me "
            f"OR (#state = :cooling AND #until <= :now){taken_over}",
            "ExpressionAttributeNames": {"#state": "state", "#until": "until"},
            "ExpressionAttributeValues": encode(values | ended),
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }


def cool(dynamo: Any, table: str, arn: str, *, incident_id: str, execution: str, until_ms: int) -> None:
    """Turn our lock, or a free one, into a cooldown; somebody else's stays."""
    lock = {
        "pk": f"LOCK#{arn}",
        "execution": execution,
        "redrive": 0,
        "incident_id": incident_id,
        "state": COOLING,
        "until": until_ms,
        "expires_at": until_ms // 1000 + DAY,
    }
    try:
        dynamo.put_item(
            TableName=table,
            Item=encode(lock),
            ConditionExpression="attribute_not_exists(pk) OR execution = :me",
            ExpressionAttributeValues=encode({":me": execution}),
        )
    except dynamo.exceptions.ConditionalCheckFailedException:
        return


def free(dynamo: Any, table: str, arn: str, *, execution: str, redrive: int) -> None:
    """Free our lock, unless it was taken at a later redrive than `redrive` or is somebody else's."""
    try:
        dynamo.delete_item(
            TableName=table,
            Key=_key(arn),
            ConditionExpression="execution = :me AND redrive <= :redrive",
            ExpressionAttributeValues=encode({":me": execution, ":redrive": redrive}),
        )
    except dynamo.exceptions.ConditionalCheckFailedException:
        return


def taken(dynamo: Any, table: str, arn: str, *, now_ms: int) -> bool:
    """Whether an incident holds the resource, or its cooldown goes on."""
    found = dynamo.get_item(TableName=table, Key=_key(arn), ConsistentRead=True).get("Item")
    lock = decode(found) if found else {}
    return lock.get("state") == HELD or lock.get("until", 0) > now_ms


def _key(arn: str) -> Json:
    return encode({"pk": f"LOCK#{arn}"})
