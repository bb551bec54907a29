"""The resources that an event is about, type and id, for types that the catalogue does not know.

What AWS itself lists comes first.
"""

from typing import Any

from tasks.domain.understanding import call_names, state_names
from tasks.domain.understanding.arns import of_arn

MOST = 30


def named(event: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """At most 30 types and ids that the event is about; `event` is an EventBridge envelope."""
    detail = event["detail"]
    call = "eventName" in detail and "eventSource" in detail
    found = _listed(detail if call else event)
    found = found or (call_names.named(detail) if call else state_names.named(event))
    return tuple(dict.fromkeys((kind, name.strip()) for kind, name in found if name.strip()))[:MOST]


def _listed(holder: dict[str, Any]) -> list[tuple[str, str]]:
    """What AWS lists: ARNs, or in a CloudTrail record objects with one."""
    listed = holder.get("resources")
    items = [
        one.get("ARN") or one.get("arn") if isinstance(one, dict) else one
        for one in (listed if isinstance(listed, list) else [])
    ]
    return [found for one in items if isinstance(one, str) and (found := of_arn(one))]
