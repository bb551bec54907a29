"""Executions that remember where they stand, time out, and stop when they are aborted."""

import contextvars
import json
import threading
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from ministack.core.responses import now_iso
from ministack.services import stepfunctions as sfn

from aiops.engine.wrap import wraps_function

Execution = dict[str, Any]

# https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
_LARGEST_PAYLOAD = 256 * 1024
_CLOSING_EVENT = {"SUCCEEDED": "ExecutionSucceeded", "FAILED": "ExecutionFailed", "TIMED_OUT": "ExecutionTimedOut"}

# Held while an execution's status or history changes.
changing = threading.RLock()


class _Superseded(BaseException):
    """This run's execution has ended or was redriven meanwhile; not an Exception, so that no Catch sees it."""


@dataclass(frozen=True)
class _Run:
    """One walk of an execution: the first, or that of one redrive."""

    execution: Execution
    redrive: int

    def is_current(self) -> bool:
        return bool(self.execution["status"] == "RUNNING" and self.execution["redriveCount"] == self.redrive)

    def close(self, status: str, **result: str) -> None:
        with changing:
            if self.is_current():
                self.execution.update(status=status, stopDate=now_iso(), **result)
                name = _CLOSING_EVENT[status]
                sfn._add_event(self.execution, name, {f"{name[0].lower()}{name[1:]}EventDetails": result})
                sfn._emit_execution_status_event(self.execution)


_run: ContextVar[_Run | None] = ContextVar("run", default=None)


@wraps_function(sfn, "_add_event")
def _add_event(original: Any, execution: Execution, kind: str, details: dict[str, Any] | None = None) -> Any:
    run = _run.get()
    with changing:
        if run is not None and not run.is_current() and not kind.startswith("Execution"):
            raise _Superseded
        return original(execution, kind, details)


@wraps_function(sfn, "_run_execution")
def _run_execution(_original: Any, arn: str) -> None:
    """Walk from where the execution stands, by the definition with which it was started."""
    execution = sfn._executions[arn]
    machine = sfn._state_machines[execution["stateMachineArn"]]
    definition = json.loads(execution.setdefault("definition", machine["definition"]))
    run = _Run(execution=execution, redrive=execution.setdefault("redriveCount", 0))
    _run.set(run)
    start = {"name": definition["StartAt"], "input": json.loads(execution["input"]), "variables": {}}
    at = execution.setdefault("at", start)
    about = {
        "Id": arn,
        "Input": json.loads(execution["input"]),
        "Name": execution["name"],
        "RoleArn": machine["roleArn"],
        "StartTime": execution["startDate"],
        "RedriveCount": run.redrive,
        **({"RedriveTime": execution["redriveDate"]} if run.redrive else {}),
    }
    context = {
        "QueryLanguage": definition.get("QueryLanguage", "JSONPath"),
        "Execution": about,
        "StateMachine": {"Id": execution["stateMachineArn"], "Name": machine["name"]},
        "variables": dict(at["variables"]),
    }
    limit = threading.Timer(
        definition.get("TimeoutSeconds", 99_999_999), contextvars.copy_context().run, [_time_out, run]
    )
    limit.daemon = True
    limit.start()
    try:
        output = _walk(definition["States"], at["name"], at["input"], execution, context, top=True)
        run.close("SUCCEEDED", output=json.dumps(output))
    except _Superseded:
        pass
    except sfn._ExecutionError as error:
        run.close("FAILED", error=error.error, cause=error.cause)
    except Exception as error:  # whatever else breaks MiniStack's interpreter is what AWS calls a runtime error
        run.close("FAILED", error="States.Runtime", cause=repr(error))
    finally:
        limit.cancel()


def _time_out(run: _Run) -> None:
    run.close("TIMED_OUT")


@wraps_function(sfn, "_run_sub_machine")
def _run_branch(_original: Any, states: Any, start: str, data: Any, execution: Execution, context: Any) -> Any:
    try:
        return _walk(states, start, data, execution, {**context})
    except _Superseded:
        return None  # a branch has a thread of its own; the walk that waits for it is superseded too


def _walk(
    states: dict[str, Any],
    name: str | None,
    data: Any,
    execution: Execution,
    context: dict[str, Any],
    top: bool = False,
) -> Any:
    """The output of the last state, from the named one on; the top level remembers where it stands for a redrive."""
    while name is not None:
        if name not in states:
            raise sfn._ExecutionError("States.Runtime", f"State '{name}' not found")
        state = states[name]
        kind = state["Type"]
        if top:
            execution["at"] = {"name": name, "input": data, "variables": dict(context["variables"])}
        context["State"] = {"Name": name, "EnteredTime": now_iso(), "RetryCount": 0}
        details = {"name": name, "input": json.dumps(data)}
        sfn._add_event(execution, f"{kind}StateEntered", {"stateEnteredEventDetails": details})
        data, following = _enter(kind, state, data, execution, context)
        output = json.dumps(data)
        if len(output.encode()) > _LARGEST_PAYLOAD:
            raise sfn._ExecutionError("States.DataLimitExceeded", f"The output of '{name}' exceeds 262144 bytes")
        details = {"name": name, "output": output}
        sfn._add_event(execution, f"{kind}StateExited", {"stateExitedEventDetails": details})
        name = following
    return data


def _enter(kind: str, state: dict[str, Any], data: Any, execution: Execution, context: dict[str, Any]) -> Any:
    if kind == "Fail":
        raise sfn._ExecutionError(*sfn._fail_state_error(state, data, context))
    if kind == "Succeed":
        if sfn._state_query_language(state, context) == "JSONata":
            return sfn._apply_jsonata_output(state, data, context, default=data), None
        return sfn._apply_output_path(state, sfn._apply_input_path(state, data, context), context), None
    execute = getattr(sfn, f"_execute_{kind.lower()}")
    if kind in ("Task", "Parallel", "Map"):
        return execute(state, data, execution, context)
    return execute(state, data, context)
