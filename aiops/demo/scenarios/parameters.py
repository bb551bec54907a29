"""Parameters are overwritten and deleted."""

from collections.abc import Iterator

from aiops.demo.resources.parameters import PUT, Parameter
from aiops.demo.scenario import ended, must
from aiops.demo.stage import Stage
from aiops.demo.workflow import Execution

GOOD = "the good secret"


def overwritten(stage: Stage) -> Iterator[Execution]:
    parameter = Parameter(stage, GOOD)
    parameter.overwrite("tampered")
    yield ended(stage.executions(parameter.name, PUT)[0])
    must(parameter.value == (GOOD, "SecureString"), f"{parameter.name} has its good value, encrypted")
    _told_without_value(stage.told("VERIFIED", parameter.name), parameter)


def parameter_deleted(stage: Stage) -> Iterator[Execution]:
    parameter = Parameter(stage, GOOD)
    parameter.delete()
    yield ended(stage.executions(parameter.name, "DeleteParameter")[0])
    must(parameter.value == (GOOD, "SecureString"), f"{parameter.name} is back with its value, encrypted")
    _told_without_value(stage.told("VERIFIED", parameter.name, "version 1"), parameter)


def _told_without_value(message: str, parameter: Parameter) -> None:
    must("secret" not in message.replace(parameter.name, ""), "no value is told")
