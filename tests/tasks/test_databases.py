"""Databases: started, protected, and restored from what their deletion left."""

import json
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from managed import TAG, database, resource
from published import Json, call

from tasks.domain.errors import NotRecovered, StillRestoring
from tasks.domain.incident import understand
from tasks.domain.knowledge.rds import INSTANCE
from tasks.domain.payload import Resource, Step
from tasks.domain.session import batches
from tasks.resources import actions
from tasks.resources import rds_dbinstance as kind
from tasks.runtime.clients import client

pytestmark = pytest.mark.usefixtures("cloud")
START, PROTECT, RESTORE, CONFIGURE = "start_database", "restore_protection", "restore_database", "configure_database"
FINAL = {"requestParameters": {"skipFinalSnapshot": False, "finalDBSnapshotIdentifier": "last"}}


def state(one: Resource) -> Any:
    return kind.snapshot(client, one.id)


def step(one: Resource, action: str, good: Json | None, facts: Json | None = None) -> Step:
    target = kind.target(action, good, facts or {})
    assert target is not None
    return Step(one, action, kind.ACTIONS[action].undo, False, False, target)


def modify(one: Resource, **settings: Any) -> None:
    client("rds").modify_db_instance(DBInstanceIdentifier=one.id, ApplyImmediately=True, **settings)


def delete(one: Resource) -> None:
    modify(one, DeletionProtection=False)
    client("rds").delete_db_instance(DBInstanceIdentifier=one.id, FinalDBSnapshotIdentifier="last")


def described(**more: Any) -> Json:
    """A database as DescribeDBInstances has it."""
    return {
        "DBInstanceIdentifier": "db",
        "DBInstanceStatus": "available",
        "DBInstanceClass": "db.t3.micro",
        "MultiAZ": True,
        "AllocatedStorage": 20,
        "StorageType": "gp3",
        "Iops": 3000,
        "BackupRetentionPeriod": 7,
        "DeletionProtection": True,
        "PubliclyAccessible": False,
        "DbiResourceId": "db-ABC",
        "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-2"}, {"VpcSecurityGroupId": "sg-1"}],
        "DBParameterGroups": [{"DBParameterGroupName": "own"}],
        "OptionGroupMemberships": [{"OptionGroupName": "own-options"}],
        "DBSubnetGroup": {"DBSubnetGroupName": "private"},
        "TagList": [{"Key": TAG, "Value": "auto"}, {"Key": "aws:cloudformation:stack-name", "Value": "s"}],
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


def sees(rds: Any, *states: Json | None) -> None:
    for one in states:
        if one is None:
            rds.told.add_client_error("describe_db_instances", "DBInstanceNotFound")
        else:
            rds.told.add_response("describe_db_instances", {"DBInstances": [one]}, {"DBInstanceIdentifier": "db"})


def good(rds: Any, **more: Any) -> Json:
    sees(rds, described(**more))
    found = kind.snapshot(lambda _: rds, "db")
    assert found is not None
    return found


DB = resource(INSTANCE, "db")


def test_a_stopped_database_is_started_and_the_start_can_be_taken_back() -> None:
    one = database()
    was = state(one)
    client("rds").stop_db_instance(DBInstanceIdentifier=one.id)
    stopped = state(one)
    assert kind.issue(was, stopped) == ("rds_instance_stopped", "available -> stopped")
    assert kind.verify(client, step(one, START, was), {}) == "the database is stopped"
    for _ in range(2):
        kind.restore(client, step(one, START, was))
    assert state(one) == was
    assert kind.verify(client, step(one, START, was), {}) == ""
    kind.undo(client, step(one, START, was), was)
    assert state(one) == was
    kind.undo(client, step(one, START, was), stopped)
    assert state(one) == stopped


def test_a_stopped_database_needs_no_snapshot_to_be_started() -> None:
    assert kind.target(START, None, {}) == {"status": "available"}


def test_a_stopping_database_is_waited_for(rds: Any) -> None:
    was = good(rds)
    stopping = described(DBInstanceStatus="stopping")
    sees(rds, stopping, stopping)
    with pytest.raises(StillRestoring, match="still stopping"):
        kind.restore(lambda _: rds, step(DB, START, was))


def test_a_database_that_was_weakened_and_stopped_is_protected_once_it_runs() -> None:
    """Else the state that is seen after starting would be remembered as good."""
    one = database()
    was = state(one)
    modify(one, DeletionProtection=False)
    client("rds").stop_db_instance(DBInstanceIdentifier=one.id)
    assert kind.issue(was, state(one)) == ("rds_instance_stopped", "available -> stopped")
    with pytest.raises(StillRestoring, match="protection comes next"):
        kind.restore(client, step(one, START, was))
    kind.restore(client, step(one, START, was))
    assert state(one) == was


HARM = [
    ({"DeletionProtection": False}, "deletion protection off"),
    ({"BackupRetentionPeriod": 0}, "automated backups off"),
    ({"PubliclyAccessible": True}, "publicly accessible"),
]


@pytest.mark.parametrize(("harm", "told"), HARM)
def test_what_protects_a_database_is_put_back(harm: Json, told: str) -> None:
    one = database()
    was = state(one)
    modify(one, **harm)
    assert kind.issue(was, state(one)) == ("rds_instance_weakened", told)
    assert kind.verify(client, step(one, PROTECT, was), {}) == f"not as it was: {', '.join(harm)}"
    for _ in range(2):
        kind.restore(client, step(one, PROTECT, was))
    assert state(one) == was
    assert kind.verify(client, step(one, PROTECT, was), {}) == ""
    assert kind.issue(was, state(one)) is None
    assert kind.issue(state(one) | {"settings": state(one)["settings"] | harm}, was) is None


def test_only_what_differs_is_modified_at_once_and_waited_for(rds: Any) -> None:
    was = good(rds)
    weakened = described(BackupRetentionPeriod=0)
    sees(rds, weakened, weakened)
    asked = {"DBInstanceIdentifier": "db", "ApplyImmediately": True, "BackupRetentionPeriod": 7}
    rds.told.add_response("modify_db_instance", {}, asked)
    sees(rds, weakened)
    with pytest.raises(StillRestoring, match="being modified"):
        kind.restore(lambda _: rds, step(DB, PROTECT, was))


def test_a_change_that_waits_for_the_maintenance_window_is_seen(rds: Any) -> None:
    was = good(rds)
    sees(rds, described(PendingModifiedValues={"BackupRetentionPeriod": 0}))
    now = kind.snapshot(lambda _: rds, "db")
    assert now is not None
    assert kind.issue(was, now) == ("rds_instance_weakened", "automated backups off")
    assert not kind.reached(step(DB, PROTECT, was).target, now)


def test_a_stopped_database_cannot_be_modified(rds: Any) -> None:
    was = good(rds)
    stopped = described(DBInstanceStatus="stopped", DeletionProtection=False)
    sees(rds, stopped, stopped)
    with pytest.raises(NotRecovered, match="is stopped"):
        kind.restore(lambda _: rds, step(DB, PROTECT, was))


def test_a_deleted_database_comes_back_from_its_final_snapshot_as_it_was_and_managed() -> None:
    one = database()
    was = state(one)
    delete(one)
    assert state(one) is None
    for action in (RESTORE, *kind.ACTIONS[RESTORE].then):
        for _ in range(2):
            kind.restore(client, step(one, action, was, FINAL))
        assert kind.verify(client, step(one, action, was, FINAL), {}) == ""
    now = state(one)
    assert {**now, "resource_id": was["resource_id"]} == was
    assert now["tags"] == [{"Key": TAG, "Value": "auto"}]


# No kind of storage: RDS takes it from the backup, and refuses it without its operations a second.
SETTINGS = {
    "DBInstanceClass": "db.t3.micro",
    "MultiAZ": True,
    "DeletionProtection": True,
    "PubliclyAccessible": False,
    "VpcSecurityGroupIds": ["sg-1", "sg-2"],
    "DBParameterGroupName": "own",
    "OptionGroupName": "own-options",
    "DBSubnetGroupName": "private",
    "Tags": [{"Key": TAG, "Value": "auto"}],
}


def test_it_is_restored_into_its_own_network_and_never_open(rds: Any) -> None:
    """RDS would give it the default security group and parameter group."""
    was = good(rds)
    asked = {"DBInstanceIdentifier": "db", "DBSnapshotIdentifier": "last", **SETTINGS}
    sees(rds, None)
    rds.told.add_response("restore_db_instance_from_db_snapshot", {}, asked)
    sees(rds, described(DBInstanceStatus="creating"))
    with pytest.raises(StillRestoring, match="creating"):
        kind.restore(lambda _: rds, step(DB, RESTORE, was, FINAL))


def test_kept_automated_backups_are_restored_to_their_last_moment(rds: Any) -> None:
    was = good(rds)
    kept = call("DeleteDBInstance", {"requestParameters.deleteAutomatedBackups": False})["detail"]
    source = {"SourceDbiResourceId": "db-ABC", "UseLatestRestorableTime": True}
    sees(rds, None)
    asked = {"TargetDBInstanceIdentifier": "db", **source, **SETTINGS}
    rds.told.add_response("restore_db_instance_to_point_in_time", {}, asked)
    sees(rds, described())
    kind.restore(lambda _: rds, step(DB, RESTORE, was, kept))


def test_while_the_old_one_goes_or_its_snapshot_is_made_it_waits(rds: Any) -> None:
    was = good(rds)
    sees(rds, described(DBInstanceStatus="deleting"))
    with pytest.raises(StillRestoring, match="deleting"):
        kind.restore(lambda _: rds, step(DB, RESTORE, was, FINAL))
    sees(rds, None)
    rds.told.add_client_error("restore_db_instance_from_db_snapshot", "InvalidDBSnapshotState")
    with pytest.raises(StillRestoring, match="snapshot"):
        kind.restore(lambda _: rds, step(DB, RESTORE, was, FINAL))


def test_nothing_left_nothing_restored(rds: Any) -> None:
    """A database is never made empty; the sample deletes the backups and skips the final snapshot."""
    was = good(rds)
    assert kind.target(RESTORE, was, call("DeleteDBInstance")["detail"]) is None
    assert kind.target(RESTORE, None, FINAL) is None


@pytest.mark.parametrize("part", [{"DBClusterIdentifier": "c"}, {"ReadReplicaSourceDBInstanceIdentifier": "s"}])
def test_what_belongs_to_a_cluster_or_a_source_is_left_alone(rds: Any, part: Json) -> None:
    was = good(rds, **part)
    assert [kind.target(action, was, FINAL) for action in kind.ACTIONS] == [None] * len(kind.ACTIONS)


def test_a_database_that_is_gone_is_neither_started_nor_healthy() -> None:
    with pytest.raises(NotRecovered, match="gone"):
        kind.restore(client, step(DB, START, None))
    assert kind.verify(client, step(DB, START, None), {}) == "the database is gone"


def test_every_session_fits_for_the_longest_name(rds: Any) -> None:
    was, name = good(rds), "d" * 63
    one = resource(INSTANCE, name)
    incident = understand(call("DeleteDBInstance", {"requestParameters.dBInstanceIdentifier": name}))
    facts = {**FINAL, "now": was, "settings": {"most": 100}}
    for action in kind.ACTIONS:
        ((policy, _),) = batches(incident, (step(one, action, was, facts),), actions, undo=False)
        assert json.loads(policy)["Statement"]
