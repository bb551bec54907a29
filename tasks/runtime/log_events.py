"""Reading a log group (FilterLogEvents): whole windows, with what arrived late, and no more than is paid for."""

from dataclasses import dataclass
from typing import Any

LATE = 900.0  # seconds that an event may arrive after its window was read


@dataclass(frozen=True)
class Arrived:
    """`events` are (seconds, message) in time order; `sampled` says that there was more."""

    events: list[tuple[float, str]]
    size: int
    sampled: bool


def arrived(logs: Any, group: str, *, start: float, end: float, read_at: float, pages: int) -> Arrived:
    """The events of [start, end), and earlier ones that came in since `read_at`; each exactly once over all calls.

    A single page is not spent on what came late.
    """
    found, size, token, seen = list[tuple[float, str]](), 0, dict[str, str](), set[str]()
    first = start - (LATE if pages > 1 else 0)
    for _ in range(pages):
        page = logs.filter_log_events(
            logGroupName=group, startTime=int(first * 1000), endTime=int(end * 1000) - 1, **token
        )
        for one in page["events"]:
            size += len(one["message"])
            # The id is optional in the API; what has none is counted as it comes.
            if (known := one.get("eventId", "")) in seen:
                continue
            seen.update({known} - {""})
            if one["timestamp"] >= start * 1000 or one.get("ingestionTime", 0) > read_at * 1000:
                found.append((max(start, one["timestamp"] / 1000), one["message"]))
        token = {"nextToken": page["nextToken"]} if page.get("nextToken") else {}
        if not token:
            break
    return Arrived(sorted(found, key=lambda event: event[0]), size, bool(token))
