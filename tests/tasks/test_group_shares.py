"""Of a group only a share is under repair at once, whoever repairs it."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from claiming import LIMIT, NOW, claimed, reason, store
from cloud import INCIDENTS
from left_behind import claim_item, lock
from published import stopping

from tasks.domain.guards import most_at_once
from tasks.domain.incident import understand
from tasks.domain.payload import Incident
from tasks.domain.policy import Group
from tasks.runtime.clients import client
from tasks.store import incidents
from tasks.store.claim_ends import end_unchanged, end_verified
from tasks.store.claiming_again import claim_again, claim_ahead

pytestmark = pytest.mark.usefixtures("cloud")
WEB = "AWS::EC2::Instance service=web"
EVERYBODY = [str(number) for number in range(10)]


def member(*instances: str, group: str = WEB, event: str = "") -> Incident:
    """An incident of members of a group."""
    incident = understand(stopping(*instances, eventID=event or instances[0]))
    return replace(incident, resources=tuple(replace(one, group=group) for one in incident.resources))


def members() -> set[str]:
    return {one["arn"].rpartition("/")[2] for one in claim_item(f"GROUP#{WEB}").get("members", [])}


SIZES = [
    (0.34, 1, 1),
    (0.34, 2, 1),
    (0.34, 3, 1),
    (0.34, 6, 2),
    (0.5, 4, 2),
    (1.0, 7, 7),
    (0.29, 100, 29),
    (0.01, 9, 1),
]


@pytest.mark.parametrize(("share", "size", "most"), SIZES)
def test_a_share_is_rounded_down_but_never_to_nothing(share: float, size: int, most: int) -> None:
    assert most_at_once(Group(share, ("service",)), size) == most


def test_what_is_only_foreseen_takes_no_place_until_it_acts_and_finds_none_in_a_full_group() -> None:
    assert reason(claimed(member("1"), "1", live=EVERYBODY, holding=False)) == "claimed"
    assert members() == set()
    ahead: Any = {"execution": "1", "since_ms": NOW, "limit": LIMIT, "now_ms": NOW + 1}
    assert claim_ahead(store(), member("1"), **ahead) is None
    assert members() == {"1"}
    assert reason(claimed(member("2"), "2", live=EVERYBODY, holding=False)) == "GROUP_BUSY"
    end_unchanged(store(), member("1"), execution="1", limit=LIMIT)
    assert reason(claimed(member("3"), "3", live=EVERYBODY, holding=False)) == "claimed"
    claimed(member("4"), "4", live=EVERYBODY)
    assert reason(claim_ahead(store(), member("3"), **{**ahead, "execution": "3"})) == "GROUP_BUSY"


def test_past_its_share_a_group_is_busy_and_another_is_not() -> None:
    found = [claimed(member(name), name, live=EVERYBODY, most=2, limit=replace(LIMIT, burst=9)) for name in "123"]
    assert [reason(one) for one in found] == ["claimed", "claimed", "GROUP_BUSY"]
    assert WEB in str(found[2])
    assert lock(member("3").resources[0].arn) == {}
    assert reason(claimed(member("4", group="other"), "4", live=EVERYBODY)) == "claimed"


def test_of_ten_executions_at_once_as_many_claim_as_the_share_allows() -> None:
    with ThreadPoolExecutor(10) as pool:
        claims = [
            pool.submit(claimed, member(one), one, live=EVERYBODY, most=3, limit=replace(LIMIT, burst=99))
            for one in EVERYBODY
        ]
    assert Counter(reason(one.result()) for one in claims) == {"claimed": 3, "GROUP_BUSY": 7}
    assert len(members()) == 3


def test_of_one_incident_what_finds_no_room_is_dropped_and_listed() -> None:
    found = claimed(member("1", "2", "3"), most=2)
    assert isinstance(found, Incident)
    assert [one.id for one in found.resources] == ["1", "2"]
    assert [why.split(":")[0] for why in found.dropped.values()] == ["GROUP_BUSY"]
    assert members() == {"1", "2"}


def test_the_same_event_again_is_a_duplicate_however_full_its_group() -> None:
    claimed(member("1"))
    assert reason(claimed(member("1"), "second")) == "DUPLICATE"
    incidents.update(client("dynamodb"), INCIDENTS, member("1").id, {"workflow_state": "VERIFIED"}, execution="first")
    end_verified(store(), member("1"), execution="first", cooldown_until_ms=NOW)
    claimed(member("2"), "second")
    assert reason(claimed(member("1"), "third")) == "DUPLICATE"
    assert members() == {"2"}


def test_a_retry_of_the_claim_takes_no_second_place() -> None:
    assert claimed(member("1")) == claimed(member("1"), after=10)
    assert members() == {"1"}


@pytest.mark.parametrize("healed", [True, False])
def test_every_end_leaves_the_group(healed: bool) -> None:
    claimed(member("1"))
    if healed:
        end_verified(store(), member("1"), execution="first", cooldown_until_ms=NOW + 300_000)
    else:
        end_unchanged(store(), member("1"), execution="first", limit=LIMIT)
    assert members() == set()
    assert reason(claimed(member("2"), "second")) == "claimed"


def test_the_place_of_an_execution_that_has_died_is_free() -> None:
    claimed(member("1"))
    assert reason(claimed(member("2"), "second", live=["second"])) == "claimed"


def test_a_redriven_execution_takes_its_place_again_or_waits() -> None:
    claimed(member("1"))
    end_unchanged(store(), member("1"), execution="first", limit=LIMIT, redrive=0)
    claimed(member("2"), "second")
    assert reason(claim_again(store(), member("1"), execution="first", redrive=1, now_ms=NOW)) == "GROUP_BUSY"
    end_unchanged(store(), member("2"), execution="second", limit=LIMIT)
    assert claim_again(store(), member("1"), execution="first", redrive=1, now_ms=NOW) is None
    end_unchanged(store(), member("1"), execution="first", limit=LIMIT, redrive=0)
    assert members() == {"1"}, "the failure of the first attempt comes late"
