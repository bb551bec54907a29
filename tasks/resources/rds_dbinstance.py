"""Database instances: started, protected again, or restored from what their deletion left, never empty.

What RDS does not keep in snapshots and backups comes from ours: subnet group, security groups, parameter and option
group, Multi-AZ, backup retention, deletion protection, tags (docs.aws.amazon.com/AmazonRDS, "Restoring to a DB
instance"). The kind of storage comes with the backup: RDS refuses its name without its operations a second, which a
small gp3 may not name. Lost are enhanced monitoring, directory membership, gp3's own throughput, a password that RDS
managed; from automated backups also the last minutes. Members of clusters and read replicas are not restored: their
data stands elsewhere.
"""

from tasks.domain.errors import NotRecovered, StillRestoring
from tasks.domain.knowledge.rds import BACKUPS, STOPPED, WAS_STOPPED, WEAKENED, left_over
from tasks.domain.moment import iso
from tasks.domain.payload import Json, Step
from tasks.resources import Aws
from tasks.resources.rds_dbinstance_actions import ACTIONS as ACTIONS
from tasks.resources.rds_dbinstance_actions import EVIDENCE as EVIDENCE
from tasks.resources.rds_dbinstance_actions import READS as READS
from tasks.resources.rds_recreation import recreate
from tasks.resources.rds_state import HALTED, WORKING, describe, read
from tasks.resources.rds_storage import GROW, grow
from tasks.resources.rds_storage import target as grown

# A start takes up to a quarter of an hour.
DEADLINE = 1800

_PROTECTION = ("DeletionProtection", "BackupRetentionPeriod", "PubliclyAccessible")


def snapshot(aws: Aws, name: str) -> Json | None:
    """As `rds_state` reads it; None when it goes."""
    return read(aws("rds"), name)


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
        recreate(rds, name, step.target)
        return
    one, now = describe(rds, name), snapshot(aws, name)
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
    if one["DBInstanceStatus"] not in WORKING:
        raise StillRestoring(f"{name} is {one['DBInstanceStatus']}")
    rds.modify_db_instance(DBInstanceIdentifier=name, ApplyImmediately=True, **changes)
    if not reached(step.target, snapshot(aws, name)):
        raise StillRestoring(f"{name} is being modified")


def verify(aws: Aws, step: Step, after: Json) -> str:
    """Available, and all that was asked for is so."""
    one, now = describe(aws("rds"), step.resource.id), snapshot(aws, step.resource.id)
    if one is None or now is None:
        return "the database is gone"
    if one["DBInstanceStatus"] not in WORKING:
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
    one = describe(rds, step.resource.id)
    was_stopped = step.action == "start_database" and before["status"] == "stopped"
    if was_stopped and one and one["DBInstanceStatus"] not in HALTED:
        rds.stop_db_instance(DBInstanceIdentifier=step.resource.id)


def called(aws: Aws, name: str, facts: Json) -> bool:
    """RDS stops a database only when it is told to, so the CloudTrail event of the call tells more than this one."""
    return bool(facts.get("EventID") == WAS_STOPPED)


def _same(wanted: Json, settings: Json) -> bool:
    return all(settings.get(key) == value for key, value in wanted.items())
