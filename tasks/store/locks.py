"""The lock of a resource is a state, not a timer: HELD while an incident lives, then gone or COOLDOWN."""

from typing import Any

from tasks.store.items import DAY, Json, decode, encode
from tasks.store.transactions import named

HELD, COOLING = "HELD", "COOLDOWN"


def take(
    table: str,
    arn: str,
    incident_id: str,
    execution: str,
    redrive: int,
    now_ms: int,
    dead: list[str],
    *,
    foreseen: bool = False,
) -> Json:
    """The write that takes the lock if it is free, ours, cooled down, or held by an execution that has ended.

    `foreseen` says that nothing has failed: what is done is to prevent it.
    """
    values = {":redrive": redrive, ":incident": incident_id, ":held": HELD, ":foreseen": foreseen}
    wanted = _if_free(table, arn, execution, now_ms, dead, values)
    update = "SET execution = :me, redrive = :redrive, incident_id = :incident, #state = :held, foreseen = :foreseen"
    return {"Update": {**wanted, "UpdateExpression": f"{update} REMOVE #until, expires_at"}}


def look(table: str, arn: str, execution: str, now_ms: int, dead: list[str]) -> Json:
    """The check that `take` would take it; nothing is taken."""
    return {"ConditionCheck": _if_free(table, arn, execution, now_ms, dead, {":held": HELD} if dead else {})}


def _if_free(table: str, arn: str, execution: str, now_ms: int, dead: list[str], values: Json) -> Json:
    ended = named("d", dead)
    taken_over = f" OR (#state = :held AND execution IN ({', '.join(ended)}))" if ended else ""
    values = {":me": execution, ":cooling": COOLING, ":now": now_ms, **values, **ended}
    return {
        "TableName": table,
        "Key": _key(arn),
        "ConditionExpression": "attribute_not_exists(pk) OR execution = :me "
        f"OR (#state = :cooling AND #until <= :now){taken_over}",
        "ExpressionAttributeNames": {"#state": "state", "#until": "until"},
        "ExpressionAttributeValues": encode(values),
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }


def cool(
    dynamo: Any, table: str, arn: str, *, incident_id: str, execution: str, until_ms: int, foreseen: bool = False
) -> None:
    """Turn our lock, or a free one, into a cooldown; somebody else's stays. `foreseen` as `take` has it."""
    lock = {
        "pk": f"LOCK#{arn}",
        "execution": execution,
        "redrive": 0,
        "incident_id": incident_id,
        "state": COOLING,
        "until": until_ms,
        "foreseen": foreseen,
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


def known(dynamo: Any, table: str, arn: str) -> tuple[bool, float]:
    """Whether an incident in which something has failed holds the resource, and the moment (in seconds, 0 for never)
    at which something was last done ahead of a failure."""
    found = dynamo.get_item(TableName=table, Key=_key(arn), ConsistentRead=True).get("Item")
    lock = decode(found) if found else {}
    ahead = lock.get("foreseen", False)
    return lock.get("state") == HELD and not ahead, lock.get("until", 0) / 1000 if ahead else 0.0


def _key(arn: str) -> Json:
    return encode({"pk": f"LOCK#{arn}"})
