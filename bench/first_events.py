"""The event that each task gets in a cold start, different each time so that there is something to do."""

import json
import time
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

from aiops.demo.stage import TAG
from aiops.engine import ACCOUNT, REGION
from aiops.names import PATTERNS_TABLE
from bench.stand import Json, Run, Stand
from tasks.domain.logs.watch import Watch
from tasks.store import log_watches


def events(stand: Stand, model: Run, task: str) -> Iterator[Any]:
    """Without end; `model` is an execution of the agent's that healed. KeyError for a task that is not known."""
    for number in count(1):
        yield MADE[task](stand, model, number)


def _input(model: Run, state: str) -> Json:
    entered = [one["stateEnteredEventDetails"] for one in model.history if "stateEnteredEventDetails" in one]
    return dict(json.loads(next(one["input"] for one in entered if one["name"] == state)))


def _stopped(model: Run, number: int) -> Json:
    """The event that started `model`, as if of another stop."""
    event = json.loads(model.input)
    return {**event, "detail": {**event["detail"], "eventID": f"bench-{number}"}}


def _aborted(stand: Stand, model: Run, number: int) -> Json:
    arn = stand.aborted(_stopped(model, number))
    return {"detail": {"executionArn": arn}}


def _undeliverable(stand: Stand, model: Run, number: int) -> Json:
    attributes = {name: {"stringValue": "bench"} for name in ("RULE_ARN", "ERROR_MESSAGE")}
    return {"Records": [{"body": json.dumps(_stopped(model, -number)), "messageAttributes": attributes}]}


def _reviewed(_stand: Stand, model: Run, _number: int) -> Json:
    plan = _input(model, "Recover")["plan"]
    return {**_input(model, "Recover"), "review": {"decision": "approved", "plan_hash": plan["hash"], "by": "bench"}}


def _deleted(_stand: Stand, _model: Run, number: int) -> Json:
    thing = {"bucket": {"name": f"bench-{number}"}, "object": {"key": "one"}}
    detail = {**thing, "reason": "DeleteObject", "deletion-type": "Delete Marker Created"}
    body = {"id": f"bench-{number}", "time": "2026-01-01T00:00:00Z", "detail": detail}
    return {"Records": [{"messageId": f"bench-{number}", "body": json.dumps(body)}]}


def _as_it_was(state: str) -> Callable[[Stand, Run, int], Json]:
    return lambda _stand, model, _number: _input(model, state)


def _attempt(state: str) -> Callable[[Stand, Run, int], Json]:
    return lambda _stand, model, number: {**_input(model, state), "attempt": number}


def _logged(stand: Stand, _model: Run, number: int) -> Json:
    """A log that is known has one more window to read."""
    logs, name, until = stand.engine.client("logs"), f"/bench/{number}", time.time() // 300 * 300 - 600
    logs.create_log_group(logGroupName=name, tags={TAG: "notify"})
    logs.create_log_stream(logGroupName=name, logStreamName="one")
    lines = [{"timestamp": int(until * 1000) + one, "message": f"INFO served order {one} in 3 ms"} for one in range(50)]
    logs.put_log_events(logGroupName=name, logStreamName="one", logEvents=lines)
    known = {"watch": Watch().state(), "progress": {"until": until, "read_at": until}}
    arn = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}"
    log_watches.write(stand.engine.client("dynamodb"), PATTERNS_TABLE, arn, known, version=0)
    return {}


MADE: dict[str, Callable[[Stand, Run, int], Any]] = {
    **{name: _as_it_was(name) for name in ("Analyze", "Plan", "Record", "Verify", "Notify", "StoreMetrics")},
    "Detect": lambda _stand, model, number: {"event": _stopped(model, number), "execution": model.arn},
    "RequestReview": lambda _stand, model, number: {"input": _input(model, "Recover"), "token": f"bench-{number}"},
    "Restore": _attempt("Restore"),
    "Undo": _attempt("Verify"),
    "HandleFailure": _aborted,
    "HandleUndeliverable": _undeliverable,
    "ApplyReview": _reviewed,
    "GatherDeletions": _deleted,
    "AnalyzeLogs": _logged,
    **{name: lambda *_: {} for name in ("TakeSnapshots", "CheckTrail", "AnalyzeMetrics")},
    "CheckCoverage": lambda *_: {"ask": True},
}
