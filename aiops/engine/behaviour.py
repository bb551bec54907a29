"""All that the engine adds to MiniStack, put in place by importing this. MiniStack's settings must be made before."""

import threading
from typing import Any

from ministack import app
from ministack.core import lambda_runtime
from ministack.core.responses import request_scope
from ministack.services import stepfunctions

from aiops.engine import (
    absent,
    alarms,
    asynchronous,
    builds,
    bus,
    commands,
    databases,
    executions,
    instances,
    lambda_errors,
    models,
    permissions,
    redrive,
    states,
    tables,
    tags,
    throttling,
    trail,
    trail_resource,
    transport,
    workers,
)
from aiops.engine.environment import ACCOUNT, REGION
from aiops.engine.identities import role_session

__all__ = [
    "absent",
    "application",
    "asynchronous",
    "builds",
    "commands",
    "databases",
    "executions",
    "lambda_errors",
    "models",
    "permissions",
    "redrive",
    "role_session",
    "states",
    "tables",
    "tags",
    "throttling",
    "trail",
    "trail_resource",
    "transport",
    "workers",
]

application = app.app

# Threads that MiniStack starts once per process and never ends; all are daemons and sleep.
_TICKERS = {"_poll_loop", "_loop", "_scheduler_loop", "_ticker_loop", "_ttl_reaper"}


def is_ticker(thread: threading.Thread) -> bool:
    return getattr(getattr(thread, "_target", None), "__name__", "") in _TICKERS


def reset(*, wait_scale: float = 0.0) -> None:
    """Forget all resources and end what runs: executions, task tokens, Lambda workers."""
    stepfunctions._SFN_WAIT_SCALE = wait_scale
    for execution in list(stepfunctions._executions._data.values()):
        if execution["status"] == "RUNNING":
            execution["status"] = "ABORTED"
    for waiting in list(stepfunctions._task_tokens.values()):
        waiting["event"].set()
    app._reset_all_state()
    lambda_runtime.reset()
    workers.end_all()
    builds.end_all()
    models.script = None
    alarms.last.clear()
    commands.documents.clear()
    instances.impaired.clear()
    throttling.tables.clear()
    bus.lost.clear()
    instances.hung.clear()


def deliver(event: dict[str, Any]) -> None:
    with request_scope(ACCOUNT, REGION):
        bus.publish(event)


def shut_down_inside(instance_id: str) -> None:
    with request_scope(ACCOUNT, REGION):
        instances.shut_down_inside(instance_id)


def impair(instance_id: str, impaired: bool) -> None:
    (instances.impaired.add if impaired else instances.impaired.discard)(instance_id)


def throttle(table: str, throttled: bool) -> None:
    (throttling.tables.add if throttled else throttling.tables.discard)(table)


def lose(source: str, lost: bool) -> None:
    (bus.lost.add if lost else bus.lost.discard)(source)


def hang(instance_id: str) -> None:
    instances.hung.add(instance_id)
