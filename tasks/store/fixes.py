"""How often each fix was tried and proven, and how far predictions of it could be relied on."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from tasks.domain.calibration import BINS, bin_of
from tasks.domain.confidence import Fix, Fixes
from tasks.store.items import DAY, Json, decode, encode
from tasks.store.transactions import conflict, transact, tries

SOURCES = ("result", "rules", "model")


def count(
    dynamo: Any, table: str, tried: Mapping[Fix, bool], *, case: str, predicted: Json, now: float, retention_days: int
) -> bool:
    """Add what one attempt tried and whether it helped; once for each `case`, so False when it was counted before.

    `predicted` are the confidences before it, by source, None where one said nothing.
    """
    marker = {":now": int(now), ":end": int(now) + retention_days * DAY}
    once = _update(table, f"CASE#{case}", "SET counted_at = :now, expires_at = :end", marker)
    once["Update"]["ConditionExpression"] = "attribute_not_exists(pattern_id)"
    writes = [once, *(_tried(table, fix, helped) for fix, helped in tried.items())]
    helped = all(tried.values())
    writes += [_predicted(table, source, value, helped) for source, value in predicted.items() if value is not None]
    for _ in tries():
        reasons = transact(dynamo, writes)
        if not reasons:
            return True
        if not conflict(reasons):
            return False
    raise TimeoutError(f"{table}: counting case {case} met other writes again and again")


def read(dynamo: Any, table: str, fix: Fix) -> Fixes:
    """What is counted of one fix; nothing if it was never tried."""
    found = _item(dynamo, table, _key(fix))
    return Fixes(int(found.get("cases", 0)), int(found.get("verified", 0)))


def calibration(dynamo: Any, table: str, source: str) -> dict[str, Json]:
    """What is counted of one source's predictions: a bin's number to cases, verified, and the predictions' sum."""
    found = _item(dynamo, table, f"CALIBRATION#{source}")
    names = ("cases", "verified", "predicted")
    return {str(n): {name: found[f"{name}_{n}"] for name in names} for n in range(BINS) if f"cases_{n}" in found}


def _tried(table: str, fix: Fix, helped: bool) -> Json:
    values = {":one": 1, ":helped": int(helped), ":fix": asdict(fix)}
    return _update(table, _key(fix), "SET fix = :fix ADD cases :one, verified :helped", values)


def _predicted(table: str, source: str, value: float, helped: bool) -> Json:
    number = bin_of(value)
    add = f"ADD cases_{number} :one, verified_{number} :helped, predicted_{number} :value"
    return _update(table, f"CALIBRATION#{source}", add, {":one": 1, ":helped": int(helped), ":value": value})


def _update(table: str, key: str, update: str, values: Json) -> Json:
    return {
        "Update": {
            "TableName": table,
            "Key": encode({"pattern_id": key}),
            "UpdateExpression": update,
            "ExpressionAttributeValues": encode(values),
        }
    }


def _item(dynamo: Any, table: str, key: str) -> Json:
    found = dynamo.get_item(TableName=table, Key=encode({"pattern_id": key}), ConsistentRead=True)
    return decode(found.get("Item", {}))


def _key(fix: Fix) -> str:
    return "FIX#" + hashlib.sha256(json.dumps(asdict(fix), sort_keys=True).encode()).hexdigest()[:32]
