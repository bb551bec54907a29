"""What stands of a database, as far as it can be put back."""

from typing import Any

from tasks.domain.payload import Json
from tasks.resources.rds_storage import storage

# DescribeDBInstances' name to that of the calls that restore and modify.
_SAME = (
    "DBInstanceClass", "MultiAZ", "BackupRetentionPeriod", "DeletionProtection", "PubliclyAccessible",
    "CopyTagsToSnapshot", "AutoMinorVersionUpgrade",
)  # fmt: skip
WORKING = ("available", "backing-up", "storage-optimization", "configuring-enhanced-monitoring")
HALTED = ("stopping", "stopped")


def read(rds: Any, name: str) -> Json | None:
    """Whether it is stopped, its settings (as ModifyDBInstance takes them), subnets and tags; None when it goes.

    A change that waits for the maintenance window counts as made.
    """
    one = describe(rds, name)
    if one is None or one["DBInstanceStatus"] == "deleting":
        return None
    settings = {key: value for key, value in {**one, **one.get("PendingModifiedValues", {})}.items() if key in _SAME}
    settings["VpcSecurityGroupIds"] = sorted(group["VpcSecurityGroupId"] for group in one["VpcSecurityGroups"])
    groups = {
        "DBParameterGroupName": [group["DBParameterGroupName"] for group in one["DBParameterGroups"]],
        "OptionGroupName": [group["OptionGroupName"] for group in one["OptionGroupMemberships"]],
    }
    # Their engine's defaults RDS chooses by itself.
    settings |= {key: names[0] for key, names in groups.items() if names and not names[0].startswith("default")}
    return {
        "status": "stopped" if one["DBInstanceStatus"] in HALTED else "available",
        "settings": settings,
        "subnets": one.get("DBSubnetGroup", {}).get("DBSubnetGroupName"),
        "tags": sorted(one.get("TagList", []), key=lambda tag: str(tag["Key"])),
        "resource_id": one["DbiResourceId"],
        "storage": storage(one),
        "stands_alone": not (one.get("DBClusterIdentifier") or one.get("ReadReplicaSourceDBInstanceIdentifier")),
    }


def describe(rds: Any, name: str) -> Any:
    """The database as RDS describes it; None when there is none."""
    try:
        return rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]
    except rds.exceptions.DBInstanceNotFoundFault:
        return None
