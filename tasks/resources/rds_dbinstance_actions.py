"""What looking at databases, starting, protecting, growing and restoring them takes."""

from tasks.domain.knowledge.rds import ARNS, INSTANCE
from tasks.domain.planning import Action, Permission
from tasks.resources.rds_storage import GROW

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
