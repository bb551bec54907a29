"""What a scenario is: it breaks something for real and asks AWS, not the agent, how it ended."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from aiops.demo.stage import Stage
from aiops.demo.workflow import Execution, ScenarioError

ASL = Path(__file__).parents[2] / "statemachine" / "aiops.asl.json"
STEPS = {name for name, state in json.loads(ASL.read_text())["States"].items() if state["Type"] in ("Task", "Parallel")}

BLOCKED = "Detect StoreMetrics"
LEFT = "Detect Notify StoreMetrics"
TOLD = "Detect Analyze Plan Notify StoreMetrics"
HEALED = "Detect Analyze Plan Recover Verify Notify StoreMetrics"
DENIED = "Detect Analyze Plan RequestReview ApplyReview Notify StoreMetrics"
APPROVED = "Detect Analyze Plan RequestReview ApplyReview Recover Verify Notify StoreMetrics"


@dataclass(frozen=True)
class Scenario:
    """`play` takes the stage and yields its executions as they end; it raises ScenarioError when something is not so.

    `path` and `outcome` are those of its last execution; `basic` ones are played without being asked for more.
    """

    play: Callable[[Stage], Iterator[Execution]]
    story: str
    path: str = HEALED
    outcome: str = "VERIFIED"
    basic: bool = False

    @property
    def name(self) -> str:
        return self.play.__name__

    def check(self, played: list[Execution]) -> None:
        """ScenarioError unless the last execution took its path to its outcome."""
        path = " ".join(state for state in played[-1].states if state in STEPS)
        must(path == self.path, f"the path is {self.path} (it was {path})")
        must(played[-1].outcome == self.outcome, f"it ends {self.outcome} (it ended {played[-1].outcome})")


class Resource(Protocol):
    """What can be compared with itself after it was broken; `name` is what events call it."""

    name: str

    def settings(self) -> dict[str, Any]: ...


def must(holds: bool, what: str) -> None:
    if not holds:
        raise ScenarioError(f"not so: {what}")


def ended(execution: Execution, outcome: str = "VERIFIED", status: str = "SUCCEEDED") -> Execution:
    """The execution, if it ended as it must."""
    must(execution.status == status, f"the execution is {status} (it is {execution.status} {execution.error})")
    must(execution.outcome == outcome, f"it ends {outcome} (it ended {execution.outcome})")
    return execution


def put_back(stage: Stage, one: Resource, event: str, breaking: Callable[[], None]) -> Iterator[Execution]:
    """Break a resource; this event heals it, and it is as it was."""
    before = one.settings()
    breaking()
    yield ended(stage.executions(one.name, event)[0])
    after = one.settings()
    must(after == before, f"{one.name} is as it was before {event} (it was {before}, it is {after})")


def put_back_unheard(stage: Stage, one: Resource, source: str, breaking: Callable[[], None]) -> Iterator[Execution]:
    """Break a resource while events of its source are lost; the sweep finds it, and it is as it was."""

    def unheard() -> None:
        with stage.deaf(source):
            breaking()
        stage.invoke("TakeSnapshots")

    return put_back(stage, one, "Drift", unheard)
