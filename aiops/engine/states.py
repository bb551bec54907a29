"""What single states do on AWS and not in MiniStack: Parallel in JSONata, computed timeouts, failing callbacks."""

from contextvars import ContextVar
from typing import Any

from ministack.services import stepfunctions as sfn

from aiops.engine.wrap import wraps_function

State = dict[str, Any]

# The task token for which a Lambda is being invoked.
_token: ContextVar[str] = ContextVar("token", default="")


@wraps_function(sfn, "_run_parallel_branches")
def _parallel(original: Any, state: State, data: Any, execution: Any, context: Any) -> Any:
    """MiniStack ignores Arguments, Output and Assign of a Parallel written in JSONata."""
    if sfn._state_query_language(state, context) != "JSONata":
        return original(state, data, execution, context)
    results, following = original(state, sfn._apply_jsonata_arguments(state, data, context), execution, context)
    output = sfn._apply_jsonata_output(state, data, context, result=results, default=results)
    sfn._apply_state_assign(state, data, context, result=results)
    return output, following


@wraps_function(sfn, "_execute_task")
def _task(original: Any, state: State, data: Any, execution: Any, context: Any) -> Any:
    """TimeoutSeconds may be a JSONata expression."""
    if isinstance(state.get("TimeoutSeconds"), str):
        state = {**state, "TimeoutSeconds": sfn._jsonata_state_field(state, "TimeoutSeconds", "number", data, context)}
    return original(state, data, execution, context)


@wraps_function(sfn, "_invoke_with_callback")
def _callback(original: Any, resource: str, arguments: Any, token: str, state: State) -> Any:
    reset = _token.set(token)
    try:
        return original(resource, arguments, token, state)
    finally:
        _token.reset(reset)


@wraps_function(sfn, "_call_lambda")
def _call_lambda(original: Any, function: str, event: Any) -> Any:
    """A throttled invocation has its own name; one that fails before it hands its task token on fails the task."""
    try:
        return original(function, event)
    except sfn._ExecutionError as error:
        if error.error == "Lambda.Unknown" and "TooManyRequestsException" in error.cause:
            error.error = "Lambda.TooManyRequestsException"
        waiting = sfn._task_tokens.get(_token.get())
        if waiting is not None:
            waiting["error"] = {"Error": error.error, "Cause": error.cause}
            waiting["event"].set()
        raise
