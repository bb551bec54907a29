"""DynamoDB transactions that are tried again when another one was in the way, or the table out of throughput."""

import random
import time
from collections.abc import Iterator
from typing import Any

from tasks.store.items import Json

TRIES = 12

# Cancellation reasons, https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
ANSWERS = {"None", "ConditionalCheckFailed", "TransactionConflict"}
THROTTLED = {"ProvisionedThroughputExceeded", "ThrottlingError"}


def transact(dynamo: Any, writes: list[Json]) -> list[Json]:
    """Cancellation reasons, one per write; empty when the transaction went through.

    TransactionCanceledException when that was neither for a condition nor for a conflict.
    """
    again = tries()
    while True:
        number = next(again)
        try:
            dynamo.transact_write_items(TransactItems=writes)
        except dynamo.exceptions.TransactionCanceledException as cancelled:
            reasons: list[Json] = cancelled.response["CancellationReasons"]
            codes = {one["Code"] for one in reasons}
            if codes <= ANSWERS:
                return reasons
            if number == TRIES - 1 or not codes & THROTTLED:
                raise
        else:
            return []


def tries() -> Iterator[int]:
    """Twelve tries with full jitter between them, at most 1.6 s each."""
    for number in range(TRIES):
        if number:
            time.sleep(random.uniform(0, 0.05 * 2 ** min(number, 5)))  # noqa: S311 - jitter, not a secret
        yield number


def conflict(reasons: list[Json]) -> bool:
    """Whether only the timing was wrong."""
    return any(one["Code"] == "TransactionConflict" for one in reasons)


def named(letter: str, values: list[Any]) -> dict[str, Any]:
    """Placeholders for a list of values: {":d0": ..., ":d1": ...}."""
    return {f":{letter}{number}": value for number, value in enumerate(values)}
