"""The incidents' records as the agent keeps them in DynamoDB."""

import heapq
import re
from collections.abc import Iterator
from typing import Any

from aiops.account import asking
from aiops.errors import BadInput
from aiops.names import INCIDENTS_TABLE
from tasks.domain.catalogue import TYPES
from tasks.domain.payload import Json
from tasks.store import incidents
from tasks.store.items import decode, encode

# 32 hex digits; the whole id needs no search.
_ID = re.compile(r"[0-9a-f]{1,32}")
_LENGTH = 32


def newest_first(dynamo: Any) -> Iterator[Json]:
    """Every incident's record, read page by page as needed."""
    return _in_order(dynamo, reverse=True)


def oldest_first(dynamo: Any) -> Iterator[Json]:
    """Every incident's record, read page by page as needed."""
    return _in_order(dynamo, reverse=False)


def find(dynamo: Any, beginning: str) -> Json:
    """The record of the one incident whose id begins so. BadInput if there is none, or more than one."""
    text = beginning.strip().lower()
    if not _ID.fullmatch(text):
        raise BadInput(f"{beginning!r} is no incident's id: `aiops incidents` lists them")
    ids = [text] if len(text) == _LENGTH else _beginning(dynamo, text)
    if len(ids) > 1:
        raise BadInput(f"{beginning} is ambiguous, {len(ids)} incidents begin so: {', '.join(ids[:3])}")
    with asking():
        record = incidents.read(dynamo, INCIDENTS_TABLE, ids[0]) if ids else None
    if record is None:
        raise BadInput(f"no incident {beginning}: `aiops incidents` lists them")
    return record


def _in_order(dynamo: Any, *, reverse: bool) -> Iterator[Json]:
    by_type = [_of_type(dynamo, one, reverse=reverse) for one in (*TYPES, "unknown")]
    return heapq.merge(*by_type, key=lambda record: str(record["timestamp"]), reverse=reverse)


def _of_type(dynamo: Any, resource_type: str, *, reverse: bool) -> Iterator[Json]:
    pages = dynamo.get_paginator("query").paginate(
        TableName=INCIDENTS_TABLE,
        IndexName="resource-type-index",
        KeyConditionExpression="resource_type = :type",
        ExpressionAttributeValues=encode({":type": resource_type}),
        ProjectionExpression="incident_id",
        ScanIndexForward=not reverse,
        PaginationConfig={"PageSize": 50},
    )
    with asking():
        for page in pages:
            yield from _whole(dynamo, page["Items"])


def _whole(dynamo: Any, keys: list[Json]) -> Iterator[Json]:
    """The records with these keys, at most 100, in their order; what is gone by now is left out."""
    found, left = dict[str, Json](), keys
    while left:
        answer = dynamo.batch_get_item(RequestItems={INCIDENTS_TABLE: {"Keys": left}})
        found |= {item["incident_id"]["S"]: item for item in answer["Responses"][INCIDENTS_TABLE]}
        left = answer.get("UnprocessedKeys", {}).get(INCIDENTS_TABLE, {}).get("Keys", [])
    yield from (decode(found[key["incident_id"]["S"]]) for key in keys if key["incident_id"]["S"] in found)


def _beginning(dynamo: Any, text: str) -> list[str]:
    pages = dynamo.get_paginator("scan").paginate(
        TableName=INCIDENTS_TABLE,
        ProjectionExpression="incident_id",
        FilterExpression="begins_with(incident_id, :text)",
        ExpressionAttributeValues=encode({":text": text}),
    )
    with asking():
        return [decode(item)["incident_id"] for page in pages for item in page["Items"]]
