"""States one after another by hand: each handler with what the states before it left."""

import json
from collections.abc import Callable
from typing import Any

from cloud import Cloud, Context
from published import Json

from tasks import analyze, detect, plan, restore

Handler = Callable[[Json, Any], Json]


def call(handler: Handler, event: Json) -> Json:
    """A handler as Lambda calls it, JSON in and out."""
    answer: Json = json.loads(json.dumps(handler(json.loads(json.dumps(event)), Context())))
    return answer


def detected(cloud: Cloud, event: Json, **said: Any) -> Json:
    """The payload after Detect, of an execution of which DescribeExecution says what is given."""
    return call(detect.handler, {"event": event, "execution": cloud.execution(**said)})


def analyzed(payload: Json) -> Json:
    return {**payload, "analysis": call(analyze.handler, payload)}


def planned(cloud: Cloud, event: Json, **said: Any) -> Json:
    """The payload before Recover."""
    payload = analyzed(detected(cloud, event, **said))
    return {**payload, "plan": call(plan.handler, payload)}


def restored(payload: Json) -> Json:
    """The payload before Verify."""
    return {**payload, "recovery": call(restore.handler, payload)}
