"""Functions fail by the names that Lambda gives, and keep or lose what they knew as there."""

import json
from typing import Any

from aiops.engine import Engine
from engine.functions import make_function
from engine.state_machine import Machine, task

COUNTING = """
import os
calls = []
def handler(event, context):
    calls.append(event["do"])
    if event["do"] == "raise":
        raise ValueError("no")
    if event["do"] == "exit":
        os._exit(1)
    return calls
"""


def test_a_retry_names_the_exceptions_class(engine: Engine) -> None:
    """A failed task's error is the exception's class, with its whole message, and Retry finds it by that name."""
    first_fails = {"fail": "{% $states.context.State.RetryCount = 0 %}"}
    retry = [{"ErrorEquals": ["NotYet"], "IntervalSeconds": 1, "MaxAttempts": 1}]
    machine = Machine(engine, "retries", States={"Task": task(first_fails, Retry=retry, End=True)})
    ended = machine.end(execution := machine.start())
    assert ended["status"] == "SUCCEEDED"
    [failed] = [event for event in machine.history(execution) if event["type"] == "TaskFailed"]
    assert failed["taskFailedEventDetails"]["error"] == "NotYet"
    cause = json.loads(failed["taskFailedEventDetails"]["cause"])
    assert (cause["errorType"], cause["errorMessage"]) == ("NotYet", "two lines:\nNotThis: second")


def test_a_direct_invocation_names_the_class_too(engine: Engine) -> None:
    answer = engine.client("lambda").invoke(FunctionName="function", Payload=b'{"fail": true}')
    assert json.loads(answer["Payload"].read())["errorType"] == "NotYet"


def test_a_function_that_raised_goes_on_with_what_it_knew_and_one_that_exits_begins_anew(engine: Engine) -> None:
    """As on AWS: an exception of the handler does not end its environment."""
    make_function(engine, "counting", COUNTING)

    def call(what: str) -> Any:
        said = engine.client("lambda").invoke(FunctionName="counting", Payload=json.dumps({"do": what}))
        return json.loads(said["Payload"].read())

    assert call("answer") == ["answer"]
    assert call("raise")["errorType"] == "ValueError"
    assert call("answer") == ["answer", "raise", "answer"]
    call("exit")
    assert call("answer") == ["answer"]


def test_a_throttled_invocation_has_its_own_name(engine: Engine) -> None:
    """An invocation beyond the function's concurrency fails the task with Lambda.TooManyRequestsException."""
    machine = Machine(engine, "throttled", States={"Task": task({}, End=True)})
    engine.client("lambda").put_function_concurrency(FunctionName="function", ReservedConcurrentExecutions=0)
    try:
        assert machine.end(machine.start())["error"] == "Lambda.TooManyRequestsException"
    finally:
        engine.client("lambda").delete_function_concurrency(FunctionName="function")


def test_a_function_that_cannot_be_imported_says_so(engine: Engine) -> None:
    make_function(engine, "unimportable", "import no_such_module")
    answer = engine.client("lambda").invoke(FunctionName="unimportable", Payload=b"{}")
    assert json.loads(answer["Payload"].read())["errorType"] == "Runtime.ImportModuleError"
