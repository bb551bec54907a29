"""A database's storage grows within the policy and RDS's own rules; it can never be taken back."""

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from managed import resource
from published import Json

from tasks.domain.errors import NotRecovered, StillRestoring
from tasks.domain.knowledge.rds import INSTANCE
from tasks.domain.payload import Step
from tasks.resources import rds_dbinstance as kind

pytestmark = pytest.mark.usefixtures("cloud")
GROW = "grow_storage"
DB = resource(INSTANCE, "db")
STEP = Step(DB, GROW, "none", False, False, {"allocated": 120})


def described(allocated: int, status: str = "available", **more: Any) -> Json:
    return {
        "DBInstanceIdentifier": "db",
        "DBInstanceStatus": status,
        "AllocatedStorage": allocated,
        "DbiResourceId": "db-ABC",
        "VpcSecurityGroups": [],
        "DBParameterGroups": [],
        "OptionGroupMemberships": [],
        **more,
    }


@pytest.fixture
def rds() -> Any:
    """A client that answers as told, and checks each call against the API and against what is expected of it."""
    stubbed = boto3.client("rds")
    with Stubber(stubbed) as told:
        stubbed.told = told
        yield stubbed
        told.assert_no_pending_responses()


def sees(rds: Any, *states: Json) -> None:
    for one in states:
        rds.told.add_response("describe_db_instances", {"DBInstances": [one]}, {"DBInstanceIdentifier": "db"})


def restore(rds: Any, one: Json) -> None:
    sees(rds, one, one)
    kind.restore(lambda _: rds, STEP)


TARGETS: list[tuple[Json, Json, int | None]] = [
    (described(100), {"most": 1000}, 120),
    (described(101), {"percent": 10, "most": 1000}, 112),
    (described(100), {"percent": 50, "most": 130}, 130),
    (described(100), {"most": 109}, None),
    (described(100), {}, None),
    (described(100, MaxAllocatedStorage=200), {"most": 1000}, None),
    (described(200, MaxAllocatedStorage=200), {"most": 1000}, 240),
    (described(100, DBClusterIdentifier="c"), {"most": 1000}, None),
    (described(100, PendingModifiedValues={"AllocatedStorage": 150}), {"most": 1000}, 180),
]


@pytest.mark.parametrize(("one", "settings", "wanted"), TARGETS)
def test_storage_grows_within_the_policy_by_a_tenth_at_least(
    rds: Any, one: Json, settings: Json, wanted: int | None
) -> None:
    """What RDS lets grow by itself, and what Aurora keeps, is left alone."""
    sees(rds, one)
    now = kind.snapshot(lambda _: rds, "db")
    found = kind.target(GROW, None, {"now": now, "settings": settings})
    assert found == (None if wanted is None else {"allocated": wanted})


@pytest.mark.parametrize("status", ["available", "storage-full"])
def test_it_is_asked_for_once_and_waited_for(rds: Any, status: str) -> None:
    sees(rds, described(100, status), described(100, status))
    asked = {"DBInstanceIdentifier": "db", "AllocatedStorage": 120, "ApplyImmediately": True}
    rds.told.add_response("modify_db_instance", {}, asked)
    with pytest.raises(StillRestoring, match="grows to 120 GiB"):
        kind.restore(lambda _: rds, STEP)
    for state in (
        described(100, "available", PendingModifiedValues={"AllocatedStorage": 120}),
        described(100, "modifying"),
    ):
        with pytest.raises(StillRestoring):
            restore(rds, state)
    restore(rds, described(120, "storage-optimization"))
    sees(rds, *[described(120, "storage-optimization")] * 2)
    assert kind.verify(lambda _: rds, STEP, {}) == ""


def test_a_change_of_the_last_six_hours_stands_in_the_way(rds: Any) -> None:
    with pytest.raises(NotRecovered, match="six hours"):
        restore(rds, described(100, "storage-optimization"))


def test_it_is_never_undone() -> None:
    assert kind.ACTIONS[GROW].undo == "none"


def test_what_did_not_grow_is_not_healthy(rds: Any) -> None:
    sees(rds, *[described(100)] * 2)
    assert kind.verify(lambda _: rds, STEP, {}) == "its storage is 100 GiB"
