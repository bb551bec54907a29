"""Functions that EventBridge invokes: one that fails is tried twice more, then its dead-letter queue gets the event."""

import json
from typing import Any

from ministack.services import eventbridge, lambda_svc
from ministack.services.cloudformation import provisioners

from aiops.engine.wrap import wraps_function


@wraps_function(eventbridge, "_dispatch_to_lambda")
def _with_retries(_original: Any, arn: str, event: str) -> None:
    func, config, _name = lambda_svc._get_func_record_for_ref(arn)
    lambda_svc.invoke_async_with_retry(lambda_svc._execution_record_for_config(func, config), json.loads(event))


@wraps_function(provisioners._RESOURCE_HANDLERS["AWS::Lambda::Function"], "create")
def _with_dead_letter_queue(original: Any, logical_id: str, properties: dict[str, Any], stack: str) -> Any:
    name, attributes = original(logical_id, properties, stack)
    lambda_svc._functions[name]["config"]["DeadLetterConfig"] = properties.get("DeadLetterConfig", {})
    return name, attributes
