"""The rate limiter: GCRA on one item.

`tat` (theoretical arrival time, ms) moves one interval per incident and may run ahead of the clock by `burst`
intervals. Times come from the caller. Algorithm: ATM Forum generic cell rate algorithm.
"""

from dataclasses import dataclass
from typing import Any

from tasks.domain import guards
from tasks.domain.guards import Block
from tasks.store.items import Json, decode, encode

KEY = "RATE#account"


@dataclass(frozen=True)
class Rate:
    per_hour: int
    burst: int

    @property
    def interval(self) -> int:
        """Milliseconds between two incidents at the steady rate."""
        return 3_600_000 // self.per_hour


def take(dynamo: Any, table: str, rate: Rate, now_ms: int) -> Json:
    """The write that takes one token, on condition that one is left and that nobody took one meanwhile."""
    found = dynamo.get_item(TableName=table, Key=encode({"pk": KEY}), ConsistentRead=True).get("Item")
    read = decode(found)["tat"] if found else None
    values = {":new": max(read or 0, now_ms) + rate.interval}
    if read is None:
        return _update(table, "SET tat = :new", "attribute_not_exists(tat)", values)
    values |= {":read": read, ":most": _most(rate, now_ms)}
    return _update(table, "SET tat = :new", "tat = :read AND tat <= :most", values)


def refusal(reason: Json, rate: Rate, now_ms: int) -> Block | None:
    """What the cancellation reason of `take` means: none is left, or nothing against trying again."""
    if "Item" not in reason or decode(reason["Item"])["tat"] <= _most(rate, now_ms):
        return None
    return Block(guards.RATE_LIMITED, f"more than {rate.per_hour} incidents an hour (burst {rate.burst})")


def spent(dynamo: Any, table: str, rate: Rate, now_ms: int) -> bool:
    """Whether no token is left just now; none is taken."""
    found = dynamo.get_item(TableName=table, Key=encode({"pk": KEY})).get("Item")
    return bool(found and decode(found)["tat"] > _most(rate, now_ms))


def _most(rate: Rate, now_ms: int) -> int:
    """Up to where `tat` may run for one more token to be left."""
    return now_ms + rate.interval * (rate.burst - 1)


def give_back(table: str, rate: Rate) -> Json:
    """The write that gives one token back."""
    return _update(table, "SET tat = tat - :interval", "attribute_exists(tat)", {":interval": rate.interval})


def _update(table: str, update: str, condition: str, values: Json) -> Json:
    return {
        "Update": {
            "TableName": table,
            "Key": encode({"pk": KEY}),
            "UpdateExpression": update,
            "ConditionExpression": condition,
            "ExpressionAttributeValues": encode(values),
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }
