"""How far each issue class may go in each environment, as earned."""

import hashlib
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from tasks.domain.earning import Standing
from tasks.domain.payload import load
from tasks.store.items import Json, decode, encode
from tasks.store.transactions import tries


def read(dynamo: Any, table: str, issue: str, environment: str) -> Standing:
    """The standing of an issue class in an environment, a new one if nothing has counted yet."""
    return load(Standing, _item(dynamo, table, issue, environment))


def change(dynamo: Any, table: str, issue: str, environment: str, to: Callable[[Standing], Standing]) -> None:
    """Put what `to` makes of the standing in its place, however many do so at once; it may be called again."""
    for _ in tries():
        item = _item(dynamo, table, issue, environment)
        known = load(Standing, item)
        changed = to(known)
        if changed == known:
            return
        version = item.get("version", 0)
        try:
            dynamo.update_item(
                TableName=table,
                Key=_key(issue, environment),
                UpdateExpression="SET issue = :issue, environment = :environment, version = :next, #level = :level, "
                "run = :run, fallen = :fallen, #before = :before, cases = :cases, history = :history",
                ConditionExpression="attribute_not_exists(version) OR version = :version",
                ExpressionAttributeNames={"#level": "level", "#before": "before"},
                ExpressionAttributeValues=encode(
                    {f":{name}": value for name, value in asdict(changed).items()}
                    | {":issue": issue, ":environment": environment, ":version": version, ":next": version + 1}
                ),
            )
        except dynamo.exceptions.ConditionalCheckFailedException:
            continue
        return
    raise TimeoutError(f"{table}: the standing of {issue} in {environment} was changed by others again and again")


def _item(dynamo: Any, table: str, issue: str, environment: str) -> Json:
    found = dynamo.get_item(TableName=table, Key=_key(issue, environment), ConsistentRead=True)
    return decode(found.get("Item", {}))


def _key(issue: str, environment: str) -> Json:
    return encode({"pattern_id": "LEVEL#" + hashlib.sha256(f"{issue}|{environment}".encode()).hexdigest()[:32]})
