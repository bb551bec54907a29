"""What scales wants a number of something: a step raises it, and its undo takes exactly that back."""

from collections.abc import Callable

from tasks.domain.errors import NotRecovered
from tasks.domain.payload import Json, Step

Put = Callable[[int], None]


def reached(target: Json, now: Json | None) -> bool:
    return now is not None and bool(now["desired"] >= target["desired"])


def raise_to_target(step: Step, now: Json | None, put: Put) -> None:
    """NotRecovered when what should scale is gone."""
    if now is None:
        raise NotRecovered(f"{step.resource.id} is gone")
    if not reached(step.target, now):
        put(step.target["desired"])


def take_back(step: Step, now: Json | None, before: Json, put: Put) -> str:
    """Back to the number before, unless somebody or auto scaling itself has changed it since."""
    if now is None or now["desired"] != step.target["desired"]:
        return "its capacity was changed since: left alone"
    put(before["desired"])
    return ""
