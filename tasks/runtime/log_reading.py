"""One more stretch of a watched log: read, judged, told and remembered."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tasks.domain.logs import alert
from tasks.domain.logs.progress import HOUR, Progress
from tasks.domain.logs.watch import Watch
from tasks.runtime.log_events import arrived, missed
from tasks.runtime.notices import publish
from tasks.store import log_watches
from tasks.store.items import Json


@dataclass(frozen=True)
class Terms:
    """`width` of a window in seconds."""

    table: str
    topic: str
    width: float
    megabytes_a_day: int


@dataclass(frozen=True)
class Log:
    """`failing`: the resource that writes it is in an incident: what it writes then is neither news nor normal.

    `prevented_at`: when something was last done to it ahead of a failure, in seconds since 1970, 0 for never.
    """

    arn: str
    failing: bool
    prevented_at: float

    @property
    def name(self) -> str:
        return self.arn.partition(":log-group:")[2]


def read_on(aws: Callable[[str], Any], terms: Terms, log: Log) -> Json | None:
    """What the next stretch was; None when all is read that is over. A warning is sent before it is remembered."""
    dynamo, now = aws("dynamodb"), time.time()
    state, version = log_watches.read(dynamo, terms.table, log.arn)
    watch = Watch(state["watch"] if state else None)
    progress = Progress(**state["progress"]) if state else Progress.first(now, terms.width)
    windows = progress.due(now, terms.width)
    if not windows:
        return None
    came = arrived(
        aws("logs"),
        log.name,
        start=windows[0],
        end=windows[-1] + terms.width,
        read_at=progress.read_at,
        pages=progress.pages(now, terms.megabytes_a_day),
    )
    if came.sampled:
        windows = progress.covered(windows, terms.width, came.events[-1][0] if came.events else 0.0)
    hour = progress.looked_back(windows, terms.width, now)
    too_late = missed(aws("logs"), log.name, start=hour, end=hour + HOUR) if hour else 0
    anomalies, highest = 0, 0.0
    for start in windows:
        lines = [message for at, message in came.events if start <= at < start + terms.width]
        if not lines and watch.is_new:
            continue  # a log begins with its first line
        prevented = start <= log.prevented_at < start + terms.width
        outlook = watch.look(lines, start, failing=log.failing, prevented=prevented)
        anomalies, highest = anomalies + len(outlook.anomalies), max(highest, outlook.probability)
        if outlook.alert and progress.is_recent(start, now):
            aws("events").put_events(Entries=[alert.event(log.arn, log.name, outlook)])
            publish(aws("sns"), terms.topic, alert.message(log.name, outlook))
    progress = progress.after(windows[-1] + terms.width, now, came.size)
    kept = {"watch": watch.state(), "progress": vars(progress)}
    log_watches.write(dynamo, terms.table, log.arn, kept, version=version)
    told = {"windows": len(windows), "bytes": came.size, "sampled": came.sampled, "late": came.late}
    return {
        **told,
        "too_late": too_late,
        "anomalies": anomalies,
        "probability": round(highest, 2),
        "until": progress.until,
    }
