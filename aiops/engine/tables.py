"""DynamoDB tables: the backup that AWS keeps of a deleted one, restores that take time, and answers as of before."""

import copy
import json
import time
from typing import Any

from ministack.core import iam_actions
from ministack.services import dynamodb

from aiops.engine.wrap import wraps_function

RESTORE_SECONDS = 2.0


@wraps_function(iam_actions, "dynamodb_resource_arns")
def _resource_arns(original: Any, body: bytes, *scope: str) -> list[str]:
    """Tagging and restoring name their table otherwise; what a restore checks of the backup is not checked here."""
    data = json.loads(body or b"{}")
    if "ResourceArn" in data:
        return [data["ResourceArn"]]
    named = json.dumps({"TableName": data["TargetTableName"]}).encode() if "TargetTableName" in data else body
    return list(original(named, *scope))


@wraps_function(dynamodb, "_delete_table")
def _delete_table(original: Any, data: dict[str, Any]) -> Any:
    """With point-in-time recovery on, AWS keeps a system backup for 35 days."""
    name = dynamodb._normalize_table_name(data.get("TableName"))
    arn = ""
    if name in dynamodb._tables and dynamodb._pitr_settings.get(name):
        kept = dynamodb._create_backup({"TableName": name, "BackupName": f"{name}$DeletedTableBackup"})
        arn = json.loads(kept[2])["BackupDetails"]["BackupArn"]
        dynamodb._backups[arn]["BackupDetails"]["BackupType"] = "SYSTEM"
    answer = original(data)
    if arn and answer[0] != 200:
        del dynamodb._backups[arn]
    return answer


@wraps_function(dynamodb, "_restore_table_from_backup")
def _restore_table_from_backup(original: Any, data: dict[str, Any]) -> Any:
    answer = original(data)
    if answer[0] == 200:
        table = dynamodb._tables[data["TargetTableName"]]
        table |= {"TableStatus": "CREATING", "ReadyAt": time.time() + RESTORE_SECONDS}
    return answer


@wraps_function(dynamodb, "_table_description")
def _table_description(original: Any, name: str) -> dict[str, Any]:
    table = dynamodb._tables[name]
    if table["TableStatus"] == "CREATING" and time.time() >= table.get("ReadyAt", 0):
        table["TableStatus"] = "ACTIVE"
        table["RestoreSummary"]["RestoreInProgress"] = False
    summary = {"RestoreSummary": table["RestoreSummary"]} if "RestoreSummary" in table else {}
    return {**original(name), **summary}


@wraps_function(dynamodb, "_update_table")
def _update_table(original: Any, data: dict[str, Any]) -> Any:
    """AWS answers with the table as it was until then."""
    name = dynamodb._normalize_table_name(data.get("TableName"))
    before = copy.deepcopy(dynamodb._table_description(name)) if name in dynamodb._tables else {}
    status, headers, body = original(data)
    if status == 200:
        body = json.dumps({"TableDescription": {**before, "TableStatus": "UPDATING"}}, default=str).encode()
    return status, headers, body
