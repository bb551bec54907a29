"""`aiops deliver`: events to the engine that AWS_ENDPOINT_URL names."""

import os
from pathlib import Path

from aiops.engine import EngineError, deliver_to
from aiops.errors import BadInput, Failed
from aiops.event_file import NotJson, events
from tasks.domain.errors import Malformed
from tasks.domain.incident import envelope
from tasks.domain.payload import Json


def deliver_file(path: Path) -> None:
    """Deliver every event of a file in order; none at all if one of them is no event. Bare CloudTrail records too."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL", "")
    if not endpoint:
        raise BadInput("AWS_ENDPOINT_URL is not set: give it the endpoint that `aiops up` printed")
    found = [_event(path, number, value) for number, value in enumerate(events(path), 1)]
    for number, event in enumerate(found):
        try:
            deliver_to(endpoint, event)
        except EngineError as error:
            raise Failed(f"{error} (AWS_ENDPOINT_URL; {number} of {len(found)} delivered)") from error
    print(f"{len(found)} delivered to {endpoint}")


def _event(path: Path, number: int, value: object) -> Json:
    if isinstance(value, NotJson):
        raise BadInput(f"{path}: {value.why}")
    try:
        return envelope(value)
    except Malformed as wrong:
        raise BadInput(f"{path}: event {number}: {wrong}") from wrong
