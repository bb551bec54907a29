"""DynamoDB tables: settings come back, and a deleted table comes back with its data or not at all."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from managed import ATTRIBUTES, KEY, delete_table, table
from moto.dynamodb.models import dynamodb_backends
from published import ACCOUNT, REGION, Json

from tasks.domain.errors import NotRecovered, StillRestoring
from tasks.domain.payload import Resource, Step
from tasks.resources import dynamodb_table as kind
from tasks.runtime.clients import client

pytestmark = pytest.mark.usefixtures("cloud")
RESTORE, THROUGHPUT = "restore_deleted_table", "put_throughput"
PROTECT, RECOVER = "enable_deletion_protection", "enable_point_in_time_recovery"
STREAM = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
BY_OWNER: dict[str, Any] = {
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("id", "owner")]
}


def units(read: int, write: int) -> Json:
    return {"ReadCapacityUnits": read, "WriteCapacityUnits": write}


def index(read: int, write: int) -> Json:
    schema = [{"AttributeName": "owner", "KeyType": "HASH"}]
    return {
        "IndexName": "by-owner",
        "KeySchema": schema,
        "Projection": {"ProjectionType": "ALL"},
        "ProvisionedThroughput": units(read, write),
    }


def state(one: Resource) -> Any:
    return kind.snapshot(client, one.id)


def deletion(ago: float = 0) -> Json:
    return {"eventTime": f"{datetime.now(UTC) - timedelta(seconds=ago):%Y-%m-%dT%H:%M:%SZ}"}


def step(one: Resource, action: str, good: Json, facts: Json | None = None) -> Step:
    target = kind.target(action, good, facts or deletion())
    assert target is not None
    return Step(one, action, kind.ACTIONS[action].undo, False, False, target)


def restore_all(one: Resource, good: Json) -> None:
    """The table and what must follow."""
    for action in (RESTORE, *kind.ACTIONS[RESTORE].then):
        if kind.target(action, good, deletion()) is not None:
            for _ in range(2):
                kind.restore(client, step(one, action, good))


def update(one: Resource, **changes: Any) -> None:
    client("dynamodb").update_table(TableName=one.id, **changes)


def items(one: Resource) -> list[str]:
    return [item["id"]["S"] for item in client("dynamodb").scan(TableName=one.id)["Items"]]


def put_into_state(one: Resource, status: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold a table in a state that moto's never are in."""
    backend = dynamodb_backends[ACCOUNT][REGION]
    stands = backend.tables[one.id]
    described = stands.describe

    def describe(base_key: str = "TableDescription") -> Json:
        said = described(base_key=base_key)
        said[base_key]["TableStatus"] = status
        return said

    monkeypatch.setattr(stands, "describe", describe)


def switch_off(one: Resource, action: str) -> None:
    if action == PROTECT:
        update(one, DeletionProtectionEnabled=False)
    else:
        off = {"PointInTimeRecoveryEnabled": False}
        client("dynamodb").update_continuous_backups(TableName=one.id, PointInTimeRecoverySpecification=off)


def test_the_same_table_unchanged_is_the_same_state_whatever_is_in_it() -> None:
    one = table("orders")
    good = state(one)
    client("dynamodb").put_item(TableName="orders", Item={"id": {"S": "more"}})
    assert state(one) == good
    assert state(Resource("AWS::DynamoDB::Table", "none", "none", "auto")) is None


@pytest.mark.parametrize(
    ("action", "issue"),
    [(PROTECT, "dynamodb_deletion_protection_off"), (RECOVER, "dynamodb_point_in_time_recovery_off")],
)
def test_what_was_switched_off_is_noticed_and_comes_on_again(action: str, issue: str) -> None:
    one = table("orders")
    good = state(one)
    switch_off(one, action)
    found = kind.issue(good, state(one))
    assert found is not None
    assert found[0] == issue
    assert kind.verify(client, step(one, action, good), {}) == f"what {action} put is not there"
    for _ in range(2):
        kind.restore(client, step(one, action, good))
    assert state(one) == good
    assert kind.verify(client, step(one, action, good), {}) == ""
    kind.undo(client, step(one, action, good), {})
    assert state(one) == good


def test_what_was_off_before_is_not_switched_on() -> None:
    one = table("orders", DeletionProtectionEnabled=False)
    switch_off(one, RECOVER)
    assert kind.target(PROTECT, state(one), {}) is kind.target(RECOVER, state(one), {}) is None


def test_cut_throughput_of_table_and_index_comes_back_and_can_be_taken_back() -> None:
    one = table("orders", **BY_OWNER, GlobalSecondaryIndexes=[index(7, 7)])
    good = state(one)
    less = {"Update": {"IndexName": "by-owner", "ProvisionedThroughput": units(7, 1)}}
    update(one, ProvisionedThroughput=units(1, 10), GlobalSecondaryIndexUpdates=[less])
    cut = state(one)
    assert kind.issue(good, cut) == ("dynamodb_throughput_cut", "less throughput: table, index/by-owner")
    for _ in range(2):
        kind.restore(client, step(one, THROUGHPUT, good))
    assert state(one) == good
    for _ in range(2):
        kind.undo(client, step(one, THROUGHPUT, good), cut)
    assert state(one) == cut


def test_a_table_on_demand_that_was_limited_is_on_demand_again() -> None:
    one = table("orders", units=None)
    good = state(one)
    update(one, BillingMode="PROVISIONED", ProvisionedThroughput=units(1, 1))
    cut = state(one)
    assert kind.issue(good, cut) == ("dynamodb_throughput_cut", "less throughput: table")
    kind.restore(client, step(one, THROUGHPUT, good))
    assert state(one) == good
    kind.undo(client, step(one, THROUGHPUT, good), cut)
    assert state(one)["throughput"] == {"table": [1, 1]}


@pytest.mark.parametrize("now", [[10, 10], [50, 10], None])
def test_as_much_throughput_or_more_is_no_issue(now: Any) -> None:
    good = state(table("orders"))
    assert kind.issue(good, {**good, "throughput": {"table": now, "index/new": [1, 1]}}) is None


def test_a_deleted_table_comes_back_with_its_data_and_its_settings() -> None:
    one = table("orders", StreamSpecification=STREAM)
    expiry = {"Enabled": True, "AttributeName": "expires"}
    client("dynamodb").update_time_to_live(TableName="orders", TimeToLiveSpecification=expiry)
    good = state(one)
    delete_table(one)
    assert state(one) is None
    assert not kind.reached(step(one, RESTORE, good).target, None)
    restore_all(one, good)
    assert items(one) == ["precious"]
    assert {**state(one), "restored_from": None} == good
    assert all(kind.verify(client, step(one, action, good), {}) == "" for action in (RESTORE, PROTECT, RECOVER))


def scaled(one: Resource) -> None:
    """Let auto scaling look after the table and its index."""
    scaling = client("application-autoscaling")
    for what, dimension in ((f"table/{one.id}", "table"), (f"table/{one.id}/index/by-owner", "index")):
        target = {
            "ServiceNamespace": "dynamodb",
            "ResourceId": what,
            "ScalableDimension": f"dynamodb:{dimension}:ReadCapacityUnits",
        }
        scaling.register_scalable_target(**target, MinCapacity=5, MaxCapacity=50)
        metric = {"PredefinedMetricType": "DynamoDBReadCapacityUtilization"}
        tracking = {"TargetValue": 70.0, "PredefinedMetricSpecification": metric}
        scaling.put_scaling_policy(
            **target,
            PolicyName="reads",
            PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration=tracking,
        )


def test_auto_scaling_and_the_tables_own_policy_come_back_with_it() -> None:
    """A restore from a backup brings neither."""
    one = table("orders", **BY_OWNER, GlobalSecondaryIndexes=[index(7, 7)])
    scaled(one)
    own = json.dumps({"Version": "2012-10-17", "Statement": []})
    client("dynamodb").put_resource_policy(ResourceArn=one.arn, Policy=own)
    good = state(one)
    assert [each["ResourceId"] for each in good["scaling"]] == ["table/orders", "table/orders/index/by-owner"]
    scaling = client("application-autoscaling")
    for each in good["scaling"]:
        what = {key: each[key] for key in ("ResourceId", "ScalableDimension")}
        scaling.delete_scaling_policy(ServiceNamespace="dynamodb", PolicyName="reads", **what)
        scaling.deregister_scalable_target(ServiceNamespace="dynamodb", **what)
    client("dynamodb").delete_resource_policy(ResourceArn=one.arn)
    delete_table(one)
    kind.restore(client, step(one, RESTORE, good))
    assert (state(one)["scaling"], state(one)["policy"]) == ([], None)
    restore_all(one, good)
    assert {**state(one), "restored_from": None} == good


def test_what_else_is_scaled_is_not_the_tables() -> None:
    one, other = table("orders", **BY_OWNER, GlobalSecondaryIndexes=[index(7, 7)]), table("orders-old")
    good = state(other)
    scaled(one)
    assert state(other) == good
    assert good["scaling"] == []


def test_a_restored_table_may_be_deleted_and_restored_again() -> None:
    one = table("orders")
    good = state(one)
    for _ in range(2):
        delete_table(one)
        restore_all(one, good)
    assert items(one) == ["precious"]


def test_without_a_backup_nothing_is_made_in_its_place() -> None:
    one = table("orders")
    good = state(one)
    switch_off(one, RECOVER)
    delete_table(one)
    with pytest.raises(NotRecovered, match="keeps no backup of orders"):
        kind.restore(client, step(one, RESTORE, good))
    assert state(one) is None


def test_the_backup_of_an_earlier_deletion_is_not_taken() -> None:
    """It has the data of then."""
    one = table("orders")
    good = state(one)
    delete_table(one)
    with pytest.raises(NotRecovered, match="keeps no backup"):
        kind.restore(client, step(one, RESTORE, good, deletion(ago=-3600)))


def test_another_table_under_the_name_is_left_alone() -> None:
    one = table("orders")
    good = state(one)
    delete_table(one)
    client("dynamodb").create_table(TableName="orders", BillingMode="PAY_PER_REQUEST", **KEY, **ATTRIBUTES)
    assert not kind.reached(step(one, RESTORE, good).target, state(one))
    with pytest.raises(NotRecovered, match="another table stands in the place of orders"):
        kind.restore(client, step(one, RESTORE, good))
    assert items(one) == []


def test_a_table_without_point_in_time_recovery_or_snapshot_cannot_be_restored() -> None:
    one = table("orders")
    switch_off(one, RECOVER)
    assert kind.target(RESTORE, state(one), deletion()) is kind.target(RESTORE, None, deletion()) is None


@pytest.mark.parametrize("status", ["DELETING", "CREATING", "UPDATING"])
@pytest.mark.parametrize("action", [RESTORE, THROUGHPUT])
def test_a_table_on_its_way_is_waited_for(status: str, action: str, monkeypatch: pytest.MonkeyPatch) -> None:
    one = table("orders")
    good = state(one)
    if action == RESTORE:
        delete_table(one)
        kind.restore(client, step(one, RESTORE, good))
    put_into_state(one, status, monkeypatch)
    with pytest.raises(StillRestoring, match=status):
        kind.restore(client, step(one, action, good))
    assert (state(one) is None) == (status != "UPDATING")


def test_a_table_is_not_healthy_while_it_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    one = table("orders")
    good = state(one)
    put_into_state(one, "UPDATING", monkeypatch)
    assert kind.verify(client, step(one, THROUGHPUT, good), {}) == "the table is UPDATING"


def test_a_table_that_is_gone_gets_no_setting() -> None:
    one = table("orders")
    good = state(one)
    delete_table(one)
    assert kind.verify(client, step(one, PROTECT, good), {}) == "the table is gone"
    with pytest.raises(NotRecovered, match="orders is gone"):
        kind.restore(client, step(one, PROTECT, good))


def test_only_what_the_table_had_must_follow_its_restore() -> None:
    bare = {**state(table("orders")), "deletion_protection": False}
    followed = [name for name in kind.ACTIONS[RESTORE].then if kind.target(name, bare, {})]
    assert followed == ["put_tags", RECOVER]


def test_tags_of_aws_are_not_put() -> None:
    one = table("orders")
    arn = one.arn
    client("dynamodb").tag_resource(ResourceArn=arn, Tags=[{"Key": "team", "Value": "example"}])
    dynamodb_backends[ACCOUNT][REGION].tables["orders"].tags.append({"Key": "aws:x", "Value": "y"})
    assert state(one)["tags"] == {"aiops:recover": "auto", "team": "example"}
