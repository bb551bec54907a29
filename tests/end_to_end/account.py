"""The demo's stage, with what an operator can take away from the agent, and where to look for what it left."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiops.demo.resources.instances import Instance, state
from aiops.demo.stage import TAG, Stage
from aiops.demo.workflow import MACHINE, Execution
from aiops.engine import REGION
from aiops.names import CLAIMS_TABLE, PATTERNS_TABLE
from tasks.domain.wording import console
from tasks.store.items import decode, encode

ROLE = f"aiops-recovery-{REGION}"
Json = dict[str, Any]


class Account(Stage):
    def settle(self) -> None:
        """Wait until nothing goes on; what only waits for a person is stopped, and the record of fixes begins anew."""
        asks = "RequestReview"
        try:
            self.until(lambda: all(self.execution(arn).states[-1:] == [asks] for arn in self.going_on()), "all is done")
        finally:
            for arn in self.going_on():
                self.states.stop_execution(executionArn=arn)
        # Fixes that one test lets fail would make the agent ask a person in the next.
        for item in self.dynamo.scan(TableName=PATTERNS_TABLE, ProjectionExpression="pattern_id")["Items"]:
            self.dynamo.delete_item(TableName=PATTERNS_TABLE, Key=item)

    def instance(self, autonomy: str | None = "auto") -> str:
        """The id of a running instance, remembered by the agent if it is managed."""
        return Instance(self, autonomy).id

    def instance_state(self, instance: str) -> str:
        return state(self.ec2, instance)

    def opt_out(self, instance: str) -> None:
        """Leave a broken instance to itself: no later sweep shall ask anybody about it."""
        self.ec2.delete_tags(Resources=[instance], Tags=[{"Key": TAG}])

    def ended(self, execution: Execution) -> Execution:
        """The execution, once it has ended."""
        self.until(lambda: self.execution(execution.arn).status != "RUNNING", f"{execution.arn} ends")
        return self.execution(execution.arn)

    def redrive(self, execution: Execution) -> Execution:
        """Press Redrive; the execution, once it has ended again."""
        self.states.redrive_execution(executionArn=execution.arn)
        return self.ended(execution)

    def begin(self, event: Json) -> Execution:
        """What "New execution" in the console does with this input."""
        arn = self.states.start_execution(stateMachineArn=MACHINE, input=json.dumps(event))["executionArn"]
        return Execution(arn, "RUNNING")

    def start(self, event: Json) -> Execution:
        """A new execution with this input, once it has ended."""
        return self.ended(self.begin(event))

    def changes(self, call: str, naming: str) -> int:
        """How often a session of the recovery role made this call on this resource, as CloudTrail tells."""
        wanted = [{"AttributeKey": "EventName", "AttributeValue": call}]
        found = self.engine.client("cloudtrail").lookup_events(LookupAttributes=wanted)["Events"]
        records = [json.loads(one["CloudTrailEvent"]) for one in found if naming in one["CloudTrailEvent"]]
        return sum(f"/{ROLE}/" in one["userIdentity"]["arn"] for one in records)

    def failed(self, execution: Execution, resource: str, *, tokens: float) -> Json:
        """The record of a failed execution, once it was told. What must hold after every failure does.

        `tokens` is what the rate limiter said before it.
        """
        assert execution.status in ("FAILED", "TIMED_OUT", "ABORTED"), execution
        incident_id = self.record(execution)["incident_id"]
        press = (console(execution.arn), "Press Redrive", f"aiops rerun {incident_id}")
        self.until(lambda: bool(self.mail("FAILED", *press)), f"the failure of {execution.arn} is told")
        record = self.record(execution)
        assert record["workflow_state"] == "FAILED"
        assert record["failure"]["status"] == execution.status
        assert record["failure"]["error"] == (execution.error or execution.status)
        assert self.lock(resource) == {}
        assert self.tokens() <= max(tokens, time.time() * 1000), "the rate token was not given back"
        return record

    def record(self, execution: Execution) -> Json:
        """The record of the execution's incident, once there is one."""
        self.until(lambda: bool(self._records(execution)), f"an incident is recorded for {execution.arn}")
        return self._records(execution)[0]

    def _records(self, execution: Execution) -> list[Json]:
        records = [decode(item) for item in self.dynamo.scan(TableName="aiops-incidents")["Items"]]
        return [one for one in records if one["execution"] == execution.arn]

    def claim(self, key: str) -> Json:
        """An item of the table of claims, empty if there is none."""
        found = self.dynamo.get_item(TableName=CLAIMS_TABLE, Key=encode({"pk": key}), ConsistentRead=True)
        return decode(found.get("Item", {}))

    def lock(self, arn: str) -> Json:
        """The lock of a resource, empty if it is free."""
        return self.claim(f"LOCK#{arn}")

    def tokens(self) -> float:
        """The rate limiter's theoretical arrival time, in milliseconds."""
        return float(self.claim("RATE#account").get("tat", 0))

    def mail(self, *words: str) -> list[str]:
        """The bodies of the messages so far that have all these words in subject or body."""
        texts = [(one.get("Subject", ""), one["Message"]) for one in self.inbox.messages()]
        return [body for subject, body in texts if all(word in f"{subject}\n{body}" for word in words)]

    def role(self, function: str) -> str:
        """The name of a function's role."""
        found = self.lambdas.get_function_configuration(FunctionName=f"aiops-{function}")["Role"]
        return str(found).rsplit("/", 1)[-1]

    @contextmanager
    def without(self, function: str, action: str) -> Iterator[None]:
        """A function's role lacks an action meanwhile."""
        role = self.role(function)
        [name] = self.iam.list_role_policies(RoleName=role)["PolicyNames"]
        before = self.iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        statements = [_less(one, action) for one in before["Statement"]]
        assert statements != before["Statement"], f"{function} may not {action} anyway"
        after = {**before, "Statement": [one for one in statements if one["Action"]]}
        self.iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(after))
        try:
            yield
        finally:
            self.iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(before))

    @contextmanager
    def throttled(self, table: str) -> Iterator[None]:
        """A table is out of throughput meanwhile."""
        self.engine.throttle(table)
        try:
            yield
        finally:
            self.engine.throttle(table, throttled=False)

    @contextmanager
    def impaired(self, instance: str) -> Iterator[None]:
        """An instance has a hardware fault meanwhile."""
        self.engine.impair(instance)
        try:
            yield
        finally:
            self.engine.impair(instance, impaired=False)


def _less(statement: Json, action: str) -> Json:
    """The statement without the action."""
    actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
    return {**statement, "Action": [one for one in actions if one != action]}
