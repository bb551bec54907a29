"""What recurs: how often an issue came back on a resource, and how it ended."""

import hashlib
from typing import Any

from tasks.store.items import Json, decode, encode


def pattern_id(issue: str, arn: str) -> str:
    """The key of one issue on one resource (32 hex digits)."""
    return hashlib.sha256(f"{issue}|{arn}".encode()).hexdigest()[:32]


def count(
    dynamo: Any, table: str, *, issue: str, resource_id: str, arn: str, outcome: str, incident_id: str, at: str
) -> None:
    """Add one occurrence with its outcome; the same end of the same incident counts once."""
    try:
        dynamo.update_item(
            TableName=table,
            Key=encode({"pattern_id": pattern_id(issue, arn)}),
            UpdateExpression="SET issue = :issue, resource_id = :id, last_seen = :at, last_end = :end "
            "ADD seen :one, #outcome :one",
            ConditionExpression="attribute_not_exists(last_end) OR last_end <> :end",
            ExpressionAttributeNames={"#outcome": f"ended_{outcome.lower()}"},
            ExpressionAttributeValues=encode(
                {":issue": issue, ":id": resource_id, ":at": at, ":one": 1, ":end": f"{incident_id}#{outcome}"}
            ),
        )
    except dynamo.exceptions.ConditionalCheckFailedException:
        return


def read(dynamo: Any, table: str, *, issue: str, arn: str) -> Json:
    """Counts of one issue on one resource: `seen`, `ended_<outcome>`; empty when it never happened."""
    key = encode({"pattern_id": pattern_id(issue, arn)})
    return decode(dynamo.get_item(TableName=table, Key=key).get("Item", {}))
