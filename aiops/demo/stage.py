"""The stage of a demo: an account on the engine with the agent in it, and what can be done to both."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from aiops.demo.inbox import Inbox
from aiops.demo.workflow import Execution, ScenarioError, Workflow
from aiops.engine import ACCOUNT, REGION, Engine
from aiops.names import CLAIMS_TABLE, SNAPSHOTS_TABLE

TAG = "aiops:recover"


class Stage(Workflow):
    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.ec2, self.ssm, self.s3 = (engine.client(name) for name in ("ec2", "ssm", "s3"))
        self.lambdas, self.cloudtrail, self.rds = (engine.client(name) for name in ("lambda", "cloudtrail", "rds"))
        self.iam, self.events = engine.client("iam"), engine.client("events")
        self.inbox = Inbox(engine)
        self.unseen: Callable[[], AbstractContextManager[None]] = nullcontext
        self.plot: Path | None = None
        self._number = 0

    def numbered(self, prefix: str) -> str:
        """A name that nothing else on the stage has."""
        self._number += 1
        return f"{prefix}{self._number}"

    def remembered(self, arn: str) -> None:
        """Wait until the agent knows the good state of a resource that was set up, and nothing goes on."""
        key = {"resource_arn": {"S": arn}}
        self.until(
            lambda: "Item" in self.dynamo.get_item(TableName=SNAPSHOTS_TABLE, Key=key, ConsistentRead=True),
            f"the good state of {arn} is remembered",
        )
        self.settled()

    def forget(self, arn: str) -> None:
        """The agent knows no good state of the resource any more."""
        self.dynamo.delete_item(TableName=SNAPSHOTS_TABLE, Key={"resource_arn": {"S": arn}})

    def cooled_down(self, arn: str) -> None:
        """The minutes of cooldown after a healing are over."""
        self.dynamo.delete_item(TableName=CLAIMS_TABLE, Key={"pk": {"S": f"LOCK#{arn}"}})

    def told(self, *words: str) -> str:
        """The subject of a message to the subscribers that has all these words in it, waiting for it if need be."""
        found: list[str] = []

        def arrived() -> bool:
            messages = self.inbox.messages()
            found[:] = [one.get("Subject", "") for one in messages if all(word in str(one) for word in words)]
            return bool(found)

        self.until(arrived, f"a message with {' and '.join(words)} is sent")
        return found[0]

    def invoke(self, function: str, event: dict[str, Any] | None = None) -> Any:
        """Run one of the agent's functions, as its schedule would."""
        said = self.lambdas.invoke(FunctionName=f"aiops-{function}", Payload=json.dumps(event or {}))
        answer = json.loads(said["Payload"].read())
        if "FunctionError" in said:
            raise ScenarioError(f"{function} failed: {answer}")
        return answer

    def recorded(self, event: str, naming: str) -> dict[str, Any]:
        """The EventBridge event of a call as CloudTrail recorded it."""
        found: list[dict[str, Any]] = []

        def arrived() -> bool:
            wanted = [{"AttributeKey": "EventName", "AttributeValue": event}]
            records = self.cloudtrail.lookup_events(LookupAttributes=wanted)["Events"]
            found[:] = [json.loads(one["CloudTrailEvent"]) for one in records if naming in one["CloudTrailEvent"]]
            return bool(found)

        self.until(arrived, f"CloudTrail has recorded {event} on {naming}")
        return {
            "id": found[0]["eventID"],
            "detail-type": "AWS API Call via CloudTrail",
            "source": "aws." + found[0]["eventSource"].split(".")[0],
            "account": ACCOUNT,
            "time": found[0]["eventTime"],
            "region": REGION,
            "resources": [],
            "detail": found[0],
        }

    @contextmanager
    def deaf(self, source: str) -> Iterator[None]:
        """Events of a source are lost meanwhile, as best-effort delivery may lose them."""
        self.engine.lose(source)
        try:
            yield
        finally:
            self.engine.lose(source, lost=False)

    def at_once(self, calls: list[Callable[[], Any]]) -> None:
        """Make all these calls at the same time."""
        with ThreadPoolExecutor(len(calls)) as pool:
            for done in [pool.submit(call) for call in calls]:
                done.result()

    def session_of(self, role: str, action: str, service: str) -> Any:
        """A client with a session of a new role that may do one thing."""
        trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:AssumeRole"}
        allow = {"Effect": "Allow", "Action": action, "Resource": "*"}
        documents = [json.dumps({"Version": "2012-10-17", "Statement": [one]}) for one in (trust, allow)]
        self.iam.create_role(RoleName=role, AssumeRolePolicyDocument=documents[0])
        self.iam.put_role_policy(RoleName=role, PolicyName="demo", PolicyDocument=documents[1])
        return self.engine.client(service, role=role)

    def answer(self, execution: Execution, answer: str, *options: str) -> None:
        """What `aiops approve` and `aiops deny` do."""
        self._command(answer, self.incident(execution)["incident_id"]["S"], *options)

    def rerun(self, execution: Execution) -> None:
        """What `aiops rerun` does, or Redrive in the console."""
        self._command("rerun", self.incident(execution)["incident_id"]["S"])

    def _command(self, *words: str) -> None:
        run = subprocess.run(
            [sys.executable, "-m", "aiops.cli", *words],
            env={**os.environ, **self.engine.environment},
            capture_output=True,
            text=True,
            check=False,
        )
        if run.returncode:
            raise ScenarioError(f"aiops {' '.join(words)} failed: {run.stderr.strip()}")
