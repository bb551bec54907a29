"""The one way in which the engine changes MiniStack: one of its functions is replaced by ours."""

from collections.abc import Callable
from functools import wraps
from types import ModuleType
from typing import Any


def wraps_function(
    place: ModuleType | type | dict[str, Any], name: str
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Put the decorated function into a module, class or dispatch table; it gets the original as its first argument."""
    original = place[name] if isinstance(place, dict) else vars(place)[name]

    def install(replacement: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(replacement)
        def replaced(*args: Any, **kwargs: Any) -> Any:
            return replacement(original, *args, **kwargs)

        if isinstance(place, dict):
            place[name] = replaced
        else:
            setattr(place, name, replaced)
        return replacement

    return install
