"""How claims end, and are taken again."""

import pytest
from claiming import AGAIN, LIMIT, NOW, ONE, TWO, claimed, fail, reason, store
from cloud import INCIDENTS
from left_behind import incident as record
from left_behind import lock, tat

from tasks.runtime.clients import client
from tasks.store import incidents
from tasks.store.claim_ends import end_unchanged, end_verified
from tasks.store.claiming_again import claim_again

pytestmark = pytest.mark.usefixtures("cloud")


def test_a_finished_incident_is_a_duplicate_for_ever() -> None:
    claimed(ONE)
    incidents.update(client("dynamodb"), INCIDENTS, ONE.id, {"workflow_state": "VERIFIED"}, execution="first")
    end_verified(store(), ONE, execution="first", cooldown_until_ms=NOW)
    assert reason(claimed(ONE, "second", live=[], after=10**9)) == "DUPLICATE"


def test_a_failed_incident_can_be_claimed_by_a_new_execution() -> None:
    claimed(ONE)
    fail(ONE)
    end_unchanged(store(), ONE, execution="first", limit=LIMIT)
    assert claimed(ONE, "second") == ONE
    assert record(ONE.id)["workflow_state"] == "DETECTED"


def test_other_ends_free_the_lock_and_give_the_token_back_once() -> None:
    claimed(ONE)
    claimed(TWO, "second")
    for _ in range(3):
        end_unchanged(store(), ONE, execution="first", limit=LIMIT)
    assert lock(ONE.resources[0].arn) == {}
    assert tat() == NOW + LIMIT.interval


def test_an_end_frees_nothing_that_another_incident_took_over() -> None:
    claimed(ONE)
    claimed(AGAIN, "second", live=["second"])
    end_unchanged(store(), ONE, execution="first", limit=LIMIT)
    end_verified(store(), ONE, execution="first", cooldown_until_ms=NOW)
    held = lock(ONE.resources[0].arn)
    assert (held["execution"], held["state"]) == ("second", "HELD")


def test_a_redriven_execution_takes_its_locks_again() -> None:
    claimed(ONE)
    fail(ONE)
    end_unchanged(store(), ONE, execution="first", limit=LIMIT, redrive=0)
    assert claim_again(store(), ONE, execution="first", redrive=1, now_ms=NOW) is None
    assert lock(ONE.resources[0].arn)["redrive"] == record(ONE.id)["redrive"] == 1


def test_a_redriven_execution_gives_way_to_whoever_took_over() -> None:
    claimed(ONE)
    fail(ONE)
    end_unchanged(store(), ONE, execution="first", limit=LIMIT, redrive=0)
    claimed(AGAIN, "second")
    assert reason(claim_again(store(), ONE, execution="first", redrive=1, now_ms=NOW)) == "RESOURCE_BUSY"
    assert record(ONE.id)["redrive"] == 0


def test_a_late_failure_of_an_earlier_attempt_frees_nothing_of_the_redriven_one() -> None:
    claimed(ONE)
    claim_again(store(), ONE, execution="first", redrive=1, now_ms=NOW)
    end_unchanged(store(), ONE, execution="first", limit=LIMIT, redrive=0)
    assert lock(ONE.resources[0].arn)["state"] == "HELD"
