"""What recurs: how often an issue came back on a resource, and how it ended."""

import hashlib
from typing import Any

from tasks.domain.outcome import ACTED, FAILED
from tasks.store.items import Json, decode, encode
from tasks.store.transactions import tries

# More than any policy asks for.
MOST_RECENT = 25


def pattern_id(issue: str, arn: str) -> str:
    """The key of one issue on one resource (32 hex digits)."""
    return hashlib.sha256(f"{issue}|{arn}".encode()).hexdigest()[:32]


def count(
    dynamo: Any, table: str, *, issue: str, resource_id: str, arn: str, outcome: str, incident_id: str, at: str
) -> None:
    """Add one occurrence with its outcome; the same end of the same incident counts once.

    `recent` keeps when the newest incidents that were healed or failed ended; an incident's attempts are one.
    """
    end = f"{incident_id}#{outcome}"
    for _ in tries():
        known = read(dynamo, table, issue=issue, arn=arn)
        if known.get("last_end") == end:
            return
        recent = known.get("recent", {}) | ({incident_id.split("#")[0]: at} if outcome in (*ACTED, FAILED) else {})
        newest = dict(sorted(recent.items(), key=lambda one: str(one[1]))[-MOST_RECENT:])
        try:
            dynamo.update_item(
                TableName=table,
                Key=encode({"pattern_id": pattern_id(issue, arn)}),
                UpdateExpression="SET issue = :issue, resource_id = :id, last_seen = :at, last_end = :end, "
                "recent = :recent ADD seen :one, #outcome :one",
                ConditionExpression="attribute_not_exists(last_end) OR last_end = :last",
                ExpressionAttributeNames={"#outcome": f"ended_{outcome.lower()}"},
                ExpressionAttributeValues=encode(
                    {":issue": issue, ":id": resource_id, ":at": at, ":one": 1, ":end": end, ":recent": newest}
                    | {":last": known.get("last_end", "")}
                ),
            )
        except dynamo.exceptions.ConditionalCheckFailedException:
            continue
        return


def hand_over(dynamo: Any, table: str, *, issue: str, arn: str, heir_id: str, heir: str) -> None:
    """Let a replacement go on counting where the resource that it replaces ended: else nothing would ever recur."""
    known = read(dynamo, table, issue=issue, arn=arn)
    dynamo.update_item(
        TableName=table,
        Key=encode({"pattern_id": pattern_id(issue, heir)}),
        UpdateExpression="SET issue = :issue, resource_id = :id, recent = if_not_exists(recent, :recent)",
        ExpressionAttributeValues=encode({":issue": issue, ":id": heir_id, ":recent": known.get("recent", {})}),
    )


def tell(dynamo: Any, table: str, *, issue: str, arn: str, execution: str, at: str, since: str) -> bool:
    """Whether people are to be told that it recurs: once, by this execution, unless it was before `since`."""
    try:
        dynamo.update_item(
            TableName=table,
            Key=encode({"pattern_id": pattern_id(issue, arn)}),
            UpdateExpression="SET told_at = :at, told_by = :me",
            ConditionExpression="attribute_not_exists(told_at) OR told_at < :since OR told_by = :me",
            ExpressionAttributeValues=encode({":at": at, ":me": execution, ":since": since}),
        )
    except dynamo.exceptions.ConditionalCheckFailedException:
        return False
    return True


def read(dynamo: Any, table: str, *, issue: str, arn: str) -> Json:
    """What is counted of one issue on one resource: `seen`, `ended_<outcome>`, `recent`; empty if it never happened."""
    key = encode({"pattern_id": pattern_id(issue, arn)})
    return decode(dynamo.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item", {}))
