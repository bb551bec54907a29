"""The rate limiter lets a burst through, then a steady rate."""

import pytest
from cloud import CLAIMS, INCIDENTS, Cloud
from left_behind import everything, lock, tat
from published import overwriting

from tasks.domain.guards import Block
from tasks.domain.incident import understand
from tasks.domain.payload import Incident
from tasks.runtime.clients import client
from tasks.store.claim_ends import end_unchanged
from tasks.store.claims import Claims, claim
from tasks.store.rate import Rate

NOW = 1_772_366_400_000
LIMIT = Rate(per_hour=60, burst=3)
MINUTE = 60_000


@pytest.fixture
def store(cloud: Cloud) -> Claims:
    return Claims(client("dynamodb"), INCIDENTS, CLAIMS)


def number(count: int) -> Incident:
    return understand(overwriting(f"/parameter/{count}", 2))


def take(store: Claims, count: int, *, at: int = 0) -> str:
    found = claim(
        store,
        number(count),
        execution=str(count),
        limit=LIMIT,
        most={},
        now_ms=NOW + at,
        retention_days=90,
        is_live=lambda _: True,
    )
    return found.reason if isinstance(found, Block) else "claimed"


def test_a_burst_passes_and_the_next_is_refused(store: Claims) -> None:
    assert [take(store, count) for count in range(5)] == ["claimed"] * 3 + ["RATE_LIMITED"] * 2


def test_a_refused_incident_takes_neither_record_nor_lock(store: Claims) -> None:
    for count in range(4):
        take(store, count)
    assert len(everything(INCIDENTS)) == 3
    assert lock(number(3).resources[0].arn) == {}


def test_after_a_burst_one_passes_each_interval(store: Claims) -> None:
    for count in range(3):
        take(store, count)
    assert take(store, 3, at=MINUTE - 1) == "RATE_LIMITED"
    assert take(store, 4, at=MINUTE) == "claimed"
    assert take(store, 5, at=2 * MINUTE - 1) == "RATE_LIMITED"
    assert take(store, 6, at=2 * MINUTE) == "claimed"


def test_of_a_try_every_20_seconds_the_steady_rate_and_the_burst_pass(store: Claims) -> None:
    """One a minute, and two to spare."""
    found = [take(store, count, at=count * MINUTE // 3) for count in range(30)]
    assert found.count("claimed") == 12


def test_quiet_time_saves_up_no_more_than_the_burst(store: Claims) -> None:
    take(store, 0)
    assert [take(store, count, at=600 * MINUTE) for count in range(1, 6)].count("claimed") == 3


def test_a_token_that_was_given_back_can_be_taken_again(store: Claims) -> None:
    for count in range(3):
        take(store, count)
    before = tat()
    for _ in range(2):
        end_unchanged(store, number(1), execution="1", limit=LIMIT)
    assert tat() == before - LIMIT.interval
    assert [take(store, 3), take(store, 4)] == ["claimed", "RATE_LIMITED"]
