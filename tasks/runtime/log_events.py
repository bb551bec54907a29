"""Reading a log group (FilterLogEvents): whole windows, with what arrived late, and no more than is paid for."""

from dataclasses import dataclass
from typing import Any

LATE = 900.0  # seconds that an event may arrive after its window was read
TOO_LATE = 1_800.0  # seconds after which it was surely not read: the schedule and a window come on top


@dataclass(frozen=True)
class Arrived:
    """`events` are (seconds, message) in time order, `size` their bytes, `late` how many of them came in late.

    `sampled` says that there was more.
    """

    events: list[tuple[float, str]]
    size: int
    late: int
    sampled: bool


def arrived(logs: Any, group: str, *, start: float, end: float, read_at: float, pages: int) -> Arrived:
    """The events of [start, end), and earlier ones that came in since `read_at`; each exactly once over all calls.

    A single page is not spent on what came late.
    """
    found, size, late, token, seen = list[tuple[float, str]](), 0, 0, dict[str, str](), set[str]()
    first = start - (LATE if pages > 1 else 0)
    for _ in range(pages):
        page = logs.filter_log_events(logGroupName=group, **_between(first, end), **token)
        for one in page["events"]:
            size += len(one["message"].encode(errors="surrogatepass"))
            # The id is optional in the API; what has none is counted as it comes.
            if (known := one.get("eventId", "")) in seen:
                continue
            seen.update({known} - {""})
            belated = one["timestamp"] < start * 1000
            if not belated or one.get("ingestionTime", 0) > read_at * 1000:
                found.append((max(start, one["timestamp"] / 1000), one["message"]))
                late += belated
        token = {"nextToken": page["nextToken"]} if page.get("nextToken") else {}
        if not token:
            break
    return Arrived(sorted(found, key=lambda event: event[0]), size, late, bool(token))


def missed(logs: Any, group: str, *, start: float, end: float) -> int:
    """How many of the first megabyte of events of [start, end) came in too late to be read, by their sender's clock."""
    page = logs.filter_log_events(logGroupName=group, **_between(start, end))
    return sum(one.get("ingestionTime", 0) - one["timestamp"] > TOO_LATE * 1000 for one in page["events"])


def _between(start: float, end: float) -> dict[str, int]:
    return {"startTime": int(start * 1000), "endTime": int(end * 1000) - 1}
