"""RedriveExecution, what it leaves in DescribeExecution, and the status changes that EventBridge reports."""

import contextvars
import json
import threading
from typing import Any

from ministack.core.responses import error_response_json, json_response, now_iso
from ministack.services import stepfunctions as sfn

from aiops.engine import bus
from aiops.engine.executions import Execution, changing
from aiops.engine.wrap import wraps_function

# An input or output that is longer stays out of the event.
_LARGEST_IN_EVENT = 248 * 1024
_REDRIVABLE = ("FAILED", "TIMED_OUT", "ABORTED")


def redrive(arn: str) -> Any:
    """RedriveExecution: go on at the top-level state that did not succeed, with the input that it had."""
    execution = sfn._executions.get(arn)
    if execution is None:
        return error_response_json("ExecutionDoesNotExist", f"Execution Does Not Exist: '{arn}'", 400)
    with changing:
        if execution["status"] not in _REDRIVABLE:
            return error_response_json("ExecutionNotRedrivable", _redrive_status(execution)["redriveStatusReason"], 400)
        date, count = now_iso(), execution["redriveCount"] + 1
        execution.update(status="RUNNING", redriveDate=date, redriveCount=count, stopDate=None, output=None)
        execution.pop("error", None)
        execution.pop("cause", None)
        sfn._add_event(execution, "ExecutionRedriven", {"executionRedrivenEventDetails": {"redriveCount": count}})
    sfn._emit_execution_status_event(execution)
    threading.Thread(target=contextvars.copy_context().run, args=(sfn._run_execution, arn), daemon=True).start()
    return json_response({"redriveDate": date})


@wraps_function(sfn, "handle_request")
async def _handle_request(
    original: Any, method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]
) -> Any:
    if headers.get("x-amz-target", "").endswith(".RedriveExecution"):
        return sfn._finalize_response(redrive(json.loads(body)["executionArn"]))
    return await original(method, path, headers, body, query)


@wraps_function(sfn, "_describe_execution")
def _describe_execution(original: Any, data: dict[str, Any]) -> Any:
    status, _headers, body = original(data)
    if status != 200:
        return original(data)
    execution = sfn._executions[data["executionArn"]]
    return json_response({**json.loads(body), **_redrive_status(execution)})


def _redrive_status(execution: Execution) -> dict[str, Any]:
    count = {"redriveCount": execution.get("redriveCount", 0)}
    date = {"redriveDate": execution["redriveDate"]} if "redriveDate" in execution else {}
    if execution["status"] in _REDRIVABLE:
        return {**count, **date, "redriveStatus": "REDRIVABLE"}
    reason = f"Execution is {execution['status']} and cannot be redriven"
    return {**count, **date, "redriveStatus": "NOT_REDRIVABLE", "redriveStatusReason": reason}


@wraps_function(sfn, "_emit_execution_status_event")
def _publish_status(_original: Any, execution: Execution) -> None:
    """The shape of https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html."""
    if execution.get("sync"):
        return
    detail: dict[str, Any] = {
        key: execution.get(key)
        for key in ("executionArn", "stateMachineArn", "name", "status", "input", "output", "error", "cause")
    }
    for payload in ("input", "output"):
        included = detail[payload] is None or len(detail[payload]) <= _LARGEST_IN_EVENT
        detail[f"{payload}Details"] = {"included": included} if detail[payload] is not None else None
        detail[payload] = detail[payload] if included else None
    for date in ("startDate", "stopDate", "redriveDate"):
        detail[date] = sfn._iso_to_epoch_ms(execution.get(date))
    detail |= {"stateMachineVersionArn": None, "stateMachineAliasArn": None, "redriveStatusReason": None}
    detail |= {**_redrive_status(execution), "redriveDate": detail["redriveDate"]}
    bus.publish(
        {
            "source": "aws.states",
            "detail-type": "Step Functions Execution Status Change",
            "resources": [execution["executionArn"]],
            "detail": detail,
        }
    )
