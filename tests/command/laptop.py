"""The command in this process, and what the stack leaves in an account as far as a person's levers need it."""

import json
import os
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from published import ACCOUNT, stopping
from typer.testing import CliRunner

from aiops.cli import main
from aiops.engine import Engine
from aiops.names import CLAIMS_TABLE, INCIDENTS_TABLE, KILL_SWITCH, PATTERNS_TABLE
from tasks.domain.incident import understand
from tasks.domain.payload import Incident, Plan, Step, dump
from tasks.domain.planning import plan_hash
from tasks.store import reviews
from tasks.store.items import encode

ROOT = Path(__file__).parents[2]
PYTHON = Path(sys.executable)
INDEX = ("resource_type", "timestamp")
STATES_TRUST = {"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"}
ANALYSIS = {
    "issue": "ec2_instance_stopped",
    "classification": "FAILURE",
    "severity": "high",
    "confidence": 0.95,
    "root_cause": "a caller stopped the instance",
    "reason": "StopInstances was called, by arn:aws:iam::123456789012:user/ExampleUser",
    "adviser": "rules (no model configured)",
    "similar": {
        **{"incidents": 4, "healed": 3, "failed": 1, "mean_seconds": 20.5, "on_this_resource": 2},
        "recurs": "the 3rd time on this resource, each by arn:aws:iam::123456789012:user/ExampleUser",
    },
    "advice": {},
}


@dataclass(frozen=True)
class Result:
    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[Any]:
        """What it printed, as JSON Lines."""
        return [json.loads(line) for line in self.out.splitlines()]


@cache
def _session(_variables: frozenset[tuple[str, str | None]]) -> boto3.session.Session:
    """boto3's session of a process with these variables: it remembers the credentials that it found first."""
    return boto3.session.Session()


def run(*arguments: object, **variables: str | None) -> Result:
    """`aiops` with these arguments and environment variables, as in a new process; an exception is no answer."""
    boto3.DEFAULT_SESSION = _session(frozenset(variables.items()))
    found = CliRunner().invoke(main, [str(one) for one in arguments], env=variables, catch_exceptions=False)
    return Result(found.exit_code, found.stdout, found.stderr)


def process(*command: Path | str, **variables: str) -> Result:
    """A command in a process of its own."""
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **variables}, capture_output=True, text=True, check=False
    )
    return Result(done.returncode, done.stdout, done.stderr)


class Account:
    """Tables, kill switch, and two state machines: one waits for a person, one fails."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._tokens: list[str] = []
        self.dynamo, self.ssm, self.states = (engine.client(name) for name in ("dynamodb", "ssm", "stepfunctions"))
        self._make_table(INCIDENTS_TABLE, "incident_id", INDEX)
        self._make_table(CLAIMS_TABLE, "pk")
        self._make_table(PATTERNS_TABLE, "pattern_id")
        self.switch("off")
        trust = json.dumps({"Version": "2012-10-17", "Statement": [STATES_TRUST]})
        engine.client("iam").create_role(RoleName="machine", AssumeRolePolicyDocument=trust)
        self.activity = self.states.create_activity(name="review")["activityArn"]
        self.waiting = self._machine("waiting", {"Type": "Task", "Resource": self.activity, "End": True})
        self.failing = self._machine("failing", {"Type": "Fail", "Error": "NotHealed", "Cause": "still stopped"})

    def empty(self) -> None:
        """Forget every incident and question, let no execution wait, and let the agent act."""
        for table, key in ((INCIDENTS_TABLE, "incident_id"), (CLAIMS_TABLE, "pk"), (PATTERNS_TABLE, "pattern_id")):
            for item in self.dynamo.scan(TableName=table)["Items"]:
                self.dynamo.delete_item(TableName=table, Key={key: item[key]})
        for token in self._tokens:
            with suppress(self.states.exceptions.TaskDoesNotExist):
                self.states.send_task_failure(taskToken=token)
        self.switch("off")

    def switch(self, value: str) -> None:
        self.ssm.put_parameter(Name=KILL_SWITCH, Value=value, Type="String", Overwrite=True)

    def aiops(self, *arguments: object) -> Result:
        """`aiops` on this account."""
        return run(*arguments, **self.engine.environment)

    def execution(self, machine: str) -> str:
        return str(self.states.start_execution(stateMachineArn=machine, input="{}")["executionArn"])

    def wait(self) -> tuple[str, str]:
        """An execution that waits, and the token that lets it go on."""
        execution = self.execution(self.waiting)
        self._tokens.append(self.states.get_activity_task(activityArn=self.activity)["taskToken"])
        return execution, self._tokens[-1]

    def ended(self, execution: str) -> dict[str, Any]:
        """DescribeExecution, once it no longer runs."""
        deadline = time.monotonic() + 10
        while (found := self.states.describe_execution(executionArn=execution))["status"] == "RUNNING":
            assert time.monotonic() < deadline, "it still runs"
            time.sleep(0.02)
        return dict(found)

    def record(
        self, incident: Incident, state: str, *, execution: str = "", at: str = "2026-03-01T12:00:03.000Z", **more: Any
    ) -> str:
        """Put an incident's record; its id."""
        first = incident.resources[0] if incident.resources else None
        item = {
            "incident_id": incident.id,
            "timestamp": at,
            "resource_type": first.type if first else "unknown",
            "resource_id": first.id if first else "unknown",
            "workflow_state": state,
            "execution": execution or f"arn:aws:states:us-east-1:{ACCOUNT}:execution:aiops:gone",
            "redrive": 0,
            "incident": dump(incident),
        }
        self.dynamo.put_item(TableName=INCIDENTS_TABLE, Item=encode(item | more))
        return incident.id

    def question(self, incident: Incident, *, expires_in: int = 600) -> tuple[str, str]:
        """An incident that waits for an answer: its execution, and the hash of the plan that it asks about."""
        (execution, token), plan = self.wait(), planned(incident)
        self.record(incident, "WAITING_FOR_REVIEW", execution=execution, analysis=ANALYSIS, plan=dump(plan))
        expires_at = int(time.time()) + expires_in
        reviews.ask(self.dynamo, CLAIMS_TABLE, incident.id, token=token, plan_hash=plan.hash, expires_at=expires_at)
        return execution, plan.hash

    def _make_table(self, name: str, key: str, index: tuple[str, ...] = ()) -> None:
        wanted: dict[str, Any] = {}
        if index:
            keys = [{"AttributeName": n, "KeyType": kind} for n, kind in zip(index, ("HASH", "RANGE"), strict=True)]
            named = {
                "IndexName": "resource-type-index",
                "KeySchema": keys,
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
            wanted["GlobalSecondaryIndexes"] = [named]
        self.dynamo.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": one, "AttributeType": "S"} for one in (key, *index)],
            BillingMode="PAY_PER_REQUEST",
            **wanted,
        )

    def _machine(self, name: str, state: dict[str, Any]) -> str:
        definition = json.dumps({"StartAt": name, "States": {name: state}})
        role = f"arn:aws:iam::{ACCOUNT}:role/machine"
        made = self.states.create_state_machine(name=name, definition=definition, roleArn=role)
        return str(made["stateMachineArn"])


def stopped(instance: str = "i-1234567890abcdef0", *, event_id: str = "first", **changes: Any) -> Incident:
    """The incident of a StopInstances call."""
    return understand(stopping(instance, eventID=event_id, **changes))


def planned(incident: Incident) -> Plan:
    """A plan that starts the incident's instances."""
    steps = tuple(
        Step(one, "start_instance", "stop_instance", False, False, {"state": "running"}, {"state": "stopped"})
        for one in incident.resources
    )
    return Plan(steps, "approve", "the instance is tagged approve", plan_hash(steps), 3600)
