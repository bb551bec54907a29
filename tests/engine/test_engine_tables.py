"""Tables tell the calls on them, and leave a backup when they are deleted."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from published import Json, sample

from engine.listener import Listener
from engine.shapes import shape
from engine.waiting import until

ACTS: dict[str, Json] = {
    "UpdateTable": {"ProvisionedThroughput": {"ReadCapacityUnits": 25, "WriteCapacityUnits": 25}},
    "UpdateContinuousBackups": {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": False}},
    "DeleteTable": {},
}


@pytest.mark.parametrize("name", ACTS)
def test_a_call_on_a_table_is_the_event_that_aws_publishes(
    user: Callable[[str], Any], calls: Listener, name: str
) -> None:
    """Key for key, but for a description of the table that tells more; that of an update is the table before it."""
    dynamo = a_table(user, f"told-{name}")
    dynamo._make_api_call(name, {"TableName": f"told-{name}", **ACTS[name]})
    event = calls.call(name)
    assert f"told-{name}" in json.dumps(event)
    expected = sample(f"cloudtrail_{name}")
    told, published = event["detail"]["responseElements"], expected["detail"]["responseElements"]
    if name == "UpdateTable":
        assert told["tableDescription"]["tableStatus"] == "UPDATING"
        assert told["tableDescription"]["provisionedThroughput"]["readCapacityUnits"] == 10
    assert told.keys() == published.keys()
    for each in (event, expected):
        del each["detail"]["responseElements"], each["detail"]["userIdentity"]
    assert shape(event) == shape(expected)


def test_a_deleted_table_leaves_its_backup_if_it_had_point_in_time_recovery(user: Callable[[str], Any]) -> None:
    for name, kept in (("recoverable", True), ("unrecoverable", False)):
        dynamo = a_table(user, name)
        dynamo.update_continuous_backups(
            TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": kept}
        )
        dynamo.put_item(TableName=name, Item={"id": {"S": "precious"}})
        dynamo.delete_table(TableName=name)
        found = dynamo.list_backups(TableName=name)["BackupSummaries"]
        assert [(one["BackupName"], one["BackupType"]) for one in found] == [(f"{name}$DeletedTableBackup", "SYSTEM")][
            :kept
        ]
    [backup] = dynamo.list_backups(TableName="recoverable")["BackupSummaries"]
    dynamo.restore_table_from_backup(TargetTableName="recoverable", BackupArn=backup["BackupArn"])
    assert dynamo.describe_table(TableName="recoverable")["Table"]["TableStatus"] == "CREATING"
    restored = until(lambda: _active(dynamo, "recoverable"))
    assert restored["RestoreSummary"]["SourceBackupArn"] == backup["BackupArn"]
    assert dynamo.scan(TableName="recoverable")["Items"] == [{"id": {"S": "precious"}}]


def a_table(user: Callable[[str], Any], name: str) -> Any:
    dynamo = user("dynamodb")
    dynamo.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        ProvisionedThroughput={"ReadCapacityUnits": 10, "WriteCapacityUnits": 10},
    )
    return dynamo


def _active(dynamo: Any, name: str) -> Json | None:
    table: Json = dynamo.describe_table(TableName=name)["Table"]
    return table if table["TableStatus"] == "ACTIVE" else None
