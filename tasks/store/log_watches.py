"""What is known of each watched log: its state, and until when it was read, in one item, so that both move at once."""

import gzip
import json
from typing import Any

from tasks.store.items import Json

MOST_BYTES = 390_000  # an item holds 400 KB


class NotKept(Exception):
    """A log's state could not be written: its place is the one before."""


class Moved(NotKept):
    """Another run has written it meanwhile."""


def read(dynamo: Any, table: str, arn: str) -> tuple[Json | None, int]:
    """A log's state and its version; None and 0 for one that was never read."""
    item = dynamo.get_item(TableName=table, Key=_key(arn), ConsistentRead=True).get("Item")
    if not item:
        return None, 0
    return json.loads(gzip.decompress(item["state"]["B"])), int(item["version"]["N"])


def write(dynamo: Any, table: str, arn: str, state: Json, *, version: int) -> int:
    """Write the state that was read as `version`; the new version. Moved if it is another by now."""
    packed = gzip.compress(json.dumps(state).encode(), mtime=0)
    if len(packed) > MOST_BYTES:
        raise NotKept(f"the state of {arn} has {len(packed)} bytes, at most {MOST_BYTES} can be kept")
    try:
        dynamo.put_item(
            TableName=table,
            Item={**_key(arn), "state": {"B": packed}, "version": {"N": str(version + 1)}},
            ConditionExpression="attribute_not_exists(pattern_id) OR version = :mine",
            ExpressionAttributeValues={":mine": {"N": str(version)}},
        )
    except dynamo.exceptions.ConditionalCheckFailedException:
        raise Moved(f"{arn} was analyzed by another run at the same time") from None
    return version + 1


def _key(arn: str) -> Json:
    return {"pattern_id": {"S": f"log#{arn}"}}
