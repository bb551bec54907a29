"""The last good state of each managed resource.

Attributes: resource_arn, resource_type, resource_id, autonomy, state, taken_at; and, while they hold, `accepted_at`
(an accepted change since), `differs_since` with `differs_digest` (an unexplained difference).
"""

from typing import Any

from tasks.domain.payload import Resource
from tasks.store.items import Json, decode, encode


def read(dynamo: Any, table: str, arn: str) -> Json | None:
    """The snapshot of a resource, or None."""
    found = dynamo.get_item(TableName=table, Key=encode({"resource_arn": arn}), ConsistentRead=True).get("Item")
    return decode(found) if found else None


def write(dynamo: Any, table: str, resource: Resource, state: Json, *, taken_at: str) -> None:
    """Remember a state as good; what was noted about the earlier one is gone."""
    item = {
        "resource_arn": resource.arn,
        "resource_type": resource.type,
        "resource_id": resource.id,
        "autonomy": resource.autonomy,
        "state": state,
        "taken_at": taken_at,
    }
    dynamo.put_item(TableName=table, Item=encode(item))


def mark_accepted(dynamo: Any, table: str, arn: str, *, at: str) -> None:
    """Note that an accepted change made the snapshot old; nothing if there is none, or it is newer."""
    _note(dynamo, table, arn, "SET accepted_at = :at", {":at": at}, condition="taken_at < :at")


def mark_different(dynamo: Any, table: str, arn: str, *, digest: str, since: str) -> None:
    """Note an unexplained difference and when it was first seen."""
    update = "SET differs_digest = :digest, differs_since = :since"
    _note(dynamo, table, arn, update, {":digest": digest, ":since": since}, condition="attribute_exists(resource_arn)")


def _note(dynamo: Any, table: str, arn: str, update: str, values: Json, *, condition: str) -> None:
    try:
        dynamo.update_item(
            TableName=table,
            Key=encode({"resource_arn": arn}),
            UpdateExpression=update,
            ConditionExpression=condition,
            ExpressionAttributeValues=encode(values),
        )
    except dynamo.exceptions.ConditionalCheckFailedException:
        return
