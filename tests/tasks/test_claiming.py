"""Exactly one recovery: the incident, its locks and a rate token, all or nothing."""

from collections import Counter
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from cloud import CLAIMS, INCIDENTS, Cloud
from left_behind import incident as record
from left_behind import lock, tat
from published import overwriting, stopping

from tasks.domain.guards import Block
from tasks.domain.incident import understand
from tasks.domain.payload import Incident
from tasks.runtime.clients import client
from tasks.store import incidents
from tasks.store.claims import Claims, claim, claim_again, end_unchanged, end_verified
from tasks.store.rate import Rate

NOW = 1_772_366_400_000
LIMIT = Rate(per_hour=60, burst=3)
ONE = understand(overwriting("/one", 2))
AGAIN = understand(overwriting("/one", 3, eventID="another"))
TWO = understand(stopping("i-1", "i-2"))
PART = understand(stopping("i-2", "i-3", eventID="another"))


@pytest.fixture
def store(cloud: Cloud) -> Claims:
    return Claims(client("dynamodb"), INCIDENTS, CLAIMS)


def claimed(
    store: Claims,
    incident: Incident,
    execution: str = "first",
    *,
    live: Collection[str] = ("first", "second"),
    limit: Rate = LIMIT,
    after: int = 0,
) -> Incident | Block:
    return claim(
        store,
        incident,
        execution=execution,
        limit=limit,
        now_ms=NOW + after,
        retention_days=90,
        is_live=lambda arn: arn in live,
    )


def reason(found: Any) -> str:
    return found.reason if isinstance(found, Block) else "claimed"


def fail(incident: Incident, execution: str = "first") -> None:
    changes = {"workflow_state": incidents.FAILED}
    assert incidents.update(client("dynamodb"), INCIDENTS, incident.id, changes, execution=execution)


def test_of_30_threads_with_one_event_one_claims_it_and_29_are_duplicates(store: Claims) -> None:
    executions = [f"execution {number}" for number in range(30)]
    with ThreadPoolExecutor(30) as pool:
        found = list(pool.map(lambda one: reason(claimed(store, ONE, one, live=executions)), executions))
    assert Counter(found) == {"claimed": 1, "DUPLICATE": 29}
    assert tat() == NOW + LIMIT.interval
    assert lock(ONE.resources[0].arn)["execution"] == record(ONE.id)["execution"]


def test_of_30_threads_with_incidents_of_one_resource_one_claims_it(store: Claims) -> None:
    events = [understand(overwriting("/one", 2, eventID=str(number))) for number in range(30)]
    executions = [f"execution {number}" for number in range(30)]
    with ThreadPoolExecutor(30) as pool:
        found = list(
            pool.map(lambda event, one: reason(claimed(store, event, one, live=executions)), events, executions)
        )
    assert Counter(found) == {"claimed": 1, "RESOURCE_BUSY": 29}
    assert tat() == NOW + LIMIT.interval


@pytest.mark.parametrize("burst", [1, 3])
def test_the_same_execution_claims_again_without_a_second_token(store: Claims, burst: int) -> None:
    """A retry of Detect, even when its own claim took the last token."""
    limit = Rate(60, burst)
    assert claimed(store, ONE, limit=limit) == claimed(store, ONE, limit=limit, after=10) == ONE
    assert tat() == NOW + limit.interval


def test_a_duplicate_is_one_even_when_no_token_is_left(store: Claims) -> None:
    claimed(store, ONE, limit=Rate(60, 1))
    assert reason(claimed(store, ONE, "second", limit=Rate(60, 1))) == "DUPLICATE"


def test_a_claim_holds_its_locks_until_it_ends(store: Claims) -> None:
    claimed(store, ONE)
    assert lock(ONE.resources[0].arn)["state"] == "HELD"
    block = claimed(store, AGAIN, "second", after=86_400_000)
    assert reason(block) == "RESOURCE_BUSY"
    assert ONE.id in str(block)


def test_a_verified_end_cools_the_resource_down_then_lets_it_go(store: Claims) -> None:
    claimed(store, ONE)
    end_verified(store, ONE, execution="first", cooldown_until_ms=NOW + 300_000)
    assert lock(ONE.resources[0].arn)["state"] == "COOLDOWN"
    assert reason(claimed(store, AGAIN, "second", after=299_999)) == "COOLDOWN"
    assert reason(claimed(store, AGAIN, "second", after=300_000)) == "claimed"
    assert tat() == NOW + 300_000 + LIMIT.interval


def test_a_lock_whose_execution_has_died_is_taken_over(store: Claims) -> None:
    claimed(store, ONE)
    assert claimed(store, AGAIN, "second", live=["second"]) == AGAIN
    assert lock(AGAIN.resources[0].arn)["execution"] == "second"


def test_an_incident_whose_execution_has_died_is_taken_over(store: Claims) -> None:
    claimed(store, ONE)
    assert claimed(store, ONE, "second", live=["second"]) == ONE
    assert record(ONE.id)["execution"] == "second"


def test_a_cooldown_of_a_dead_execution_still_holds(store: Claims) -> None:
    claimed(store, ONE)
    end_verified(store, ONE, execution="first", cooldown_until_ms=NOW + 300_000)
    assert reason(claimed(store, AGAIN, "second", live=["second"])) == "COOLDOWN"


def test_resources_whose_lock_is_refused_are_dropped_and_listed(store: Claims) -> None:
    claimed(store, TWO)
    found = claimed(store, PART, "second")
    assert isinstance(found, Incident)
    assert [one.id for one in found.resources] == ["i-3"]
    assert found.dropped == {TWO.resources[1].arn: f"RESOURCE_BUSY: incident {TWO.id} holds it"}
    assert record(PART.id)["incident"]["dropped"] == found.dropped
    assert lock(TWO.resources[1].arn)["execution"] == "first"


def test_with_every_lock_refused_nothing_is_taken(store: Claims) -> None:
    claimed(store, TWO)
    block = claimed(store, understand(stopping("i-2", "i-1", eventID="x")), "second")
    assert reason(block) == "RESOURCE_BUSY"
    assert tat() == NOW + LIMIT.interval


def test_a_finished_incident_is_a_duplicate_for_ever(store: Claims) -> None:
    claimed(store, ONE)
    incidents.update(client("dynamodb"), INCIDENTS, ONE.id, {"workflow_state": "VERIFIED"}, execution="first")
    end_verified(store, ONE, execution="first", cooldown_until_ms=NOW)
    assert reason(claimed(store, ONE, "second", live=[], after=10**9)) == "DUPLICATE"


def test_a_failed_incident_can_be_claimed_by_a_new_execution(store: Claims) -> None:
    claimed(store, ONE)
    fail(ONE)
    end_unchanged(store, ONE, execution="first", limit=LIMIT)
    assert claimed(store, ONE, "second") == ONE
    assert record(ONE.id)["workflow_state"] == "DETECTED"


def test_other_ends_free_the_lock_and_give_the_token_back_once(store: Claims) -> None:
    claimed(store, ONE)
    claimed(store, TWO, "second")
    for _ in range(3):
        end_unchanged(store, ONE, execution="first", limit=LIMIT)
    assert lock(ONE.resources[0].arn) == {}
    assert tat() == NOW + LIMIT.interval


def test_an_end_frees_nothing_that_another_incident_took_over(store: Claims) -> None:
    claimed(store, ONE)
    claimed(store, AGAIN, "second", live=["second"])
    end_unchanged(store, ONE, execution="first", limit=LIMIT)
    end_verified(store, ONE, execution="first", cooldown_until_ms=NOW)
    held = lock(ONE.resources[0].arn)
    assert (held["execution"], held["state"]) == ("second", "HELD")


def test_a_redriven_execution_takes_its_locks_again(store: Claims) -> None:
    claimed(store, ONE)
    fail(ONE)
    end_unchanged(store, ONE, execution="first", limit=LIMIT, redrive=0)
    assert claim_again(store, ONE, execution="first", redrive=1, now_ms=NOW) is None
    assert lock(ONE.resources[0].arn)["redrive"] == record(ONE.id)["redrive"] == 1


def test_a_redriven_execution_gives_way_to_whoever_took_over(store: Claims) -> None:
    claimed(store, ONE)
    fail(ONE)
    end_unchanged(store, ONE, execution="first", limit=LIMIT, redrive=0)
    claimed(store, AGAIN, "second")
    assert reason(claim_again(store, ONE, execution="first", redrive=1, now_ms=NOW)) == "RESOURCE_BUSY"
    assert record(ONE.id)["redrive"] == 0


def test_a_late_failure_of_an_earlier_attempt_frees_nothing_of_the_redriven_one(store: Claims) -> None:
    claimed(store, ONE)
    claim_again(store, ONE, execution="first", redrive=1, now_ms=NOW)
    end_unchanged(store, ONE, execution="first", limit=LIMIT, redrive=0)
    assert lock(ONE.resources[0].arn)["state"] == "HELD"
