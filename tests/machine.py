"""The state machine from its one definition, with the real handlers, on moto."""

import json
import re
import time
from dataclasses import dataclass
from importlib import import_module
from itertools import count
from typing import Any

import pytest
from by_hand import call
from cloud import CLAIMS, ROOT, Cloud
from left_behind import everything
from moto_gaps import run_lambdas
from published import ACCOUNT, REGION, Json, sample

from tasks import handle_failure
from tasks.runtime.clients import client

PLACEHOLDER = re.compile(r"\$\{(\w+)Arn\}")
TEXT = (ROOT / "statemachine" / "aiops.asl.json").read_text()
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:"
DEFINITION: Json = json.loads(PLACEHOLDER.sub(lambda found: FUNCTION + found[1], TEXT))
PATIENCE = 20.0


def _handler(name: str) -> Any:
    return import_module("tasks." + re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()).handler


HANDLERS = {name: _handler(name) for name in PLACEHOLDER.findall(TEXT)}


@dataclass(frozen=True)
class Run:
    """An execution that ended: `states` are those it entered, `last` the one it ended in with its input."""

    arn: str
    status: str
    output: Json
    error: str
    cause: str
    states: list[str]
    last: tuple[str, Json]
    history: str

    @property
    def outcome(self) -> str:
        return str(self.output.get("outcome", self.error or self.status))

    @property
    def incident_id(self) -> str:
        return str(self.output.get("incident_id") or self.last[1]["incident"]["id"])


class Machine:
    def __init__(self, cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
        run_lambdas(monkeypatch, HANDLERS)
        self._cloud, self._numbers, self._redrives = cloud, count(1), dict[str, int]()

    def start(self, event: Json, *, at: str = "Detect") -> str:
        """A new execution's ARN. `at` is the state to start in."""
        number, sfn = next(self._numbers), client("stepfunctions")
        made = sfn.create_state_machine(
            name=f"aiops-{number}",
            definition=json.dumps({**DEFINITION, "StartAt": at}),
            roleArn=f"arn:aws:iam::{ACCOUNT}:role/aiops-StateMachine",
        )
        started = sfn.start_execution(
            stateMachineArn=made["stateMachineArn"], name=f"run-{number}", input=json.dumps(event)
        )
        return str(started["executionArn"])

    def ended(self, arn: str) -> Run:
        """Wait for an execution to end."""
        patience = time.monotonic() + PATIENCE
        while (said := client("stepfunctions").describe_execution(executionArn=arn))["status"] == "RUNNING":
            assert time.monotonic() < patience, "the execution does not end"
            time.sleep(0.03)
        history = client("stepfunctions").get_execution_history(executionArn=arn, maxResults=1000)["events"]
        entered = [one["stateEnteredEventDetails"] for one in history if "stateEnteredEventDetails" in one]
        top = [one for one in entered if one["name"] in DEFINITION["States"]]
        return Run(
            arn,
            said["status"],
            json.loads(said.get("output", "{}")),
            said.get("error", ""),
            said.get("cause", ""),
            [one["name"] for one in entered],
            (top[-1]["name"], json.loads(top[-1]["input"])),
            json.dumps(history, default=str),
        )

    def run(self, event: Json) -> Run:
        return self.ended(self.start(event))

    def question(self) -> Json:
        """The open question to a person, as soon as it is asked."""
        patience = time.monotonic() + PATIENCE
        while not (asked := [one for one in everything(CLAIMS) if one["pk"].startswith("REVIEW#")]):
            assert time.monotonic() < patience, "nobody is asked"
            time.sleep(0.03)
        return asked[0]

    def answer(self, decision: str, plan_hash: str = "", **more: Any) -> None:
        """What `aiops approve` and `aiops deny` send; the hash asked for unless another is given."""
        question = self.question()
        reply = {"decision": decision, "plan_hash": plan_hash or question["plan_hash"], **more}
        client("stepfunctions").send_task_success(taskToken=question["token"], output=json.dumps(reply))

    def report(self, run: Run) -> None:
        """EventBridge tells HandleFailure that an execution ended badly."""
        call(handle_failure.handler, sample("states_execution_status_change", {"detail.executionArn": run.arn}))

    def redrive(self, run: Run) -> Run:
        """Redrive stands in: a machine that starts in the state that failed, with its input and a raised count."""
        state, payload = run.last
        arn = payload["execution"]
        self._redrives[arn] = self._redrives.get(arn, 0) + 1
        told = {"redriveCount": self._redrives[arn]}
        self._cloud.executions[arn] = {**told, "status": "RUNNING"}
        again = self.ended(self.start(payload, at=state))
        failure = {"error": again.error, "cause": again.cause} if again.error else {}
        self._cloud.executions[arn] = {**told, "status": again.status, **failure}
        return Run(arn, again.status, again.output, again.error, again.cause, again.states, again.last, again.history)
