"""Cold starts: import and first call of each task, against a bare handler.

The bare handler makes the same clients with the same Config and, with each, every kind of call that the task makes,
once: what boto3 takes for them is not the task's. It does nothing else. Both run in new processes, side by side,
against the engine, and neither finds or leaves bytecode of the deployed code: Lambda's file system is read-only, so it
compiles that code at each cold start, and boto3 is its own. Measured is processor time, which a cold start consists of
and a busy machine does not stretch much, and both alike.
"""

import io
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from bench.first_events import events
from bench.sizes import package
from bench.stand import Json, Stand

ROUNDS = 7
# What Undo raises when it is done.
ENDS_BY_RAISING = "NotHealed"
SCRIPT = Path(__file__).with_name("cold_call.py")


@dataclass(frozen=True)
class ColdStart:
    """Median seconds of processor time of one task and of its bare handler, and the names of its clients."""

    task: str
    seconds: float
    bare: float
    clients: tuple[str, ...]

    @property
    def ratio(self) -> float:
        return self.seconds / self.bare


def measure(stand: Stand, *, told: Callable[[str], None]) -> list[ColdStart]:
    """Each task with the event that it gets in a healing."""
    found = []
    stand.trust_root()
    with stand.alone(), _code(stand) as code:
        model = stand.healing()
        stand.opt_out_own_parts()
        for function in sorted(stand.functions(), key=lambda one: str(one["FunctionName"])):
            task = function["FunctionName"].removeprefix("aiops-")
            told(f"cold starts, {task}")
            found.append(_measured(stand, function, task, code, events(stand, model, task)))
    return found


def _measured(stand: Stand, function: Json, task: str, code: str, given: Iterator[Any]) -> ColdStart:
    environment = {**os.environ, **stand.engine.environment, **function["Environment"]["Variables"]}
    order = {"code": code, "module": function["Handler"].removesuffix(".handler")}
    calls = _run({**order, "event": next(given), "note": True}, environment)["calls"]
    ours, bare = list[float](), list[float]()
    with ThreadPoolExecutor(2) as pool:
        for _ in range(ROUNDS):
            pair = ({**order, "event": next(given), "note": False}, {"calls": calls})
            own, other = pool.map(partial(_run, environment=environment), pair)
            ours.append(own["seconds"])
            bare.append(other["seconds"])
    return ColdStart(task, median(ours), median(bare), tuple(service for _, service, method, _ in calls if not method))


def _run(order: Json, environment: dict[str, str]) -> Json:
    """What cold_call.py says, in a new process."""
    done = subprocess.run(
        [sys.executable, "-I", "-B", str(SCRIPT)],
        input=json.dumps(order),
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    said = json.loads(done.stdout.splitlines()[-1])
    if said["raised"] not in ("", ENDS_BY_RAISING):
        raise RuntimeError(f"{order.get('module', 'the bare handler')} raised {said['raised']}")
    return dict(said)


@contextmanager
def _code(stand: Stand) -> Iterator[str]:
    """A directory with the code as it was deployed; it is the same for all functions."""
    with tempfile.TemporaryDirectory() as directory:
        with zipfile.ZipFile(io.BytesIO(package(stand, "aiops-Detect"))) as archive:
            archive.extractall(directory)
        yield directory
