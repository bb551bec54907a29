"""The test stand: the real stack on the engine, one managed instance, and executions that are timed."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from aiops.demo.resources.instances import STOP, Instance, state
from aiops.demo.stage import TAG, Stage
from aiops.demo.workflow import MACHINE
from aiops.deploy import deploy
from aiops.engine import ACCOUNT, REGION, Engine
from tasks.domain.events import SOURCES
from tasks.domain.opting import AUTONOMY

Json = dict[str, Any]

# Four polls must fit into the retries' intervals even on a busy machine.
WAIT_SCALE = 0.2
# One instance is stopped again and again.
CONTEXT = {"cooldown_minutes": "0", "verify_deadline_minutes": "10", "settle_seconds": "0"}
WAITING = json.dumps({"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 60, "End": True}}})


@dataclass(frozen=True)
class Run:
    """An execution that has ended: `seconds` from its start to its end."""

    arn: str
    status: str
    input: str
    output: Json
    seconds: float
    history: list[Json]


class Stand:
    def __init__(self, engine: Engine) -> None:
        self.engine, self.stage = engine, Stage(engine)
        self.states, self.lambdas, self.logs = (engine.client(name) for name in ("stepfunctions", "lambda", "logs"))
        self.role = str(self.functions()[0]["Role"])
        self.instance = Instance(self.stage).id

    @contextmanager
    def alone(self) -> Iterator[None]:
        """No event starts anything by itself meanwhile."""
        with ExitStack() as stack:
            for source in SOURCES:
                stack.enter_context(self.stage.deaf(source))
            yield

    def trust_root(self) -> None:
        """Processes with the account's own credentials may assume the recovery role, too."""
        iam, name = self.engine.client("iam"), f"aiops-recovery-{REGION}"
        policy = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
        policy["Statement"].append({**policy["Statement"][0], "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}})
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(policy))

    def opt_out_own_parts(self) -> None:
        """Functions that look at all resources would look at the agent's sixty; the instance stays, and very little."""
        tagging, logs = self.engine.client("resourcegroupstaggingapi"), self.logs
        wanted = [{"Key": TAG, "Values": list(AUTONOMY)}]
        pages = tagging.get_paginator("get_resources").paginate(TagFilters=wanted)
        own = [one["ResourceARN"] for page in pages for one in page["ResourceTagMappingList"]]
        for arn in own:
            if ":logs:" in arn:
                logs.untag_resource(resourceArn=arn, tagKeys=[TAG])
            elif not arn.endswith(f"/{self.instance}"):
                tagging.untag_resources(ResourceARNList=[arn], TagKeys=[TAG])

    def stop_instance(self) -> Json:
        """Stop the instance, as if for the first time; the event that CloudTrail makes of it."""
        self._forget_recurrences()
        self.engine.client("ec2").stop_instances(InstanceIds=[self.instance])
        return self.stage.recorded(STOP, self.instance)

    def heal(self, event: Json, *, meanwhile: Callable[[str], None] = lambda arn: None) -> Run:
        """An execution of the agent's that heals; RuntimeError if it ends otherwise."""
        run = self.run(event, meanwhile=meanwhile)
        if run.output.get("outcome") != "VERIFIED":
            raise RuntimeError(f"{run.arn} did not heal: {run.status} {run.output}")
        return run

    def healing(self) -> Run:
        """One more healing, to learn from: what each function got and answered."""
        return self.heal(self.stop_instance())

    def run(self, event: Json, *, machine: str = MACHINE, meanwhile: Callable[[str], None] = lambda arn: None) -> Run:
        """Start an execution with the event, do something `meanwhile`, and wait for its end."""
        arn = self.states.start_execution(stateMachineArn=machine, input=json.dumps(event))["executionArn"]
        meanwhile(arn)
        self.stage.until(lambda: self._described(arn)["status"] != "RUNNING", f"{arn} ends")
        return self.ended(arn)

    def ended(self, arn: str) -> Run:
        said = self._described(arn)
        seconds = (said["stopDate"] - said["startDate"]).total_seconds()
        output = json.loads(said.get("output", "{}"))
        return Run(arn, said["status"], said["input"], output, seconds, self.history(arn))

    def aborted(self, event: Json) -> str:
        """The ARN of an execution, of a machine of its own, that was started with this event and aborted."""
        machine = self.states.create_state_machine(name="bench-waiting", definition=WAITING, roleArn=self.role)
        started = self.states.start_execution(stateMachineArn=machine["stateMachineArn"], input=json.dumps(event))
        self.states.stop_execution(executionArn=started["executionArn"])
        return str(started["executionArn"])

    def history(self, arn: str) -> list[Json]:
        return list(self.states.get_execution_history(executionArn=arn, maxResults=1000)["events"])

    def executions(self) -> list[str]:
        """The ARNs of all executions of the agent's."""
        pages = self.states.get_paginator("list_executions").paginate(stateMachineArn=MACHINE)
        return [one["executionArn"] for page in pages for one in page["executions"]]

    def healed(self) -> bool:
        """The instance runs, and so does no execution."""
        running = self.states.list_executions(stateMachineArn=MACHINE, statusFilter="RUNNING")["executions"]
        return state(self.stage.ec2, self.instance) == "running" and not running

    def polls(self, count: int) -> Callable[[str], None]:
        """For `run`: the hardware is at fault until Verify has looked `count - 1` times."""
        self.engine.impair(self.instance)

        def repair(arn: str) -> None:
            def looked() -> bool:
                return [event["type"] for event in self.history(arn)].count("TaskFailed") >= count - 1

            self.stage.until(looked, f"Verify has looked {count - 1} times")
            self.engine.impair(self.instance, False)

        return repair

    def functions(self) -> list[Json]:
        """The configurations of the agent's functions."""
        pages = self.lambdas.get_paginator("list_functions").paginate()
        return [one for page in pages for one in page["Functions"] if one["FunctionName"].startswith("aiops-")]

    def cool(self) -> None:
        """The next call of each function is a cold start: a changed function gets a new environment."""
        for one in self.functions():
            self.lambdas.update_function_configuration(FunctionName=one["FunctionName"], Timeout=one["Timeout"])

    def log_lines(self, since: float) -> list[str]:
        """The log lines of the agent's functions since a moment, in seconds."""
        search = self.logs.get_paginator("filter_log_events").paginate
        groups = [f"/aws/lambda/{one['FunctionName']}" for one in self.functions()]
        return [
            event["message"]
            for group in groups
            for page in search(logGroupName=group, startTime=int(since * 1000))
            for event in page["events"]
        ]

    def _forget_recurrences(self) -> None:
        """One instance is stopped again and again, which the agent would leave to a person."""
        dynamo = self.engine.client("dynamodb")
        for page in dynamo.get_paginator("scan").paginate(
            TableName="aiops-patterns", ProjectionExpression="pattern_id"
        ):
            for key in page["Items"]:
                dynamo.delete_item(TableName="aiops-patterns", Key=key)

    def _described(self, arn: str) -> Json:
        return dict(self.states.describe_execution(executionArn=arn))


@contextmanager
def stand(told: Callable[[str], None]) -> Iterator[Stand]:
    """The stack deployed on a new engine."""
    with Engine.start(wait_scale=WAIT_SCALE) as engine:
        told("deploying the stack")
        deploy(engine, context=CONTEXT)
        yield Stand(engine)
