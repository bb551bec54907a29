"""What the model may cost: calls and tokens, of one incident and of a day (UTC), reserved before each call."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tasks.domain.policy import Allowance
from tasks.store.items import DAY, Json, encode
from tasks.store.transactions import conflict, transact, tries


@dataclass(frozen=True)
class Budget:
    """`day` is a date, 2026-01-31; `most` maps incident and day to what each allows."""

    table: str
    incident_id: str
    day: str
    most: Mapping[str, Allowance]
    expires_at: int

    def item(self, whose: str) -> str:
        """The key of what is counted of the incident or the day."""
        return f"BUDGET#{self.incident_id if whose == 'incident' else self.day}"


def reserve(dynamo: Any, budget: Budget, tokens: int) -> str:
    """Take one call of so many tokens from both; an empty text, or whose budget is used up."""
    names = list(budget.most)
    for whose, most in budget.most.items():
        if not most.calls or tokens > most.tokens:
            return whose
    for _ in tries():
        reasons = transact(dynamo, [_take(budget, whose, tokens) for whose in names])
        if not reasons:
            return ""
        if used_up := [
            whose for whose, one in zip(names, reasons, strict=True) if one["Code"] == "ConditionalCheckFailed"
        ]:
            return used_up[0]
        if not conflict(reasons):
            break
    return "day"  # too many at once to be counted: as if it were used up


def settle(dynamo: Any, budget: Budget, *, reserved: int, used: int) -> None:
    """Put what a call really took in place of what was reserved for it."""
    for whose in budget.most:
        dynamo.update_item(
            TableName=budget.table,
            Key=encode({"pattern_id": budget.item(whose)}),
            UpdateExpression="ADD tokens :more",
            ExpressionAttributeValues=encode({":more": used - reserved}),
        )


def _take(budget: Budget, whose: str, tokens: int) -> Json:
    most = budget.most[whose]
    values = {":one": 1, ":tokens": tokens, ":calls": most.calls, ":left": most.tokens - tokens}
    values |= {":end": budget.expires_at}
    return {
        "Update": {
            "TableName": budget.table,
            "Key": encode({"pattern_id": budget.item(whose)}),
            "UpdateExpression": "SET expires_at = :end ADD calls :one, tokens :tokens",
            "ConditionExpression": "attribute_not_exists(calls) OR (calls < :calls AND tokens <= :left)",
            "ExpressionAttributeValues": encode(values),
        }
    }


def expires(now: float) -> int:
    """When what was counted is of no use any more: 2 days after `now`, seconds since 1970."""
    return int(now) + 2 * DAY
