"""Database instances: started, protected again, or restored from what their deletion left, never empty.

What RDS does not keep in snapshots and backups comes from ours: subnet group, security groups, parameter and option
group, Multi-AZ, backup retention, deletion protection, tags (docs.aws.amazon.com/AmazonRDS, "Restoring to a DB
instance"). The kind of storage comes with the backup: RDS refuses its name without its operations a second, which a
small gp3 may not name. Lost are enhanced monitoring, directory membership, gp3's own throughput, a password that RDS
managed; from automated backups also the last minutes. Members of clusters and read replicas are not restored: their
data stands elsewhere.
"""

from typing import Any

from tasks.domain.errors import NotRecovered, StillRestoring
from tasks.domain.knowledge.rds import ARNS, BACKUPS, INSTANCE, STOPPED, WAS_STOPPED, WEAKENED, left_over
from tasks.domain.moment import iso
from tasks.domain.payload import Json, Step
from tasks.domain.planning import Action, Permission
from tasks.resources import Aws
from tasks.resources.rds_storage import GROW, grow, storage
from tasks.resources.rds_storage import target as grown

READS = {"rds:DescribeDBInstances": ARNS[INSTANCE]}
# Log files by their names alone: their lines are of the database's data.
EVIDENCE = {"rds:DescribeDBLogFiles": ARNS[INSTANCE]}
DESCRIBE = Permission("rds:DescribeDBInstances", ARNS[INSTANCE])
_ANY = "arn:{partition}:rds:{region}:{account}:"
# Parameter and option groups are named in the call, so it is checked on them too.
MODIFY = tuple(Permission("rds:ModifyDBInstance", arn) for arn in (ARNS[INSTANCE], _ANY + "pg:*", _ANY + "og:*"))
_VIA = {"kms:ViaService": "rds.{region}.amazonaws.com"}
_KEY = "arn:{partition}:kms:{region}:{account}:key/*"
# An encrypted snapshot is restored with its key, used by RDS alone.
KEY = (
    Permission("kms:DescribeKey", _KEY, {"StringEquals": _VIA}),
    Permission("kms:CreateGrant", _KEY, {"StringEquals": _VIA, "Bool": {"kms:GrantIsForAWSResource": "true"}}),
)
_USED = (ARNS[INSTANCE], *(_ANY + kind for kind in ("subgrp:*", "pg:*", "og:*")))
ACTIONS = {
    "start_database": Action(
        settle=60,
        undo="stop_database",
        permissions=(DESCRIBE, Permission("rds:StartDBInstance", ARNS[INSTANCE], tagged=True), *MODIFY),
        undo_permissions=(DESCRIBE, Permission("rds:StopDBInstance", ARNS[INSTANCE], tagged=True)),
    ),
    # Switching backups on is a short outage ("Backup retention period"); the rest is none.
    "restore_protection": Action(
        undo="none",
        permissions=(DESCRIBE, *MODIFY),
        disruptive=True,
        lost="where backups were switched off, those of before",
    ),
    "configure_database": Action(undo="none", permissions=(DESCRIBE, *MODIFY), disruptive=True),
    GROW: Action(
        undo="none",
        permissions=(DESCRIBE, *MODIFY),
        unknown="{id} grows by itself, is of a cluster, or is at the policy's limit (actions.grow_storage.most)",
        lost="nothing, but storage never shrinks again",
    ),
    "restore_database": Action(
        undo="none",
        settle=60,
        permissions=(
            DESCRIBE,
            Permission("rds:AddTagsToResource", ARNS[INSTANCE]),
            *(Permission("rds:RestoreDBInstanceFromDBSnapshot", arn) for arn in (*_USED, _ANY + "snapshot:*")),
            *(Permission("rds:RestoreDBInstanceToPointInTime", arn) for arn in (*_USED, _ANY + "auto-backup:*")),
            *KEY,
        ),
        recreates=True,
        then=("configure_database",),
        lost="monitoring, directory, a password that RDS managed; from automated backups also the last minutes",
    ),
}
# A start takes up to a quarter of an hour.
DEADLINE = 1800

# DescribeDBInstances' name to that of the calls that restore and modify.
_SAME = (
    "DBInstanceClass", "MultiAZ", "BackupRetentionPeriod", "DeletionProtection", "PubliclyAccessible",
    "CopyTagsToSnapshot", "AutoMinorVersionUpgrade",
)  # fmt: skip
_PROTECTION = ("DeletionProtection", "BackupRetentionPeriod", "PubliclyAccessible")
_WORKING = ("available", "backing-up", "storage-optimization", "configuring-enhanced-monitoring")
_STOPPED = ("stopping", "stopped")


def snapshot(aws: Aws, name: str) -> Json | None:
    """Whether it is stopped, its settings (as ModifyDBInstance takes them), subnets and tags; None when it goes.

    A change that waits for the maintenance window counts as made.
    """
    one = _describe(aws("rds"), name)
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
        "status": "stopped" if one["DBInstanceStatus"] in _STOPPED else "available",
        "settings": settings,
        "subnets": one.get("DBSubnetGroup", {}).get("DBSubnetGroupName"),
        "tags": sorted(one.get("TagList", []), key=lambda tag: str(tag["Key"])),
        "resource_id": one["DbiResourceId"],
        "storage": storage(one),
        "stands_alone": not (one.get("DBClusterIdentifier") or one.get("ReadReplicaSourceDBInstanceIdentifier")),
    }


def issue(good: Json, now: Json) -> tuple[str, str] | None:
    """A stop first: starting puts the protection back too, and a stopped database cannot be modified."""
    if good["status"] == "available" and now["status"] == "stopped":
        return STOPPED, "available -> stopped"
    was, settings = good["settings"], now["settings"]
    weaker = {
        "deletion protection off": was["DeletionProtection"] and not settings["DeletionProtection"],
        "automated backups off": was["BackupRetentionPeriod"] and not settings["BackupRetentionPeriod"],
        "publicly accessible": settings["PubliclyAccessible"] and not was["PubliclyAccessible"],
    }
    found = [what for what, so in weaker.items() if so]
    return (WEAKENED, ", ".join(found)) if found else None


def missing(good: Json) -> list[str]:
    if not good["stands_alone"]:
        return ["it is a cluster's member or a read replica: deleted, it is not restored"]
    backups = good["settings"]["BackupRetentionPeriod"]
    return [] if backups else ["automated backups are off: deleted without a final snapshot, its data is lost"]


def target(action: str, good: Json | None, facts: Json) -> Json | None:
    """To be started needs no snapshot; protection comes along, else what is seen then would be remembered as good."""
    if action == GROW:
        return grown(facts.get("now"), facts.get("settings", {}))
    if good and not good["stands_alone"]:
        return None
    protection = {"settings": {key: good["settings"][key] for key in _PROTECTION}} if good else {}
    if action == "start_database":
        return {"status": "available", **protection}
    if good is None:
        return None
    if action == "restore_protection":
        return protection
    if action == "configure_database":
        return {"settings": {key: value for key, value in good["settings"].items() if value != []}}
    source = left_over(facts)
    if not source:
        return None
    return {
        "source": {"SourceDbiResourceId": good["resource_id"], "UseLatestRestorableTime": True}
        if source == BACKUPS
        else {"DBSnapshotIdentifier": source},
        "settings": {key: value for key, value in good["settings"].items() if value != []},
        "subnets": good["subnets"],
        "tags": [tag for tag in good["tags"] if not tag["Key"].startswith("aws:")],
    }


def reached(target: Json, now: Json | None) -> bool:
    """A database that stands is no longer to be restored, whatever its settings."""
    if now is None or "source" in target:
        return now is not None
    if "allocated" in target:
        return bool(now["storage"]["allocated"] >= target["allocated"])
    settings = target.get("settings", {})
    return now["status"] == target.get("status", now["status"]) and _same(settings, now["settings"])


def restore(aws: Aws, step: Step) -> None:
    rds, name = aws("rds"), step.resource.id
    if step.action == "restore_database":
        _recreate(rds, name, step.target)
        return
    one, now = _describe(rds, name), snapshot(aws, name)
    if one is None or now is None:
        raise NotRecovered(f"the database {name} is gone")
    if step.action == GROW:
        grow(rds, one, step)
        return
    if step.action == "start_database" and now["status"] == "stopped":
        if one["DBInstanceStatus"] == "stopping":
            raise StillRestoring(f"{name} is still stopping")
        rds.start_db_instance(DBInstanceIdentifier=name)
        if not _same(step.target.get("settings", {}), now["settings"]):
            raise StillRestoring(f"{name} is starting, its protection comes next")
        return
    changes = {
        key: value for key, value in step.target.get("settings", {}).items() if now["settings"].get(key) != value
    }
    if not changes:
        return
    if now["status"] == "stopped":
        raise NotRecovered(f"{name} is stopped and cannot be modified")
    if one["DBInstanceStatus"] not in _WORKING:
        raise StillRestoring(f"{name} is {one['DBInstanceStatus']}")
    rds.modify_db_instance(DBInstanceIdentifier=name, ApplyImmediately=True, **changes)
    if not reached(step.target, snapshot(aws, name)):
        raise StillRestoring(f"{name} is being modified")


def verify(aws: Aws, step: Step, after: Json) -> str:
    """Available, and all that was asked for is so."""
    one, now = _describe(aws("rds"), step.resource.id), snapshot(aws, step.resource.id)
    if one is None or now is None:
        return "the database is gone"
    if one["DBInstanceStatus"] not in _WORKING:
        return f"the database is {one['DBInstanceStatus']}"
    if reached(step.target, now):
        return ""
    if step.action == GROW:
        return f"its storage is {now['storage']['allocated']} GiB"
    other = [key for key, value in step.target["settings"].items() if now["settings"].get(key) != value]
    return f"not as it was: {', '.join(other)}"


def evidence(aws: Aws, name: str) -> dict[str, list[str]]:
    """The log files that were written last."""
    files = aws("rds").describe_db_log_files(DBInstanceIdentifier=name)["DescribeDBLogFiles"]
    newest = sorted(files, key=lambda one: int(one["LastWritten"]))[-10:]
    return {"log files": [f"{iso(one['LastWritten'] / 1000)} {one['LogFileName']} {one['Size']} B" for one in newest]}


def undo(aws: Aws, step: Step, before: Json) -> None:
    """Stop what was stopped; taking back anything else would expose or delete."""
    rds = aws("rds")
    one = _describe(rds, step.resource.id)
    was_stopped = step.action == "start_database" and before["status"] == "stopped"
    if was_stopped and one and one["DBInstanceStatus"] not in _STOPPED:
        rds.stop_db_instance(DBInstanceIdentifier=step.resource.id)


def called(aws: Aws, name: str, facts: Json) -> bool:
    """RDS stops a database only when it is told to, so the CloudTrail event of the call tells more than this one."""
    return bool(facts.get("EventID") == WAS_STOPPED)


def _recreate(rds: Any, name: str, wanted: Json) -> None:
    one = _describe(rds, name)
    if one is None:
        settings = {**wanted["settings"], "Tags": wanted["tags"]}
        settings.pop("BackupRetentionPeriod")  # which older versions of boto3 do not let a restore set
        if wanted["subnets"]:
            settings["DBSubnetGroupName"] = wanted["subnets"]
        try:
            if "DBSnapshotIdentifier" in wanted["source"]:
                rds.restore_db_instance_from_db_snapshot(DBInstanceIdentifier=name, **wanted["source"], **settings)
            else:
                rds.restore_db_instance_to_point_in_time(
                    TargetDBInstanceIdentifier=name, **wanted["source"], **settings
                )
        except rds.exceptions.InvalidDBSnapshotStateFault as unfinished:
            raise StillRestoring(f"the final snapshot of {name} is not finished") from unfinished
        one = _describe(rds, name)
    state = one["DBInstanceStatus"] if one else "creating"
    if state not in _WORKING:
        raise StillRestoring(f"{name} is {state}")


def _same(wanted: Json, settings: Json) -> bool:
    return all(settings.get(key) == value for key, value in wanted.items())


def _describe(rds: Any, name: str) -> Any:
    try:
        return rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]
    except rds.exceptions.DBInstanceNotFoundFault:
        return None
