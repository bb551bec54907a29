"""DynamoDB tables that refuse every read and write of items, as one does that is out of throughput."""

import json
from typing import Any

from ministack.core.responses import error_response_json, json_response
from ministack.services import dynamodb

from aiops.engine.wrap import wraps_function

_ON_ITEMS = {"GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan"}
_MESSAGE = "The level of configured provisioned throughput for the table was exceeded"

tables: set[str] = set()


@wraps_function(dynamodb, "handle_request")
async def _throttled(
    original: Any, method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]
) -> Any:
    operation, asked = headers.get("x-amz-target", "").rpartition(".")[2], json.loads(body) if tables else {}
    if operation in _ON_ITEMS and asked.get("TableName") in tables:
        return error_response_json("ProvisionedThroughputExceededException", _MESSAGE, 400)
    hit = [next(iter(write.values()))["TableName"] in tables for write in asked.get("TransactItems", [])]
    return _cancelled(hit) if any(hit) else await original(method, path, headers, body, query)


def _cancelled(hit: list[bool]) -> Any:
    """The reasons of https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html."""
    refused = {"Code": "ProvisionedThroughputExceeded", "Message": _MESSAGE}
    reasons = [refused if one else {"Code": "None"} for one in hit]
    codes = ", ".join(reason["Code"] for reason in reasons)
    message = f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]"
    error = {"__type": "TransactionCanceledException", "message": message, "CancellationReasons": reasons}
    return json_response(error, 400)
