"""Tables are weakened and deleted."""

from collections.abc import Iterator
from functools import partial

from aiops.demo.resources.tables import Table
from aiops.demo.scenario import put_back
from aiops.demo.stage import Stage
from aiops.demo.workflow import Execution


def table_deleted(stage: Stage) -> Iterator[Execution]:
    table = Table(stage)

    def unprotect_and_delete() -> None:
        with stage.deaf("aws.dynamodb"):
            table.update(DeletionProtectionEnabled=False)
        table.delete()

    yield from put_back(stage, table, "DeleteTable", unprotect_and_delete)


def table_weakened(stage: Stage) -> Iterator[Execution]:
    table = Table(stage)
    yield from put_back(stage, table, "UpdateContinuousBackups", partial(table.update_backups, on=False))
    for change in (
        {"ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}},
        {"DeletionProtectionEnabled": False},
    ):
        table = Table(stage)
        yield from put_back(stage, table, "UpdateTable", partial(table.update, **change))
