"""A transaction that only the timing was against is tried again."""

from collections.abc import Callable
from typing import Any

import pytest
from claiming import ONE, claimed, reason
from cloud import Cloud
from left_behind import lock

from tasks.runtime.clients import client


def cancelling(codes: list[str], *, first: int) -> Callable[..., None]:
    """DynamoDB cancels the first transactions with these reasons."""
    left = [codes] * first

    def cancel(**_: Any) -> None:
        if left:
            reasons = [{"Code": code} for code in left.pop()]
            answer = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}
            raise client("dynamodb").exceptions.TransactionCanceledException(answer, "TransactWriteItems")

    return cancel


@pytest.fixture
def cancelled(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, int], list[float]]:
    """Cancel so many of the next transactions for this reason; gives the pauses between the tries."""
    pauses: list[float] = []
    monkeypatch.setattr("time.sleep", pauses.append)

    def cancel(code: str, first: int) -> list[float]:
        handler = cancelling(["None", code, "None"], first=first)
        cloud.interfere("dynamodb", "before-call.dynamodb.TransactWriteItems", handler)
        return pauses

    return cancel


@pytest.mark.parametrize("code", ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"])
def test_a_claim_that_met_another_or_was_throttled_is_tried_again(
    cancelled: Callable[[str, int], list[float]], code: str
) -> None:
    pauses = cancelled(code, 5)
    assert claimed(ONE) == ONE
    assert lock(ONE.resources[0].arn)["state"] == "HELD"
    assert len(pauses) == 5
    assert all(0 <= pause <= 1.6 for pause in pauses)


def test_after_twelve_conflicts_the_resource_is_busy(cancelled: Callable[[str, int], list[float]]) -> None:
    cancelled("TransactionConflict", 100)
    assert reason(claimed(ONE)) == "RESOURCE_BUSY"


def test_after_twelve_throttlings_the_claim_is_an_error(cancelled: Callable[[str, int], list[float]]) -> None:
    cancelled("ThrottlingError", 100)
    with pytest.raises(client("dynamodb").exceptions.TransactionCanceledException):
        claimed(ONE)


def test_a_claim_that_is_refused_for_what_it_asks_is_an_error_at_once(
    cancelled: Callable[[str, int], list[float]],
) -> None:
    pauses = cancelled("ValidationError", 1)
    with pytest.raises(client("dynamodb").exceptions.TransactionCanceledException):
        claimed(ONE)
    assert pauses == []
