"""The stage of a demo: real resources on the engine, and what the account's operator sees of the agent."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiops.engine import ACCOUNT, REGION, Engine

MACHINE = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:aiops"
TAG = "aiops:recover"
PATIENCE = 60.0
ALL_BLOCKED = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)


class SceneError(Exception):
    """Something that a scene expects did not happen; the message says what."""


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


class Stage:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.ec2, self.ssm, self.s3 = (engine.client(name) for name in ("ec2", "ssm", "s3"))
        self.states, self.dynamo, self.lambdas = (
            engine.client(name) for name in ("stepfunctions", "dynamodb", "lambda")
        )
        self.iam, self.events, self.sqs = (engine.client(name) for name in ("iam", "events", "sqs"))
        self._number = 0
        self._inbox = self._subscribe()

    def instance(self, autonomy: str | None = "auto") -> str:
        """A running instance, remembered by the agent if it is managed."""
        tags = [{"ResourceType": "instance", "Tags": [{"Key": TAG, "Value": autonomy}]}] if autonomy else []
        image = self.ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
        made = self.ec2.run_instances(
            ImageId=image, InstanceType="t3.micro", MinCount=1, MaxCount=1, TagSpecifications=tags
        )
        instance_id = str(made["Instances"][0]["InstanceId"])
        self.until(lambda: self.instance_state(instance_id) == "running", f"{instance_id} runs")
        self._remembered(f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/{instance_id}", autonomy)
        return instance_id

    def parameter(self, value: str, autonomy: str = "auto") -> str:
        """An encrypted parameter, remembered by the agent."""
        self._number += 1
        name = f"/demo/secret-{self._number}"
        self.ssm.put_parameter(Name=name, Value=value, Type="SecureString", Tags=[{"Key": TAG, "Value": autonomy}])
        self._remembered(f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter{name}", autonomy)
        return name

    def bucket(self, autonomy: str = "auto") -> str:
        """A private bucket with a policy of its own, remembered by the agent."""
        self._number += 1
        name = f"aiops-demo-{self._number}"
        self.s3.create_bucket(Bucket=name)
        self.s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=ALL_BLOCKED)
        self.s3.put_bucket_policy(Bucket=name, Policy=bucket_policy(name, f"arn:aws:iam::{ACCOUNT}:root"))
        self.s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": TAG, "Value": autonomy}]})
        self._remembered(f"arn:aws:s3:::{name}", autonomy)
        return name

    def instance_state(self, instance_id: str) -> str:
        found = self.ec2.describe_instances(InstanceIds=[instance_id])["Reservations"]
        return str(found[0]["Instances"][0]["State"]["Name"])

    def value(self, name: str) -> tuple[str, str]:
        """Value and type of a parameter."""
        found = self.ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]
        return found["Value"], found["Type"]

    def executions(self, naming: str, event: str, count: int = 1) -> list[Execution]:
        """The executions that this event on this resource started, oldest first, once they have ended."""
        found: list[Execution] = []

        def ended() -> bool:
            found[:] = [one for one in self._all(naming, event) if one.status != "RUNNING"]
            return len(found) >= count

        self.until(ended, f"{count} execution(s) for {event} on {naming} end")
        return found

    def running(self, naming: str, event: str, state: str) -> Execution:
        """The execution of this event on this resource, once it has entered a state."""
        found: list[Execution] = []

        def entered() -> bool:
            found[:] = [one for one in self._all(naming, event) if state in one.states]
            return bool(found)

        self.until(entered, f"the execution for {event} on {naming} enters {state}")
        return found[0]

    def execution(self, arn: str) -> Execution:
        """One execution as it stands."""
        said = self.states.describe_execution(executionArn=arn)
        history = self.states.get_execution_history(executionArn=arn, maxResults=1000)["events"]
        states = [one["stateEnteredEventDetails"]["name"] for one in history if "stateEnteredEventDetails" in one]
        output = json.loads(said["output"]) if said.get("output") else {}
        return Execution(arn, said["status"], output, states, said.get("error", ""))

    def incident(self, execution: Execution) -> dict[str, Any]:
        """The agent's record of the execution's incident, as DynamoDB has it."""
        items = self.dynamo.scan(TableName="aiops-incidents", ConsistentRead=True)["Items"]
        found = [one for one in items if one["execution"]["S"] == execution.arn]
        if not found:
            raise SceneError(f"no incident is recorded for {execution.arn}")
        return dict(found[0])

    def told(self, *words: str) -> str:
        """The subject of a message to the subscribers that has all these words in it, waiting for it if need be."""
        found: list[str] = []

        def arrived() -> bool:
            received = self.sqs.receive_message(QueueUrl=self._inbox, MaxNumberOfMessages=10, WaitTimeSeconds=0)
            for message in received.get("Messages", []):
                self.sqs.delete_message(QueueUrl=self._inbox, ReceiptHandle=message["ReceiptHandle"])
                self._mail.append(json.loads(message["Body"]))
            found[:] = [one["Subject"] for one in self._mail if all(word in str(one) for word in words)]
            return bool(found)

        self.until(arrived, f"a message with {' and '.join(words)} is sent")
        return found[0]

    def invoke(self, function: str, event: dict[str, Any] | None = None) -> Any:
        """Run one of the agent's functions, as its schedule would."""
        said = self.lambdas.invoke(FunctionName=f"aiops-{function}", Payload=json.dumps(event or {}))
        answer = json.loads(said["Payload"].read())
        if "FunctionError" in said:
            raise SceneError(f"{function} failed: {answer}")
        return answer

    def until(self, holds: Callable[[], bool], what: str) -> None:
        """Wait for a condition; SceneError after a minute."""
        deadline = time.monotonic() + PATIENCE
        while not holds():
            if time.monotonic() > deadline:
                raise SceneError(f"waited {PATIENCE:.0f} s in vain until {what}")
            time.sleep(0.1)

    def _all(self, naming: str, event: str) -> list[Execution]:
        arns = []
        for page in self.states.get_paginator("list_executions").paginate(stateMachineArn=MACHINE):
            for one in page["executions"]:
                given = self.states.describe_execution(executionArn=one["executionArn"])["input"]
                if f'"{naming}"' in given and f'"{event}"' in given:
                    arns.append((one["startDate"], one["executionArn"]))
        return [self.execution(arn) for _, arn in sorted(arns)]

    def _remembered(self, arn: str, autonomy: str | None) -> None:
        if autonomy:
            key = {"resource_arn": {"S": arn}}
            self.until(
                lambda: "Item" in self.dynamo.get_item(TableName="aiops-snapshots", Key=key, ConsistentRead=True),
                f"the good state of {arn} is remembered",
            )

    def _subscribe(self) -> str:
        """A queue beside the e-mail: what a subscriber receives."""
        self._mail: list[dict[str, Any]] = []
        url = str(self.sqs.create_queue(QueueName="demo-inbox")["QueueUrl"])
        self.engine.client("sns").subscribe(
            TopicArn=f"arn:aws:sns:{REGION}:{ACCOUNT}:aiops-incidents",
            Protocol="sqs",
            Endpoint=f"arn:aws:sqs:{REGION}:{ACCOUNT}:demo-inbox",
        )
        return url


def bucket_policy(bucket: str, principal: str) -> str:
    """A policy that lets one principal read the bucket."""
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "Read",
                    "Effect": "Allow",
                    "Principal": {"AWS": principal},
                    "Action": "s3:GetObject",
                    "Resource": f"arn:aws:s3:::{bucket}/*",
                }
            ],
        }
    )
