"""Events from `aws.*` sources reach the real rules, and what a target refuses goes to its dead-letter queue."""

import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import eventbridge, lambda_svc, sns, sqs, stepfunctions

from aiops.engine.wrap import wraps_function

# StartExecution's limit, https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
_LARGEST_INPUT = 256 * 1024

# Finds a target, by its ARN's service; nothing found means that the invocation fails.
_FIND_TARGET: dict[str, Callable[[str], Any]] = {
    "lambda": lambda arn: lambda_svc._get_func_record_for_ref(arn)[0],
    "sns": lambda arn: sns._topics.get(arn),
    "sqs": lambda arn: sqs._queue_by_arn(arn),
    "states": lambda arn: stepfunctions._resolve_state_machine_arn(arn),
}


def publish(event: dict[str, Any]) -> None:
    """Match one event, in EventBridge's envelope, against the rules of the current account and region.

    The event's own id, time, account and region are kept, as a service's own event keeps them.
    """
    record = {
        "EventId": event.get("id") or str(uuid.uuid4()),
        "Version": event.get("version", "0"),
        "Source": event["source"],
        "DetailType": event["detail-type"],
        "Detail": json.dumps(event.get("detail", {})),
        "EventBusName": "default",
        "Time": event.get("time") or f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "Resources": event.get("resources", []),
        "Account": event.get("account") or get_account_id(),
        "Region": event.get("region") or get_region(),
    }
    eventbridge._events_log_list().append(record)
    eventbridge._dispatch_event(record)
    eventbridge._archive_event(record)


# Sources whose events are lost, as best-effort delivery may lose them.
lost: set[str] = set()


@wraps_function(eventbridge, "_dispatch_event")
def _unless_lost(original: Any, record: dict[str, Any], *more: Any) -> Any:
    return None if record["Source"] in lost else original(record, *more)


@wraps_function(eventbridge, "_invoke_target")
def _with_dead_letter_queue(
    original: Any, target: dict[str, Any], event: dict[str, Any], rule: dict[str, Any], view: Any = None
) -> None:
    """Message attributes as in https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html."""
    body = json.dumps(eventbridge._pattern_event_view(event).event_with_detail())
    refusal = _refusal(target, body)
    if refusal is None:
        original(target, event, rule, view)
        return
    queue = sqs._queue_by_arn(target.get("DeadLetterConfig", {}).get("Arn", ""))
    if queue is None:
        return
    attributes = {"RULE_ARN": rule["Arn"], "TARGET_ARN": target["Arn"], "RETRY_ATTEMPTS": "0", **refusal}
    message = {
        "QueueUrl": queue["url"],
        "MessageBody": body,
        "MessageAttributes": {k: {"DataType": "String", "StringValue": v} for k, v in attributes.items()},
    }
    sqs._act_send_message(message, queue["url"])


def _refusal(target: dict[str, Any], event: str) -> dict[str, str] | None:
    """What the target's service would answer to this event, if it would not take it."""
    service = target["Arn"].split(":")[2]
    find = _FIND_TARGET.get(service)
    if find is not None and find(target["Arn"]) is None:
        return {"ERROR_CODE": "NO_RESOURCE", "ERROR_MESSAGE": f"Target does not exist: {target['Arn']}"}
    whole = not {"Input", "InputPath", "InputTransformer"} & target.keys()
    if service == "states" and whole and len(event.encode()) > _LARGEST_INPUT:
        constraint = f"Member must have length less than or equal to {_LARGEST_INPUT}"
        return {"ERROR_CODE": "SDK_CLIENT_ERROR", "ERROR_MESSAGE": f"Value at 'input' failed: {constraint}"}
    return None
