"""Functions are changed, opened, throttled and deleted."""

from collections.abc import Iterator

from aiops.demo.resources.functions import Function, package
from aiops.demo.scenario import ended, must, put_back
from aiops.demo.stage import Stage
from aiops.demo.workflow import Execution

GOOD = "the good secret"


def function_changed(stage: Stage) -> Iterator[Execution]:
    function = Function(stage, GOOD)
    must(function.answer() == GOOD, f"{function.name} answers with its secret")
    stage.lambdas.update_function_code(FunctionName=function.name, ZipFile=package("'pwned'"))
    yield ended(stage.executions(function.name, "UpdateFunctionCode20150331v2")[0])
    must(function.answer() == GOOD, f"{function.name} runs its own code again")
    function = Function(stage, GOOD)
    theirs = {"Variables": {"SECRET": "theirs"}}
    stage.lambdas.update_function_configuration(FunctionName=function.name, Environment=theirs)
    yield ended(stage.executions(function.name, "UpdateFunctionConfiguration20150331v2")[0])
    must(function.answer() == GOOD, f"{function.name} has its own environment again")
    message = stage.told("VERIFIED", function.name, "environment")
    must("secret" not in message, "no value is told")


def alias_moved(stage: Stage) -> Iterator[Execution]:
    function = Function(stage, GOOD)
    with stage.deaf("aws.lambda"):
        stage.lambdas.update_function_code(FunctionName=function.name, ZipFile=package("'pwned'"), Publish=True)
    stage.lambdas.update_alias(FunctionName=function.name, Name="live", FunctionVersion="2")
    yield ended(stage.executions(function.name, "UpdateAlias20150331")[0])
    must(function.answer("live") == GOOD, f"{function.name}:live is its former version again")


def function_deleted(stage: Stage) -> Iterator[Execution]:
    function = Function(stage, GOOD)

    def delete() -> None:
        stage.lambdas.delete_function(FunctionName=function.name)

    yield from put_back(stage, function, "DeleteFunction20150331", delete)
    must(function.answer("live") == GOOD, f"{function.name} answers as before")


def function_opened(stage: Stage) -> Iterator[Execution]:
    function = Function(stage)
    world = {"StatementId": "world", "Action": "lambda:InvokeFunction", "Principal": "*"}

    def let_everybody_in() -> None:
        stage.lambdas.add_permission(FunctionName=function.name, **world)

    yield from put_back(stage, function, "AddPermission20150331v2", let_everybody_in)


def function_throttled(stage: Stage) -> Iterator[Execution]:
    function = Function(stage, GOOD)

    def throttle() -> None:
        stage.lambdas.put_function_concurrency(FunctionName=function.name, ReservedConcurrentExecutions=0)

    yield from put_back(stage, function, "PutFunctionConcurrency20171031", throttle)
    must(function.answer() == GOOD, f"{function.name} can be called again")
