"""Lambda names a failed invocation after the exception's class; MiniStack says Runtime.HandlerError for all."""

import re
from typing import Any

from ministack.services import lambda_svc

from aiops.engine.wrap import wraps_function

# The last unindented line of a traceback: `tasks.domain.errors.NotYetHealthy: i-0abc is stopped`, or the bare class.
_RAISED = re.compile(r"^(?:\w+\.)*(\w+)(?::|$)")


@wraps_function(lambda_svc, "_execute_function_warm")
def _named_after_class(original: Any, func: dict[str, Any], event: Any, request_id: str) -> dict[str, Any]:
    result: dict[str, Any] = original(func, event, request_id)
    if result.get("error") and result["body"].get("errorType") == "Runtime.HandlerError":
        result["body"]["errorType"] = _error_class(result["log"], result["body"]["errorMessage"])
    return result


def _error_class(log: str, message: str) -> str:
    """The class in the traceback line that carries the message; the message itself may have further lines."""
    first_line = message.split("\n", 1)[0]
    for line in reversed(log.splitlines()):
        raised = _RAISED.match(line)
        if raised and line.endswith(first_line):
            return raised[1]
    return "Runtime.HandlerError"
