"""JSON data to DynamoDB items and back."""

import json
from decimal import Decimal
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

Json = dict[str, Any]

DAY = 86_400


def encode(data: Json) -> Json:
    """An item of JSON data; floats become DynamoDB numbers."""
    exact = json.loads(json.dumps(data), parse_float=Decimal)
    return {key: TypeSerializer().serialize(value) for key, value in exact.items()}


def decode(item: Json) -> Json:
    """JSON data of an item; whole numbers become int, others float."""
    return {key: _plain(TypeDeserializer().deserialize(value)) for key, value in item.items()}


def refused(error: Any) -> bool:
    """Whether a ClientError says that a write's condition did not hold."""
    return bool(error.response["Error"]["Code"] == "ConditionalCheckFailedException")


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value
