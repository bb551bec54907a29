"""The demo's screen: each state of each execution as it happens, and what changed."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.markup import escape

from aiops.demo.workflow import MACHINE
from aiops.engine import Engine
from tasks.domain.text import clean

# What a state's result says, for the line of that state.
SAYS: dict[str, Callable[[Any], str]] = {
    "Detect": lambda out: f"blocked: {out['blocked']['reason']}" if "blocked" in out else f"claimed {_names(out)}",
    "Analyze": lambda out: "{classification} {severity} {confidence:.2f}: {reason}".format(**out["analysis"]),
    "Plan": lambda out: (
        f"{out['plan']['autonomy']}: {', '.join(one['action'] for one in out['plan']['steps']) or 'no step'}"
    ),
    "RequestReview": lambda out: f"a person says: {out.get('review', {}).get('decision')}",
    "Recover": lambda out: "; ".join(_change(step) for step in out.get("recovery", {}).get("steps", [])),
    "Verify": lambda out: str(out.get("verification", {}).get("outcome", "not healthy")),
    "StoreMetrics": lambda out: str(out["outcome"]),
}
STYLE = {"SUCCEEDED": "green", "FAILED": "red", "TIMED_OUT": "red", "ABORTED": "red"}


class Timeline:
    """Follows the state machine in the background and prints what happens, until it is closed."""

    def __init__(self, engine: Engine, console: Console) -> None:
        self._states, self._console = engine.client("stepfunctions"), console
        self._seen: dict[str, int] = {}
        self._numbers: dict[str, int] = {}
        self._start = time.monotonic()
        self._muted = False
        self._looking, self._closing = threading.Lock(), threading.Event()
        self._follower = threading.Thread(target=self._follow, name="timeline")
        self._follower.start()

    @contextmanager
    def unseen(self) -> Iterator[None]:
        """What happens meanwhile is not shown, and the clock starts afterwards."""
        self._look()
        self._muted = True
        try:
            yield
        finally:
            self._look()
            self._muted = False
            self._start = time.monotonic()

    def begin(self, title: str) -> None:
        self._look()
        self._numbers.clear()
        self._start = time.monotonic()
        self._console.print(f"\n[bold]{escape(title)}[/bold]")

    def end(self) -> None:
        """Print what is still to be printed of the scenario."""
        self._look()

    def close(self) -> None:
        self._closing.set()
        self._follower.join()

    def _follow(self) -> None:
        while not self._closing.wait(0.15):
            self._look()

    def _look(self) -> None:
        with self._looking:
            for one in reversed(self._states.list_executions(stateMachineArn=MACHINE, maxResults=50)["executions"]):
                self._print_new(one["executionArn"])

    def _print_new(self, arn: str) -> None:
        history = self._states.get_execution_history(executionArn=arn, maxResults=1000)["events"]
        new = history[self._seen.get(arn, 0) :]
        self._seen[arn] = len(history)
        for event in new:
            line = "" if self._muted else _line(event)
            if line:
                number = self._numbers.setdefault(arn, len(self._numbers) + 1)
                text = f"  {time.monotonic() - self._start:5.1f}s  [dim]#{number}[/dim] {line}"
                self._console.print(text, highlight=False, soft_wrap=True)


def _line(event: dict[str, Any]) -> str:
    """One line about a history event, empty for those that say nothing new."""
    kind = event["type"]
    if kind == "ExecutionStarted":
        given = json.loads(event["executionStartedEventDetails"]["input"])
        name = given.get("detail", {}).get("eventName") or given.get("detail-type", "")
        return f"[cyan]{escape(clean(name))}[/cyan] starts an execution"
    if kind == "ExecutionRedriven":
        return "[cyan]redriven[/cyan]: it continues where it failed"
    if "stateExitedEventDetails" in event:
        details = event["stateExitedEventDetails"]
        says = SAYS.get(details["name"])
        if details["name"] in ("Notify", "Undo") or says:
            told = escape(clean(says(json.loads(details["output"])), 150)) if says else ""
            return f"{details['name']:<14}{told}"
    if kind in ("ExecutionSucceeded", "ExecutionFailed", "ExecutionAborted", "ExecutionTimedOut"):
        failed = event.get("executionFailedEventDetails", {})
        style = "green" if kind == "ExecutionSucceeded" else "red"
        why = clean(f": {failed.get('error')}: {failed.get('cause', '')}", 150) if failed else ""
        return f"[{style}]{kind.removeprefix('Execution').lower()}{escape(why)}[/{style}]"
    return ""


def _names(out: Any) -> str:
    return f"{out['incident']['event']} on {', '.join(one['id'] for one in out['incident']['resources'])}"


def _change(step: Any) -> str:
    """The parts of a state that the step changed: `state: stopped -> running`."""
    before, after = step["before"] or {}, step["after"] or {}
    if not before:
        return f"{step['action']}: it is there again"
    parts = [
        f"{key}: {_short(before.get(key))} -> {_short(after[key])}" for key in after if after[key] != before.get(key)
    ]
    return f"{step['action']}, {'; '.join(parts) or step.get('output') or 'nothing to change'}"


def _short(value: Any) -> str:
    if isinstance(value, dict) and all(isinstance(one, bool) for one in value.values()):
        return "all on" if all(value.values()) else "partly on"
    text = "none" if value is None else str(value)
    return text if len(text) <= 24 else f"{text[:21]}..."
