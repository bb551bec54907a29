"""Bedrock's Converse answered by a script instead of by MiniStack's canned reply."""

import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError
from ministack.services import bedrock_runtime

from aiops.engine.wrap import wraps_function

Script = Callable[[dict[str, Any]], dict[str, Any]]

script: Script | None = None

# HTTP status of Converse's errors, from the service model; the others are 400.
_STATUS = {
    "AccessDeniedException": 403,
    "ResourceNotFoundException": 404,
    "ModelTimeoutException": 408,
    "ModelErrorException": 424,
    "ThrottlingException": 429,
    "ModelNotReadyException": 429,
    "InternalServerException": 500,
    "ServiceUnavailableException": 503,
}


@wraps_function(bedrock_runtime, "_converse")
def _scripted(original: Any, model_id: str, headers: dict[str, str], body: bytes) -> Any:
    if script is None:
        return original(model_id, headers, body)
    try:
        response = script({"modelId": model_id, **json.loads(body)})
    except ClientError as refused:
        error = refused.response["Error"]
        return bedrock_runtime._error(error["Code"], error.get("Message", ""), _STATUS.get(error["Code"], 400))
    return 200, {"Content-Type": "application/json"}, json.dumps(response).encode()
