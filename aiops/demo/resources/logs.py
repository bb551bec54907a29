"""Log groups, and what an application writes into them."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory

from aiops.demo.stage import TAG, Stage
from aiops.log_windows import judge
from tasks.domain.moment import iso

WINDOW = 300  # seconds


class Log:
    """A log group with five hours of a shop's lines, of which the last windows tell of a pool that runs dry."""

    def __init__(self, stage: Stage, name: str = "/demo/shop") -> None:
        self.name, self._logs = name, stage.engine.client("logs")
        self._logs.create_log_group(logGroupName=name)
        self._logs.create_log_stream(logGroupName=name, logStreamName="one")
        newest = int(time.time() - 70) // WINDOW - 1
        for age in range(60, -1, -1):
            lines = [f"INFO served order {number * age} in {number} ms" for number in range(15)]
            lines += [f"ERROR no connection left for order {number}, pool exhausted" for number in range(12 - 4 * age)]
            events = [{"timestamp": (newest - age) * WINDOW * 1000 + 1, "message": line} for line in lines]
            self._logs.put_log_events(logGroupName=name, logStreamName="one", logEvents=events)

    def opt_in(self, target: str = "") -> None:
        """Let the agent read it; `target` is the ARN of what writes it."""
        self._logs.tag_log_group(
            logGroupName=self.name, tags={TAG: "notify"} | ({"aiops:target": target} if target else {})
        )

    def draw(self, picture: Path) -> None:
        """A picture of the log's patterns, judged as `aiops anomalies logs` judges a file."""
        from aiops.log_plot import draw

        pages = self._logs.get_paginator("filter_log_events").paginate(logGroupName=self.name)
        lines = [f"{iso(one['timestamp'] / 1000)} {one['message']}\n" for page in pages for one in page["events"]]
        with TemporaryDirectory() as directory:
            file = Path(directory, "shop.log")
            file.write_text("".join(lines))
            judged, names = judge(file, None, WINDOW)
        draw(judged, names.templates, picture, title=self.name)
