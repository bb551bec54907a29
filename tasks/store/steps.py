"""The journal of a recovery: what each step found before it acted and left after, per execution and attempt."""

import hashlib
from collections.abc import Sequence
from typing import Any

from tasks.store.items import DAY, Json, decode, encode

PENDING, DONE, UNDONE = "PENDING", "DONE", "UNDONE"


def read(dynamo: Any, table: str, execution: str, attempt: int, number: int) -> Json | None:
    """The record of a step: phase, before, after, output, begun_at (seconds); None when it was not begun."""
    key = encode({"pk": _step(execution, attempt, number)})
    found = dynamo.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
    return decode(found) if found else None


def write(
    dynamo: Any,
    table: str,
    execution: str,
    attempt: int,
    number: int,
    *,
    phase: str,
    before: Json,
    after: Json,
    begun_at: float,
    now: int,
    output: str = "",
) -> None:
    """Put the record of a step: begun, done, or taken back (`after` that); `now` in seconds."""
    record = {
        "phase": phase,
        "before": before,
        "after": after,
        "begun_at": begun_at,
        "output": output,
        "expires_at": now + 30 * DAY,
    }
    dynamo.put_item(TableName=table, Item=encode({"pk": _step(execution, attempt, number), **record}))


def left(dynamo: Any, table: str, execution: str, attempt: int, numbers: Sequence[int]) -> list[Json | None] | None:
    """How the last attempt before this one that began these steps found and left their resource.

    Empty when none did, None when it broke off in the middle of one: then nobody knows.
    """
    for earlier in range(attempt - 1, -1, -1):
        found = [one for number in numbers if (one := read(dynamo, table, execution, earlier, number))]
        if any(one["phase"] == PENDING for one in found):
            return None
        if found:
            return [state for one in found for state in (one["before"], one["after"])]
    return []


def well_since(dynamo: Any, table: str, execution: str, attempt: int) -> dict[str, float]:
    """ARN to the seconds since 1970 since when a restored resource was never seen unhealthy."""
    key = encode({"pk": f"WELL#{execution}#{attempt}"})
    found = dynamo.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
    return dict(decode(found)["since"]) if found else {}


def mark_well(dynamo: Any, table: str, execution: str, attempt: int, *, since: dict[str, float], now: int) -> None:
    """Keep since when each resource has been healthy; `now` in seconds."""
    record = {"pk": f"WELL#{execution}#{attempt}", "since": since, "expires_at": now + 30 * DAY}
    dynamo.put_item(TableName=table, Item=encode(record))


def undone_at(dynamo: Any, table: str, execution: str, attempt: int) -> int | None:
    """The redrive count at which an attempt was undone; None when it was not."""
    key = encode({"pk": f"UNDONE#{execution}#{attempt}"})
    found = dynamo.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
    return int(decode(found)["redrive"]) if found else None


def mark_undone(dynamo: Any, table: str, execution: str, attempt: int, *, redrive: int, now: int) -> None:
    """Keep at which redrive count an attempt was undone; `now` in seconds."""
    record = {"pk": f"UNDONE#{execution}#{attempt}", "redrive": redrive, "expires_at": now + 30 * DAY}
    dynamo.put_item(TableName=table, Item=encode(record))


def token(execution: str, attempt: int, number: int) -> str:
    """A step's name, other in each attempt (32 letters and digits): a service that is asked again knows it."""
    return hashlib.sha256(_step(execution, attempt, number).encode()).hexdigest()[:32]


def _step(execution: str, attempt: int, number: int) -> str:
    return f"STEP#{execution}#{attempt}#{number}"
