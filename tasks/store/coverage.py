"""What was told of what cannot be restored, as marks in one item of the table of patterns."""

import json
from collections.abc import Collection
from typing import Any

_KEY = {"pattern_id": {"S": "coverage"}}


def told(dynamo: Any, table: str) -> list[str]:
    """The marks of the last run."""
    item = dynamo.get_item(TableName=table, Key=_KEY, ConsistentRead=True).get("Item")
    return list(json.loads(item["told"]["S"])) if item else []


def keep(dynamo: Any, table: str, marks: Collection[str]) -> None:
    """Keep this run's. An item has room for 20,000."""
    dynamo.put_item(TableName=table, Item={**_KEY, "told": {"S": json.dumps(sorted(marks))}})
