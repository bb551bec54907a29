"""Lambda workers end with the engine, those too that were started while it was ending."""

from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from aiops.engine.wrap import wraps_function

_made: set[Any] = set()


@wraps_function(lambda_svc, "acquire_worker")
def _remembered(original: Any, *function: Any, **options: Any) -> Any:
    worker, how = original(*function, **options)
    _made.add(worker)
    return worker, how


def end_all() -> None:
    """End every worker and remove its files. MiniStack's own reset misses one that a thread is just starting."""
    lambda_runtime.kill_workers(list(_made))
    _made.clear()
