"""DynamoDB tables: settings are put back; a deleted table comes back from AWS's own backup, never empty."""

from typing import Any

from tasks.domain.errors import NotRecovered, StillRestoring
from tasks.domain.knowledge.dynamodb import ARNS, PROTECTION_OFF, RECOVERY_OFF, TABLE, THROUGHPUT_CUT
from tasks.domain.payload import Json, Step
from tasks.domain.planning import Action, Permission
from tasks.resources import Aws
from tasks.resources import dynamodb_scaling as scaling
from tasks.resources.dynamodb_backup import restore_deleted, restored_from
from tasks.resources.dynamodb_settings import policy, put
from tasks.resources.dynamodb_throughput import cut, same, throughput, update

ARN = ARNS[TABLE]
READS = {
    "dynamodb:DescribeTable": ARN,
    "dynamodb:DescribeContinuousBackups": ARN,
    "dynamodb:DescribeTimeToLive": ARN,
    "dynamodb:ListTagsOfResource": ARN,
    "dynamodb:GetResourcePolicy": ARN,
    **scaling.READS,
}


def _may(*names: str) -> tuple[Permission, ...]:
    look = (Permission(action, on) for action, on in READS.items())
    return (*look, *(Permission(f"dynamodb:{name}", ARN) for name in names))


# A restore writes with its caller's rights (docs.aws.amazon.com/amazondynamodb, "Using IAM with DynamoDB backup and
# restore"), and uses the key of a table that has one of its own ("Managing encrypted tables in DynamoDB").
KEY, THROUGH = "arn:{partition}:kms:{region}:{account}:key/*", "dynamodb.{region}.amazonaws.com"
RESTORING = (
    *_may("BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "RestoreTableFromBackup", "Scan"),
    Permission("dynamodb:UpdateItem", ARN),
    Permission("dynamodb:RestoreTableFromBackup", f"{ARN}/backup/*"),
    Permission("dynamodb:ListBackups", "*"),
    *(
        Permission(f"kms:{name}", KEY, {"StringEquals": {"kms:ViaService": THROUGH}})
        for name in ("CreateGrant", "Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey")
    ),
)
SETTINGS = {
    "put_time_to_live": "time_to_live",
    "put_stream": "stream",
    "put_tags": "tags",
    "put_table_policy": "policy",
    "put_scaling": "scaling",
    "enable_point_in_time_recovery": "recovery_days",
    "enable_deletion_protection": "deletion_protection",
}
ACTIONS = {
    "restore_deleted_table": Action(
        undo="none",
        permissions=RESTORING,
        recreates=True,
        then=tuple(SETTINGS),
        lost="what nobody had read from its stream yet, replicas in other regions",
    ),
    "put_throughput": Action(
        undo="put_replaced_throughput", permissions=_may("UpdateTable"), undo_permissions=_may("UpdateTable")
    ),
    "put_time_to_live": Action(undo="none", permissions=_may("UpdateTimeToLive")),
    "put_stream": Action(undo="none", permissions=_may("UpdateTable")),
    "put_tags": Action(undo="none", permissions=_may("TagResource")),
    "put_table_policy": Action(undo="none", permissions=_may("PutResourcePolicy")),
    "put_scaling": Action(undo="none", permissions=(*_may("UpdateTable"), *scaling.PUTS)),
    "enable_point_in_time_recovery": Action(
        undo="none",
        permissions=_may("UpdateContinuousBackups"),
        lost="the points in time before it was off",
    ),
    "enable_deletion_protection": Action(undo="none", permissions=_may("UpdateTable")),
}
# Restore ends when the table is active again; tags and settings show after seconds.
DEADLINE = 900


def snapshot(aws: Aws, name: str) -> Json | None:
    """Its settings; None while it is being made or deleted."""
    dynamo = aws("dynamodb")
    table = _describe(dynamo, name)
    if table is None or table["TableStatus"] in ("CREATING", "DELETING"):
        return None
    backups = dynamo.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    recovery = backups.get("PointInTimeRecoveryDescription", {})
    recovers = recovery.get("PointInTimeRecoveryStatus") == "ENABLED"
    expiry = dynamo.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    expires = expiry.get("TimeToLiveStatus") in ("ENABLING", "ENABLED")
    stream = table.get("StreamSpecification") or {}
    pages = dynamo.get_paginator("list_tags_of_resource").paginate(ResourceArn=table["TableArn"])
    tags = {tag["Key"]: tag["Value"] for page in pages for tag in page["Tags"]}
    return {
        "deletion_protection": bool(table.get("DeletionProtectionEnabled")),
        "recovery_days": recovery.get("RecoveryPeriodInDays", 35) if recovers else None,
        "throughput": throughput(table),
        "time_to_live": expiry.get("AttributeName") if expires else None,
        "stream": stream.get("StreamViewType") if stream.get("StreamEnabled") else None,
        # AWS's own tags cannot be put.
        "tags": {key: tags[key] for key in sorted(tags) if not key.startswith("aws:")},
        "policy": policy(dynamo, table["TableArn"]),
        "scaling": scaling.read(aws("application-autoscaling"), table),
        "restored_from": restored_from(table),
    }


def issue(good: Json, now: Json) -> tuple[str, str] | None:
    if good["deletion_protection"] and not now["deletion_protection"]:
        return PROTECTION_OFF, "deletion protection on -> off"
    if good["recovery_days"] and not now["recovery_days"]:
        return RECOVERY_OFF, "point-in-time recovery on -> off"
    less = cut(good["throughput"], now["throughput"])
    return (THROUGHPUT_CUT, f"less throughput: {', '.join(less)}") if less else None


def missing(good: Json) -> list[str]:
    return [] if good["recovery_days"] else ["point-in-time recovery is off: deleted, it is lost with its data"]


def target(action: str, good: Json | None, facts: Json) -> Json | None:
    """A setting of the last good state; of a deleted table, when it was deleted, if a backup of it must be there."""
    if good is None:
        return None
    if action == "restore_deleted_table":
        deleted_at = facts.get("eventTime")
        return {"deleted_at": deleted_at} if deleted_at and good["recovery_days"] else None
    part = SETTINGS.get(action, "throughput")
    return {part: good[part]} if good.get(part) else None


def reached(target: Json, now: Json | None) -> bool:
    """A table that stands under the name of a deleted one without coming from a backup is another one."""
    if now is None:
        return False
    if "deleted_at" in target:
        return now["restored_from"] is not None
    if "throughput" in target:
        return same(target["throughput"], now["throughput"])
    if "scaling" in target:
        return all(one in now["scaling"] for one in target["scaling"])
    return all(now[part] == value for part, value in target.items())


def restore(aws: Aws, step: Step) -> None:
    dynamo, name = aws("dynamodb"), step.resource.id
    if step.action == "restore_deleted_table":
        restore_deleted(dynamo, name, _describe(dynamo, name), deleted_at=step.target["deleted_at"])
    elif not reached(step.target, now := _settled(aws, name)):
        if step.action == "put_throughput":
            dynamo.update_table(TableName=name, **update(step.target["throughput"], now["throughput"]))
        else:
            put(aws, step)
    _settled(aws, name)


def verify(aws: Aws, step: Step, after: Json) -> str:
    """The setting stands, and the table is active with all its indexes."""
    table, now = _describe(aws("dynamodb"), step.resource.id), snapshot(aws, step.resource.id)
    if table is None or now is None:
        return "the table is gone"
    busy = [one["IndexName"] for one in table.get("GlobalSecondaryIndexes", []) if one["IndexStatus"] != "ACTIVE"]
    if busy or table["TableStatus"] != "ACTIVE":
        return f"the table is {table['TableStatus']}" + "".join(f", its index {one} is not active" for one in busy)
    return "" if reached(step.target, now) else f"what {step.action} put is not there"


def undo(aws: Aws, step: Step, before: Json) -> None:
    """Takes back a throughput; all else closes an exposure or creates."""
    now = snapshot(aws, step.resource.id)
    if step.action == "put_throughput" and now and not same(before["throughput"], now["throughput"]):
        aws("dynamodb").update_table(TableName=step.resource.id, **update(before["throughput"], now["throughput"]))


def _settled(aws: Aws, name: str) -> Json:
    """The state of an active table; StillRestoring until it is active, NotRecovered when it is gone."""
    table = _describe(aws("dynamodb"), name)
    if table is None:
        raise NotRecovered(f"{name} is gone")
    now = snapshot(aws, name)
    if table["TableStatus"] != "ACTIVE" or now is None:
        raise StillRestoring(f"{name} is {table['TableStatus']}")
    return now


def _describe(dynamo: Any, name: str) -> Any:
    try:
        return dynamo.describe_table(TableName=name)["Table"]
    except dynamo.exceptions.ResourceNotFoundException:
        return None
