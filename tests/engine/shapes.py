"""What of an event must be as AWS publishes it."""

from typing import Any

from published import Json

# As the published events have it.
TAG = {"Key": "aiops:recover", "Value": "auto"}


def shape(value: Any) -> Any:
    """The keys, with the kind of value that each has."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shape(item) for item in value]
    return None if value is None else type(value).__name__


def whole(event: Json) -> tuple[Any, str]:
    """The shape of envelope and record, and where they come from."""
    return shape(event), event["source"]


def outline(event: Json, *parts: str) -> Json:
    """The keys of a call's record, whom it called, and the shape of some of its parts."""
    record = event["detail"]
    return {"keys": set(record), "source": record["eventSource"], **{part: shape(record[part]) for part in parts}}
