"""The backup that AWS keeps of a deleted DynamoDB table, for 35 days, if point-in-time recovery was on.

It has data, indexes and throughput, not the settings (docs.aws.amazon.com/amazondynamodb, "Point-in-time recovery").
"""

from typing import Any

from tasks.domain.errors import NotRecovered, StillRestoring
from tasks.domain.moment import seconds
from tasks.domain.payload import Json

# By how many seconds the backup may seem to be older than the call that deleted the table: two clocks.
SKEW = 300


def restore_deleted(dynamo: Any, name: str, table: Json | None, *, deleted_at: str) -> None:
    """Start the restore, unless it goes on or is done; `table` is the description of what stands under the name.

    NotRecovered when there is no such backup, or another table has taken the name.
    """
    if table is None:
        dynamo.restore_table_from_backup(TargetTableName=name, BackupArn=_newest(dynamo, name, deleted_at))
    elif table["TableStatus"] not in ("CREATING", "DELETING") and not restored_from(table):
        raise NotRecovered(f"another table stands in the place of {name}; the data waits in {_name(name)}")


def restored_from(table: Json) -> str | None:
    """The ARN of the backup that a table came from."""
    source = table.get("RestoreSummary", {}).get("SourceBackupArn")
    return str(source) if source else None


def _newest(dynamo: Any, name: str, deleted_at: str) -> str:
    """The ARN of the backup made when the table was deleted; an older one has the data of an earlier deletion."""
    pages = dynamo.get_paginator("list_backups").paginate(TableName=name, BackupType="SYSTEM")
    since = (seconds(deleted_at) or 0.0) - SKEW
    kept = [
        one
        for page in pages
        for one in page["BackupSummaries"]
        if one["BackupName"] == _name(name) and one["BackupCreationDateTime"].timestamp() >= since
    ]
    if not kept:
        raise NotRecovered(f"AWS keeps no backup of {name} as it was when deleted at {deleted_at}")
    newest = max(kept, key=lambda one: one["BackupCreationDateTime"])
    if newest["BackupStatus"] == "CREATING":
        raise StillRestoring(f"the backup of {name} is still being made")
    return str(newest["BackupArn"])


def _name(table: str) -> str:
    return f"{table}$DeletedTableBackup"
