"""Databases are stopped, unprotected and deleted."""

from collections.abc import Iterator
from functools import partial

from aiops.demo.resources.databases import Database
from aiops.demo.scenario import ended, must, put_back
from aiops.demo.stage import Stage
from aiops.demo.workflow import Execution

WEAKER = {"PubliclyAccessible": True, "DeletionProtection": False, "BackupRetentionPeriod": 0}


def database_stopped(stage: Stage) -> Iterator[Execution]:
    database = Database(stage)
    yield from put_back(stage, database, "StopDBInstance", database.stop)


def database_opened(stage: Stage) -> Iterator[Execution]:
    database = Database(stage)
    yield from put_back(stage, database, "ModifyDBInstance", partial(database.modify, **WEAKER))


def database_deleted(stage: Stage) -> Iterator[Execution]:
    database = Database(stage)
    last = {"FinalDBSnapshotIdentifier": f"{database.name}-last"}
    yield from put_back(stage, database, "DeleteDBInstance", partial(database.delete, **last))


def database_lost(stage: Stage) -> Iterator[Execution]:
    database = Database(stage)
    database.delete(SkipFinalSnapshot=True)
    yield ended(stage.executions(database.name, "DeleteDBInstance")[0], "TOLD")
    found = stage.rds.describe_db_instances()["DBInstances"]
    must(database.name not in [one["DBInstanceIdentifier"] for one in found], "no empty database is made")
    stage.told(database.name, "nothing is left to restore it from")
