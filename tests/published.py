"""Published event shapes (events/README.md), loaded and changed."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

Json = dict[str, Any]

EVENTS = Path(__file__).parent / "events"
ACCOUNT, REGION = "123456789012", "us-east-1"


@cache
def _text(name: str) -> str:
    return (EVENTS / f"{name}.json").read_text()


def changed(event: Json, changes: Mapping[tuple[str, ...], Any]) -> Json:
    """A copy of an event with other values at some paths."""
    copy: Json = json.loads(json.dumps(event))
    for (*parents, last), value in changes.items():
        where = copy
        for key in parents:
            where = where[key]
        where[last] = value
    return copy


def sample(name: str, changes: Mapping[str, Any] | None = None) -> Json:
    """A published event with other values at some dotted paths."""
    return changed(json.loads(_text(name)), {tuple(path.split(".")): value for path, value in (changes or {}).items()})


def call(name: str, changes: Mapping[str, Any] | None = None) -> Json:
    """A published CloudTrail event; the paths start at its detail."""
    return sample(f"cloudtrail_{name}", {f"detail.{path}": value for path, value in (changes or {}).items()})


def actors() -> dict[str, Json]:
    """Name to userIdentity of every published shape."""
    return {one["name"]: one["userIdentity"] for one in json.loads(_text("actors"))}


def stopping(*instances: str, **changes: Any) -> Json:
    """StopInstances of these instances."""
    items = [{"instanceId": one} for one in instances]
    return call("StopInstances", {"requestParameters.instancesSet.items": items, **changes})


def overwriting(parameter: str, version: int, **changes: Any) -> Json:
    """PutParameter that made this version."""
    made = {"requestParameters.name": parameter, "responseElements.version": version}
    return call("PutParameter", {**made, **changes})


def on_bucket(name: str, bucket: str, **changes: Any) -> Json:
    """A call on a bucket."""
    return call(name, {"requestParameters.bucketName": bucket, **changes})


def drifting(resource_type: str, name: str, issue: str) -> Json:
    """What the sweep reports of a resource."""
    detail = {"resource": {"type": resource_type, "id": name}, "issue": issue, "difference": "other", "digest": name}
    return {**sample("ec2_instance_state_change"), "source": "aiops", "detail-type": "Drift", "detail": detail}
