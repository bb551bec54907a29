"""Services that MiniStack lacks, as seen by an account that has nothing there."""

import json
from typing import Any

from ministack import app
from ministack.core import iam_actions

from aiops.engine.wrap import wraps_function

Answer = tuple[int, dict[str, Any]]

# The service in the credential scope, and what it answers to each operation.
_ANSWERS: dict[str, dict[str, Answer]] = {
    # As an account without a support plan hears it.
    "health": {"DescribeEvents": (400, {"__type": "SubscriptionRequiredException"})},
    "application-autoscaling": {
        "DescribeScalableTargets": (200, {"ScalableTargets": []}),
        "DescribeScalingPolicies": (200, {"ScalingPolicies": []}),
    },
}


@wraps_function(vars(app), "detect_service")
def _service(original: Any, method: str, path: str, headers: dict[str, str], query: dict[str, Any]) -> str:
    signed_for = _signed_for(headers)
    return signed_for if signed_for in _ANSWERS else str(original(method, path, headers, query))


async def _answer(method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]) -> Any:
    status, answer = _ANSWERS[_signed_for(headers)][headers["x-amz-target"].rpartition(".")[2]]
    return status, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(answer).encode()


def _signed_for(headers: dict[str, str]) -> str:
    """Credential=KEY/DATE/REGION/SERVICE/aws4_request."""
    scope = headers.get("authorization", "").partition("Credential=")[2].split("/")
    return scope[3] if len(scope) > 3 else ""


for _name in _ANSWERS:
    app.SERVICE_HANDLERS[_name] = _answer
    iam_actions.SERVICE_TO_IAM_NAMESPACE[_name] = _name
