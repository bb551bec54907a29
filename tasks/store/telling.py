"""Which of many alike people hear of: one by the same culprit within an hour, and only so many of one issue.

One item an issue: what was told, when, by which execution. The rest is recorded.
"""

import hashlib
from dataclasses import replace
from typing import Any

from tasks.domain.guards import Block
from tasks.store.items import DAY, decode, encode
from tasks.store.transactions import tries

HOUR = 3_600_000
# Of one issue within the hour: whoever floods can do so under many names.
MOST = 10


def once(dynamo: Any, table: str, block: Block, *, issue: str, culprit: str, execution: str, now_ms: int) -> Block:
    """The block, told if it is the first of its kind within the hour, or the execution that told the first."""
    if not _first(dynamo, table, issue, culprit, execution, now_ms):
        return replace(block, tell=False)
    return replace(block, tell=True, why=f"{block.why}; more of the kind within the hour is recorded, not told")


def _first(dynamo: Any, table: str, issue: str, culprit: str, execution: str, now_ms: int) -> bool:
    key, mark = encode({"pk": f"TOLD#{issue}"}), hashlib.sha256(culprit.encode()).hexdigest()[:16]
    for _ in tries():
        known = decode(dynamo.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item", {}))
        told = {one: by for one, by in known.get("told", {}).items() if by["at"] > now_ms - HOUR}
        if mark in told or len(told) >= MOST:
            return mark in told and bool(told[mark]["execution"] == execution)
        told[mark] = {"at": now_ms, "execution": execution}
        version = known.get("version", 0)
        item = {"told": told, "version": version + 1, "expires_at": (now_ms + HOUR) // 1000 + DAY}
        try:
            dynamo.put_item(
                TableName=table,
                Item=key | encode(item),
                ConditionExpression="attribute_not_exists(pk) OR version = :read",
                ExpressionAttributeValues=encode({":read": version}),
            )
        except dynamo.exceptions.ConditionalCheckFailedException:
            continue
        return True
    return False  # as many others are being told at this moment
