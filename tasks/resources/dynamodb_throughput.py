"""The capacity of a DynamoDB table and its global indexes: "table" or "index/<name>" to [read, write] units.

None stands for on demand: no limit of its own.
"""

from typing import Any

from tasks.domain.knowledge.dynamodb import SMALL
from tasks.domain.payload import Json


def throughput(table: Json) -> Json:
    """The capacity in a table's description, as DescribeTable gives it."""
    on_demand = table.get("BillingModeSummary", {}).get("BillingMode") == "PAY_PER_REQUEST"
    described = {"table": table} | {f"index/{one['IndexName']}": one for one in table.get("GlobalSecondaryIndexes", [])}
    return {name: None if on_demand else _units(one["ProvisionedThroughput"]) for name, one in described.items()}


def cut(good: Json, now: Json) -> list[str]:
    """Whose capacity is less than it was; on demand is only missed where little came in its place."""
    return [name for name, units in now.items() if units and name in good and _less(good[name], units)]


def same(wanted: Json, now: Json) -> bool:
    """Whether the capacity is the wanted one; indexes that came or went since do not count."""
    return all(now.get(name, units) == units for name, units in wanted.items())


def update(wanted: Json, now: Json) -> dict[str, Any]:
    """What UpdateTable must be asked for; it refuses a capacity that already is so."""
    if wanted["table"] is None:
        return {"BillingMode": "PAY_PER_REQUEST"}
    asked: dict[str, Any] = {"BillingMode": "PROVISIONED"} if now["table"] is None else {}
    if now["table"] != wanted["table"]:
        asked["ProvisionedThroughput"] = _capacity(wanted["table"])
    differing = {name: wanted.get(name) or wanted["table"] for name in now if now[name] != wanted.get(name, now[name])}
    if now["table"] is None:
        differing = {name: wanted.get(name) or wanted["table"] for name in now}
    indexes = [
        {"Update": {"IndexName": name.removeprefix("index/"), "ProvisionedThroughput": _capacity(units)}}
        for name, units in differing.items()
        if name != "table"
    ]
    return asked | ({"GlobalSecondaryIndexUpdates": indexes} if indexes else {})


def _less(before: list[int] | None, now: list[int]) -> bool:
    if before is None:
        return min(now) < SMALL
    return any(after < had for had, after in zip(before, now, strict=True))


def _units(described: Json) -> list[int]:
    return [described["ReadCapacityUnits"], described["WriteCapacityUnits"]]


def _capacity(units: list[int]) -> dict[str, int]:
    return dict(zip(("ReadCapacityUnits", "WriteCapacityUnits"), units, strict=True))
