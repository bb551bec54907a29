"""The last good state of each managed resource.

Attributes: resource_arn, resource_type, resource_id, autonomy, tags, state, kept (see vault), taken_at; and, while they
hold, `accepted_at` (an accepted change since), `differs_since` with `differs_digest` (an unexplained difference),
`suggested` (what a plan that nobody carried out would have made of it),
`unseen_since` (no managed resource) and `closed` (nor need one look for it).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tasks.domain.payload import Resource
from tasks.store.items import Json, decode, encode


def read(dynamo: Any, table: str, arn: str) -> Json | None:
    """The snapshot of a resource, or None."""
    found = dynamo.get_item(TableName=table, Key=encode({"resource_arn": arn}), ConsistentRead=True).get("Item")
    return decode(found) if found else None


def write(
    dynamo: Any,
    table: str,
    resource: Resource,
    state: Json,
    *,
    taken_at: str,
    kept: Json | None = None,
    tags: Mapping[str, str] | None = None,
) -> None:
    """Remember a state as good; what was noted about the earlier one is gone."""
    item = {
        "resource_arn": resource.arn,
        "resource_type": resource.type,
        "resource_id": resource.id,
        "autonomy": resource.autonomy,
        "tags": dict(tags or {}),
        "state": state,
        "kept": kept or {},
        "taken_at": taken_at,
    }
    dynamo.put_item(TableName=table, Item=encode(item))


def every(dynamo: Any, table: str) -> Iterator[Json]:
    """All snapshots, without their states."""
    for page in dynamo.get_paginator("scan").paginate(
        TableName=table, ProjectionExpression="resource_arn, kept, unseen_since, closed"
    ):
        yield from map(decode, page["Items"])


def remove(dynamo: Any, table: str, arn: str) -> None:
    """Forget a snapshot."""
    dynamo.delete_item(TableName=table, Key=encode({"resource_arn": arn}))


def mark_unseen(dynamo: Any, table: str, arn: str, *, since: str) -> None:
    """Note since when the resource is gone, or no longer managed."""
    _note(dynamo, table, arn, "SET unseen_since = :since", {":since": since}, condition="attribute_exists(taken_at)")


def close(dynamo: Any, table: str, arn: str, *, at: str) -> None:
    """Note that why the resource is gone, or no longer managed, is known."""
    _note(dynamo, table, arn, "SET closed = :at", {":at": at}, condition="attribute_exists(taken_at)")


def mark_seen(dynamo: Any, table: str, arn: str) -> None:
    """The resource is there again."""
    _note(dynamo, table, arn, "REMOVE unseen_since, closed", {}, condition="attribute_exists(taken_at)")


def mark_accepted(dynamo: Any, table: str, arn: str, *, at: str) -> None:
    """Note that an accepted change made the snapshot old; nothing if there is none, or it is newer."""
    _note(dynamo, table, arn, "SET accepted_at = :at", {":at": at}, condition="taken_at < :at")


def mark_different(dynamo: Any, table: str, arn: str, *, digest: str, since: str) -> None:
    """Note an unexplained difference and when it was first seen."""
    update = "SET differs_digest = :digest, differs_since = :since"
    _note(dynamo, table, arn, update, {":digest": digest, ":since": since}, condition="attribute_exists(resource_arn)")


def mark_suggested(dynamo: Any, table: str, arn: str, suggestion: Json) -> None:
    """Note what a plan that nobody has carried out would have made of the resource."""
    update, values = "SET suggested = :it", {":it": suggestion}
    _note(dynamo, table, arn, update, values, condition="attribute_exists(resource_arn)")


def drop_suggestion(dynamo: Any, table: str, arn: str, *, incident: str) -> None:
    """The suggestion of that incident has been judged."""
    _note(dynamo, table, arn, "REMOVE suggested", {":id": incident}, condition="suggested.incident = :id")


def _note(dynamo: Any, table: str, arn: str, update: str, values: Json, *, condition: str) -> None:
    try:
        dynamo.update_item(
            TableName=table,
            Key=encode({"resource_arn": arn}),
            UpdateExpression=update,
            ConditionExpression=condition,
            **({"ExpressionAttributeValues": encode(values)} if values else {}),
        )
    except dynamo.exceptions.ConditionalCheckFailedException:
        return
