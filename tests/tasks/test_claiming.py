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
from tasks.store.claim_ends import end_unchanged, end_verified
from tasks.store.claiming_again import claim_ahead
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


def test_where_nothing_failed_only_the_incident_is_claimed() -> None:
    assert claimed(ONE, holding=False) == ONE
    assert (record(ONE.id)["execution"], lock(ONE.resources[0].arn), tat()) == ("first", {}, 0)
    assert reason(claimed(ONE, "second", holding=False)) == "DUPLICATE"
    assert reason(claimed(AGAIN, "second")) == "claimed"


def test_of_what_is_held_or_cools_down_nothing_is_foreseen() -> None:
    claimed(ONE)
    assert reason(claimed(AGAIN, "second", holding=False)) == "RESOURCE_BUSY"
    assert claimed(AGAIN, "second", holding=False, live=["second"]) == AGAIN
    end_verified(store(), ONE, execution="first", cooldown_until_ms=NOW + 300_000)
    later = understand(overwriting("/one", 4, eventID="later"))
    assert reason(claimed(later, "third", holding=False)) == "COOLDOWN"


def ahead(after: int = 1000) -> str:
    """Claim what was foreseen, now, to act, `after` so many milliseconds."""
    return reason(
        claim_ahead(store(), ONE, execution="first", since_ms=NOW, limit=LIMIT, now_ms=NOW + after) or "claimed"
    )


def test_to_act_ahead_takes_lock_and_token_and_its_end_gives_them_back() -> None:
    claimed(ONE, holding=False)
    assert ahead() == "claimed"
    assert (lock(ONE.resources[0].arn)["foreseen"], tat()) == (True, NOW + 1000 + LIMIT.interval)
    assert reason(claimed(AGAIN, "second", after=2000)) == "RESOURCE_BUSY"
    end_unchanged(store(), ONE, execution="first", limit=LIMIT)
    assert (lock(ONE.resources[0].arn), tat()) == ({}, NOW + 1000)


@pytest.mark.parametrize("healed", [False, True])
def test_what_failed_or_was_healed_since_it_was_foreseen_is_left_alone(healed: bool) -> None:
    claimed(ONE, holding=False)
    claimed(AGAIN, "second", after=100)
    if healed:
        end_verified(store(), AGAIN, execution="second", cooldown_until_ms=NOW + 200)
    assert ahead(after=86_400_000) == "RESOURCE_BUSY"


def test_to_act_ahead_needs_a_token_too() -> None:
    claimed(ONE, holding=False)
    limit = Rate(60, 1)
    claimed(TWO, "second", limit=limit)
    block = claim_ahead(store(), ONE, execution="first", since_ms=NOW, limit=limit, now_ms=NOW + 1000)
    assert reason(block) == "RATE_LIMITED"
    assert lock(ONE.resources[0].arn) == {}
