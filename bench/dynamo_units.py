"""DynamoDB's request units, counted in the engine while it serves them."""

import json
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from aiops.engine.wrap import wraps_function

Json = dict[str, Any]

READS = ("GetItem", "Query", "Scan")
WRITES = ("PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems")


@dataclass
class Units:
    reads: float = 0.0
    writes: float = 0.0


def read_units(sizes: list[int], *, consistent: bool) -> float:
    """Units of one read of items of these sizes in bytes: one per 4 KB begun, half if eventually consistent.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html
    """
    return max(1, math.ceil(sum(sizes) / 4096)) * (1.0 if consistent else 0.5)


class Meter:
    """Adds up what passes while it is counting; of the engine that runs in this process."""

    def __init__(self) -> None:
        # Only here: MiniStack reads its settings when it is imported, and the engine makes them.
        from ministack.services import dynamodb

        self._counting: list[Units] = []
        self._size: Callable[[Json], int] = dynamodb._item_size_bytes
        wraps_function(dynamodb, "handle_request")(self._serve)

    @contextmanager
    def counting(self) -> Iterator[Units]:
        units = Units()
        self._counting.append(units)
        try:
            yield units
        finally:
            self._counting.remove(units)

    async def _serve(
        self, original: Any, method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]
    ) -> Any:
        operation = headers.get("x-amz-target", "").split(".")[-1]
        if not self._counting or operation not in READS + WRITES:
            return await original(method, path, headers, body, query)
        request = json.loads(body)
        asking = json.dumps({**request, "ReturnConsumedCapacity": "INDEXES"}).encode()
        status, answer_headers, answer = await original(method, path, headers, asking, query)
        for units in self._counting:
            if status == 200 and operation in READS:
                units.reads += self._read(request, json.loads(answer))
            elif status == 200:
                units.writes += written_units(json.loads(answer))
        return status, answer_headers, answer

    def _read(self, request: Json, answer: Json) -> float:
        """MiniStack's own figure knows no sizes."""
        items = answer.get("Items", [answer["Item"]] if "Item" in answer else [])
        sizes = [self._size(item) for item in items]
        return read_units(sizes, consistent=request.get("ConsistentRead", False))


def written_units(answer: Json) -> float:
    """Units of a write with its indexes, twice for the table's part of a transaction, as the answer says."""
    consumed = answer["ConsumedCapacity"]
    return float(sum(one["CapacityUnits"] for one in (consumed if isinstance(consumed, list) else [consumed])))
