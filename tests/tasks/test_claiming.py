"""Exactly one recovery: the incident, its locks and a rate token, all or nothing."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from claiming import AGAIN, LIMIT, NOW, ONE, PART, TWO, claimed, reason, store
from left_behind import incident as record
from left_behind import lock, tat
from published import overwriting, stopping

from tasks.domain.incident import understand
from tasks.domain.payload import Incident
from tasks.store.claims import end_verified
from tasks.store.rate import Rate

pytestmark = pytest.mark.usefixtures("cloud")


def test_of_30_threads_with_one_event_one_claims_it_and_29_are_duplicates() -> None:
    executions = [f"execution {number}" for number in range(30)]
    with ThreadPoolExecutor(30) as pool:
        found = list(pool.map(lambda one: reason(claimed(ONE, one, live=executions)), executions))
    assert Counter(found) == {"claimed": 1, "DUPLICATE": 29}
    assert tat() == NOW + LIMIT.interval
    assert lock(ONE.resources[0].arn)["execution"] == record(ONE.id)["execution"]


def test_of_30_threads_with_incidents_of_one_resource_one_claims_it() -> None:
    events = [understand(overwriting("/one", 2, eventID=str(number))) for number in range(30)]
    executions = [f"execution {number}" for number in range(30)]
    with ThreadPoolExecutor(30) as pool:
        found = list(pool.map(lambda event, one: reason(claimed(event, one, live=executions)), events, executions))
    assert Counter(found) == {"claimed": 1, "RESOURCE_BUSY": 29}
    assert tat() == NOW + LIMIT.interval


@pytest.mark.parametrize("burst", [1, 3])
def test_the_same_execution_claims_again_without_a_second_token(burst: int) -> None:
    """A retry of Detect, even when its own claim took the last token."""
    limit = Rate(60, burst)
    assert claimed(ONE, limit=limit) == claimed(ONE, limit=limit, after=10) == ONE
    assert tat() == NOW + limit.interval


def test_a_duplicate_is_one_even_when_no_token_is_left() -> None:
    claimed(ONE, limit=Rate(60, 1))
    assert reason(claimed(ONE, "second", limit=Rate(60, 1))) == "DUPLICATE"


def test_a_claim_holds_its_locks_until_it_ends() -> None:
    claimed(ONE)
    assert lock(ONE.resources[0].arn)["state"] == "HELD"
    block = claimed(AGAIN, "second", after=86_400_000)
    assert reason(block) == "RESOURCE_BUSY"
    assert ONE.id in str(block)


def test_a_verified_end_cools_the_resource_down_then_lets_it_go() -> None:
    claimed(ONE)
    end_verified(store(), ONE, execution="first", cooldown_until_ms=NOW + 300_000)
    assert lock(ONE.resources[0].arn)["state"] == "COOLDOWN"
    assert reason(claimed(AGAIN, "second", after=299_999)) == "COOLDOWN"
    assert reason(claimed(AGAIN, "second", after=300_000)) == "claimed"
    assert tat() == NOW + 300_000 + LIMIT.interval


def test_a_lock_whose_execution_has_died_is_taken_over() -> None:
    claimed(ONE)
    assert claimed(AGAIN, "second", live=["second"]) == AGAIN
    assert lock(AGAIN.resources[0].arn)["execution"] == "second"


def test_an_incident_whose_execution_has_died_is_taken_over() -> None:
    claimed(ONE)
    assert claimed(ONE, "second", live=["second"]) == ONE
    assert record(ONE.id)["execution"] == "second"


def test_a_cooldown_of_a_dead_execution_still_holds() -> None:
    claimed(ONE)
    end_verified(store(), ONE, execution="first", cooldown_until_ms=NOW + 300_000)
    assert reason(claimed(AGAIN, "second", live=["second"])) == "COOLDOWN"


def test_resources_whose_lock_is_refused_are_dropped_and_listed() -> None:
    claimed(TWO)
    found = claimed(PART, "second")
    assert isinstance(found, Incident)
    assert [one.id for one in found.resources] == ["i-3"]
    assert found.dropped == {TWO.resources[1].arn: f"RESOURCE_BUSY: incident {TWO.id} holds it"}
    assert record(PART.id)["incident"]["dropped"] == found.dropped
    assert lock(TWO.resources[1].arn)["execution"] == "first"


def test_with_every_lock_refused_nothing_is_taken() -> None:
    claimed(TWO)
    block = claimed(understand(stopping("i-2", "i-1", eventID="x")), "second")
    assert reason(block) == "RESOURCE_BUSY"
    assert tat() == NOW + LIMIT.interval
