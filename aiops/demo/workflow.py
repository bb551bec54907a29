"""The workflow as an operator sees it: which executions an event started, and how they ended."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiops.engine import ACCOUNT, REGION, Engine
from aiops.names import INCIDENTS_TABLE

MACHINE = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:aiops"
# The agent's own changes come back as events too.
OWN = f"assumed-role/aiops-recovery-{REGION}/"
PATIENCE = 60.0


class ScenarioError(Exception):
    """Something that a scenario expects did not happen; the message says what."""


@dataclass
class Execution:
    """An execution as the console shows it; `states` in the order in which they were entered."""

    arn: str
    status: str
    output: dict[str, Any] = field(default_factory=dict)
    states: list[str] = field(default_factory=list)
    error: str = ""

    @property
    def outcome(self) -> str:
        return str(self.output.get("outcome", "")) or self.error


class Workflow:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.states, self.dynamo = engine.client("stepfunctions"), engine.client("dynamodb")
        self._before: set[str] = set()

    def executions(self, naming: str, event: str, count: int = 1) -> list[Execution]:
        """The executions that this event on this resource started, oldest first, once they have ended."""
        found: list[Execution] = []

        def ended() -> bool:
            found[:] = self.all(naming, event)[:count]
            return len(found) == count and all(one.status != "RUNNING" for one in found)

        self.until(ended, f"{count} execution(s) for {event} on {naming} end")
        return found

    def running(self, naming: str, event: str, state: str) -> Execution:
        """The execution of this event on this resource, once it has entered a state."""
        found: list[Execution] = []

        def entered() -> bool:
            found[:] = [one for one in self.all(naming, event) if state in one.states]
            return bool(found)

        self.until(entered, f"the execution for {event} on {naming} enters {state}")
        return found[0]

    def all(self, naming: str, event: str) -> list[Execution]:
        """The executions that this event on this resource started, oldest first, ended or not."""
        found = []
        for one in self._listed():
            if one["executionArn"] in self._before:
                continue
            given = self.states.describe_execution(executionArn=one["executionArn"])["input"]
            if f'"{naming}"' in given and f'"{event}"' in given and OWN not in given:
                found.append((one["startDate"], one["executionArn"]))
        return [self.execution(arn) for _, arn in sorted(found)]

    def execution(self, arn: str) -> Execution:
        """One execution as it stands."""
        said = self.states.describe_execution(executionArn=arn)
        history = self.states.get_execution_history(executionArn=arn, maxResults=1000)["events"]
        states = [one["stateEnteredEventDetails"]["name"] for one in history if "stateEnteredEventDetails" in one]
        output = json.loads(said["output"]) if said.get("output") else {}
        return Execution(arn, said["status"], output, states, said.get("error", ""))

    def going_on(self) -> list[str]:
        """The ARNs of the executions that have not ended."""
        found = self.states.list_executions(stateMachineArn=MACHINE, statusFilter="RUNNING")["executions"]
        return [one["executionArn"] for one in found]

    def settled(self) -> None:
        """Wait until nothing goes on; what has run so far is of no more interest."""
        self.until(lambda: not self.going_on(), "the workflow has looked at what was set up")
        self._before = {one["executionArn"] for one in self._listed()}

    def incident(self, execution: Execution) -> dict[str, Any]:
        """The agent's record of the execution's incident, as DynamoDB has it."""
        items = self.dynamo.scan(TableName=INCIDENTS_TABLE, ConsistentRead=True)["Items"]
        found = [one for one in items if one["execution"]["S"] == execution.arn]
        if not found:
            raise ScenarioError(f"no incident is recorded for {execution.arn}")
        return dict(found[0])

    def until(self, holds: Callable[[], bool], what: str) -> None:
        """Wait for a condition; ScenarioError after a minute."""
        deadline = time.monotonic() + PATIENCE
        while not holds():
            if time.monotonic() > deadline:
                raise ScenarioError(f"waited {PATIENCE:.0f} s in vain until {what}")
            time.sleep(0.1)

    def _listed(self) -> list[dict[str, Any]]:
        pages = self.states.get_paginator("list_executions").paginate(stateMachineArn=MACHINE)
        return [one for page in pages for one in page["executions"]]
