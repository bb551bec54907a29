"""Storms: more than a few incidents of one issue class within minutes. One item a class: who was seen when.

A storm lasts until none has come for as long; the execution that met its beginning is the one that tells.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

from tasks.domain import guards
from tasks.domain.guards import Block
from tasks.domain.payload import Incident
from tasks.store.items import DAY, decode, encode
from tasks.store.transactions import TRIES, tries


@dataclass(frozen=True)
class Storm:
    """More than so many incidents within so many minutes."""

    incidents: int
    minutes: float

    @property
    def window(self) -> int:
        """Milliseconds."""
        return int(self.minutes * 60_000)


def count(
    dynamo: Any, table: str, storm: Storm, incident: Incident, issue: str, *, execution: str, now_ms: int
) -> Block | None:
    """Count the incident, the same resources once; the block while there is a storm of its class."""
    key = encode({"pk": f"STORM#{issue}"})
    for _ in tries():
        known = decode(dynamo.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item", {}))
        if now_ms < known.get("until", 0):
            _go_on(dynamo, table, storm, key, now_ms)
            return _block(storm, issue, tell=known["begun_by"] == execution)
        seen = {one: at for one, at in known.get("seen", {}).items() if at > now_ms - storm.window}
        seen[_mark(incident)] = now_ms
        begun = len(seen) > storm.incidents
        until = now_ms + storm.window if begun else 0
        counted = {"seen": seen, "until": until, "begun_by": execution, "version": known.get("version", 0) + 1}
        counted["expires_at"] = (now_ms + storm.window) // 1000 + DAY
        try:
            dynamo.put_item(
                TableName=table,
                Item=key | encode(counted),
                ConditionExpression="attribute_not_exists(pk) OR version = :read",
                ExpressionAttributeValues=encode({":read": known.get("version", 0)}),
            )
        except dynamo.exceptions.ConditionalCheckFailedException:
            continue
        return _block(storm, issue, tell=True) if begun else None
    return Block(guards.RESOURCE_BUSY, f"counting {issue} met others {TRIES} times in a row")


def _go_on(dynamo: Any, table: str, storm: Storm, key: Any, now_ms: int) -> None:
    """Let the storm last from now on, written at most twice a window."""
    values = {":until": now_ms + storm.window, ":late": now_ms + storm.window // 2}
    try:
        dynamo.update_item(
            TableName=table,
            Key=key,
            UpdateExpression="SET #until = :until",
            ConditionExpression="#until < :late",
            ExpressionAttributeNames={"#until": "until"},
            ExpressionAttributeValues=encode(values),
        )
    except dynamo.exceptions.ConditionalCheckFailedException:
        return


def _mark(incident: Incident) -> str:
    named = "|".join(sorted(one.arn for one in incident.resources))
    return hashlib.sha256(named.encode()).hexdigest()[:16]


def _block(storm: Storm, issue: str, *, tell: bool) -> Block:
    why = f"more than {storm.incidents} incidents of {issue} within {storm.minutes:g} minutes point to a common cause"
    return Block(guards.STORM, why, tell=tell)
