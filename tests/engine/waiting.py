"""What comes in its own time."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(answer: Callable[[], T | None], seconds: float = 10) -> T:
    """The first answer that there is."""
    deadline = time.monotonic() + seconds
    while (value := answer()) is None:
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)
    return value
