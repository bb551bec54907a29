"""Errors of invocations by their AWS names: the exception's class, or what befell the runtime."""

import re
from typing import Any

from ministack.services import lambda_svc

from aiops.engine.wrap import wraps_function

# The last unindented line of a traceback: `tasks.domain.errors.NotYetHealthy: i-0abc is stopped`, or the bare class.
_RAISED = re.compile(r"^(?:\w+\.)*(\w+)(?::|$)")

# What MiniStack's worker says when no handler raised: https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html
_OF_RUNTIME = {
    "Worker init failed: No module named": "Runtime.ImportModuleError",
    "Worker process died": "Runtime.ExitError",
}


@wraps_function(lambda_svc, "_execute_function_warm")
def _with_aws_name(original: Any, func: dict[str, Any], event: Any, request_id: str) -> dict[str, Any]:
    result: dict[str, Any] = original(func, event, request_id)
    body = result["body"]
    if result.get("error") and "errorMessage" in body:
        of_runtime = [name for text, name in _OF_RUNTIME.items() if body["errorMessage"].startswith(text)]
        if of_runtime:
            body["errorType"] = of_runtime[0]
        elif body["errorType"] == "Runtime.HandlerError":
            body["errorType"] = _error_class(result["log"], body["errorMessage"])
    return result


def _error_class(log: str, message: str) -> str:
    """The class in the traceback line that carries the message; the message itself may have further lines."""
    first_line = message.split("\n", 1)[0]
    for line in reversed(log.splitlines()):
        raised = _RAISED.match(line)
        if raised and line.endswith(first_line):
            return raised[1]
    return "Runtime.HandlerError"
