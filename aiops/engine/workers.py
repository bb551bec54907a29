"""Lambda workers: one whose handler raised goes on, as on AWS; all end with the engine."""

import threading
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from aiops.engine.wrap import wraps_function

_made: set[Any] = set()
# Processes that the invocation in this thread would end.
_ending = threading.local()


@wraps_function(lambda_svc, "acquire_worker")
def _remembered(original: Any, *function: Any, **options: Any) -> Any:
    worker, how = original(*function, **options)
    _made.add(worker)
    return worker, how


@wraps_function(lambda_runtime.Worker, "invoke")
def _invoke(original: Any, worker: Any, *event: Any, **options: Any) -> dict[str, Any]:
    """MiniStack ends a worker after every error, also after an exception, which has a trace."""
    _ending.processes = []
    try:
        result: dict[str, Any] = original(worker, *event, **options)
    finally:
        processes, _ending.processes = _ending.processes, None
    for process in processes:
        worker._proc = process
        if "trace" not in result or worker not in _made:
            lambda_runtime.kill_workers([worker])
    return result


@wraps_function(lambda_runtime, "_signal")
def _signal(original: Any, process: Any) -> None:
    processes = getattr(_ending, "processes", None)
    if processes is None:
        original(process)
    else:
        processes.append(process)


@wraps_function(lambda_runtime, "_collect")
def _collect(original: Any, process: Any, deadline: float) -> None:
    if getattr(_ending, "processes", None) is None:
        original(process, deadline)


def end_all() -> None:
    """End every worker and remove its files. MiniStack's own reset misses one that a thread is just starting."""
    lambda_runtime.kill_workers(list(_made))
    _made.clear()
