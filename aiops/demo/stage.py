"""The stage of a demo: real resources on the engine, and what the account's operator sees of the agent."""

import io
import json
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiops.engine import ACCOUNT, REGION, Engine
from tasks.domain.selectors import log_writes

MACHINE = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:aiops"
TAG = "aiops:recover"
# The agent's own changes come back as events too.
OWN = f"assumed-role/aiops-recovery-{REGION}/"
PATIENCE = 60.0
ALL_BLOCKED = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)

TIDY = {
    "ID": "tidy",
    "Status": "Enabled",
    "Filter": {"Prefix": "tmp/"},
    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 30},
}
LOGS = {"TargetBucket": "aiops-demo-logs", "TargetPrefix": "access/"}


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


class Stage:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.ec2, self.ssm, self.s3 = (engine.client(name) for name in ("ec2", "ssm", "s3"))
        self.states, self.dynamo, self.lambdas = (
            engine.client(name) for name in ("stepfunctions", "dynamodb", "lambda")
        )
        self.cloudtrail, self.rds = engine.client("cloudtrail"), engine.client("rds")
        self.iam, self.events, self.sqs = (engine.client(name) for name in ("iam", "events", "sqs"))
        self.unseen: Callable[[], AbstractContextManager[None]] = nullcontext
        self.plot: Path | None = None
        self._before: set[str] = set()
        self._number = 0
        self._inbox = self._subscribe()

    def instance(self, autonomy: str | None = "auto") -> str:
        """A running instance, remembered by the agent if it is managed."""
        with self.unseen():
            return self._instance(autonomy)

    def parameter(self, value: str, autonomy: str = "auto") -> str:
        """An encrypted parameter, remembered by the agent."""
        with self.unseen():
            return self._parameter(value, autonomy)

    def bucket(self, autonomy: str = "auto", *, blocked: bool = True) -> str:
        """A private bucket with a policy of its own, its public access block on or off, remembered."""
        with self.unseen():
            return self._bucket(autonomy, blocked=blocked)

    def security_group(self, autonomy: str = "auto") -> str:
        """A security group that lets one private network in, remembered."""
        with self.unseen():
            return self._security_group(autonomy)

    def table(self, autonomy: str = "auto") -> str:
        """A table with an item, protected, with every setting that its backup would not bring back, remembered."""
        with self.unseen():
            return self._table(autonomy)

    def database(self) -> str:
        """A protected database in security and parameter groups of its own, remembered by the agent."""
        with self.unseen():
            return self._database()

    def _database(self) -> str:
        self._number += 1
        name = f"demo-database-{self._number}"
        group = {"DBParameterGroupName": name, "DBParameterGroupFamily": "postgres16", "Description": name}
        self.rds.create_db_parameter_group(**group)
        self.rds.create_db_instance(
            DBInstanceIdentifier=name,
            DBInstanceClass="db.t3.micro",
            Engine="postgres",
            MasterUsername="owner",
            MasterUserPassword="demonstration",
            AllocatedStorage=20,
            DBParameterGroupName=name,
            VpcSecurityGroupIds=["sg-0123456789abcdef0"],
            BackupRetentionPeriod=7,
            DeletionProtection=True,
            PubliclyAccessible=False,
            Tags=[{"Key": TAG, "Value": "auto"}],
        )
        self._remembered(f"arn:aws:rds:{REGION}:{ACCOUNT}:db:{name}", "auto")
        return name

    def looks(self, database: str) -> dict[str, Any]:
        """What of a database matters to those who use it."""
        one = self.rds.describe_db_instances(DBInstanceIdentifier=database)["DBInstances"][0]
        parts = ("DBInstanceStatus", "DBInstanceClass", "BackupRetentionPeriod", "DeletionProtection",
                 "PubliclyAccessible", "MultiAZ", "VpcSecurityGroups", "TagList")  # fmt: skip
        group = one["DBParameterGroups"][0]["DBParameterGroupName"]
        return {**{part: one[part] for part in parts}, "parameters": group}

    def function(self, answer: str = "the good secret") -> str:
        """A function that answers with a secret of its environment, with all that it can lose, remembered."""
        with self.unseen():
            return self._function(answer)

    def _function(self, answer: str) -> str:
        self._number += 1
        name = f"demo-function-{self._number}"
        trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        role = self.iam.create_role(RoleName=name, Path="/demo/", AssumeRolePolicyDocument=document)["Role"]["Arn"]
        self.lambdas.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role=role,
            Handler="index.handler",
            Code={"ZipFile": function_package("os.environ['SECRET']")},
            Environment={"Variables": {"SECRET": answer}},
        )
        self._ready(name)
        self.lambdas.publish_version(FunctionName=name)
        self.lambdas.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
        self.lambdas.add_permission(
            FunctionName=name,
            StatementId="bucket",
            Action="lambda:InvokeFunction",
            Principal="s3.amazonaws.com",
            SourceAccount=ACCOUNT,
        )
        self.lambdas.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=5)
        arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"
        self.lambdas.tag_resource(Resource=arn, Tags={TAG: "auto"})
        self._remembered(arn, "auto")
        return name

    def _ready(self, name: str) -> None:
        def ready() -> bool:
            said = self.lambdas.get_function_configuration(FunctionName=name)
            return (said["State"], said["LastUpdateStatus"]) == ("Active", "Successful")

        self.until(ready, f"{name} is ready")

    def answer_of(self, function: str) -> str:
        """What a function answers when it is called."""
        self._ready(function.partition(":")[0])
        return str(json.loads(self.lambdas.invoke(FunctionName=function)["Payload"].read()))

    def settings_of_function(self, name: str) -> dict[str, Any]:
        """What a deletion, or a call that weakens it, takes from a function."""
        one = self.lambdas.get_function(FunctionName=name)
        parts = ("Runtime", "Role", "Handler", "CodeSha256", "Timeout", "MemorySize", "Environment")
        return {
            **{part: one["Configuration"][part] for part in parts},
            "tags": one["Tags"],
            "concurrency": one["Concurrency"],
            "policy": json.loads(self.lambdas.get_policy(FunctionName=name)["Policy"])["Statement"],
            "aliases": [alias["Name"] for alias in self.lambdas.list_aliases(FunctionName=name)["Aliases"]],
        }

    def trail(self, name: str | None = None) -> str:
        """A trail that logs, remembered by the agent: the named one, or a new one with a bucket of its own."""
        with self.unseen():
            return self._trail(name)

    def _trail(self, name: str | None) -> str:
        if name is None:
            self._number += 1
            name = f"demo-trail-{self._number}"
            self.s3.create_bucket(Bucket=f"aiops-{name}")
            tags = [{"Key": TAG, "Value": "auto"}]
            self.cloudtrail.create_trail(Name=name, S3BucketName=f"aiops-{name}", TagsList=tags)
            self.cloudtrail.start_logging(Name=name)
        else:
            self.invoke("TakeSnapshots")
        self._remembered(f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/{name}", "auto")
        return name

    def _instance(self, autonomy: str | None) -> str:
        tags = [{"ResourceType": "instance", "Tags": [{"Key": TAG, "Value": autonomy}]}] if autonomy else []
        image = self.ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
        made = self.ec2.run_instances(
            ImageId=image, InstanceType="t3.micro", MinCount=1, MaxCount=1, TagSpecifications=tags
        )
        instance_id = str(made["Instances"][0]["InstanceId"])
        self.until(lambda: self.instance_state(instance_id) == "running", f"{instance_id} runs")
        self._remembered(f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/{instance_id}", autonomy)
        return instance_id

    def _parameter(self, value: str, autonomy: str) -> str:
        self._number += 1
        name = f"/demo/secret-{self._number}"
        self.ssm.put_parameter(Name=name, Value=value, Type="SecureString", Tags=[{"Key": TAG, "Value": autonomy}])
        self._remembered(f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter{name}", autonomy)
        return name

    def _bucket(self, autonomy: str, *, blocked: bool) -> str:
        self._number += 1
        name = f"aiops-demo-{self._number}"
        self.s3.create_bucket(Bucket=name, ObjectOwnership="BucketOwnerPreferred")
        block = ALL_BLOCKED if blocked else dict.fromkeys(ALL_BLOCKED, False)
        self.s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=block)
        self.s3.put_bucket_policy(Bucket=name, Policy=bucket_policy(name, f"arn:aws:iam::{ACCOUNT}:root"))
        self.s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        self.s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": [TIDY]})
        self.s3.put_bucket_logging(Bucket=name, BucketLoggingStatus={"LoggingEnabled": LOGS})
        self.s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": TAG, "Value": autonomy}]})
        self._remembered(f"arn:aws:s3:::{name}", autonomy)
        return name

    def _security_group(self, autonomy: str) -> str:
        self._number += 1
        tags = [{"ResourceType": "security-group", "Tags": [{"Key": TAG, "Value": autonomy}]}]
        name = f"demo-{self._number}"
        made = self.ec2.create_security_group(GroupName=name, Description="demo", TagSpecifications=tags)
        group = str(made["GroupId"])
        self.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[ssh_from("10.0.0.0/8")])
        self.invoke("TakeSnapshots")
        self._remembered(f"arn:aws:ec2:{REGION}:{ACCOUNT}:security-group/{group}", autonomy)
        return group

    def ingress(self, group: str) -> list[str]:
        """The address ranges that a security group lets in."""
        (found,) = self.ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
        return [one["CidrIp"] for rule in found["IpPermissions"] for one in rule["IpRanges"]]

    def _table(self, autonomy: str) -> str:
        self._number += 1
        name = f"aiops-demo-table-{self._number}"
        self.dynamo.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            ProvisionedThroughput={"ReadCapacityUnits": 10, "WriteCapacityUnits": 10},
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
            DeletionProtectionEnabled=True,
        )
        self.dynamo.put_item(TableName=name, Item={"id": {"S": "precious"}})
        expiry, recovery = {"Enabled": True, "AttributeName": "expires"}, {"PointInTimeRecoveryEnabled": True}
        self.dynamo.update_time_to_live(TableName=name, TimeToLiveSpecification=expiry)
        self.dynamo.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=recovery)
        arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}"
        self.dynamo.tag_resource(ResourceArn=arn, Tags=[{"Key": TAG, "Value": autonomy}])
        self._remembered(arn, autonomy)
        return name

    def settings_of_table(self, name: str) -> dict[str, Any]:
        """What a deletion, or a call that weakens it, takes from a table; and its items' keys."""
        table = self.dynamo.describe_table(TableName=name)["Table"]
        backups = self.dynamo.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
        return {
            "status": table["TableStatus"],
            "units": [table["ProvisionedThroughput"][f"{kind}CapacityUnits"] for kind in ("Read", "Write")],
            "protected": table["DeletionProtectionEnabled"],
            "stream": table.get("StreamSpecification"),
            "recovery": backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"],
            "expiry": self.dynamo.describe_time_to_live(TableName=name)["TimeToLiveDescription"],
            "tags": self.dynamo.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"],
            "items": [item["id"]["S"] for item in self.dynamo.scan(TableName=name)["Items"]],
        }

    def own_rule(self, name: str) -> str:
        """A rule of the agent, remembered by it."""
        with self.unseen():
            self.invoke("TakeSnapshots")
            self._remembered(f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{name}", "auto")
        return name

    def settings_of_rule(self, name: str) -> dict[str, Any]:
        """What a rule listens to, and where its events go."""
        rule = self.events.describe_rule(Name=name)
        parts = {part: rule.get(part) for part in ("State", "EventPattern", "ScheduleExpression")}
        return {**parts, "targets": self.events.list_targets_by_rule(Rule=name)["Targets"]}

    def instance_state(self, instance_id: str) -> str:
        found = self.ec2.describe_instances(InstanceIds=[instance_id])["Reservations"]
        return str(found[0]["Instances"][0]["State"]["Name"])

    def logging(self, trail: str) -> bool:
        """Whether a trail is logging, and not reads only."""
        try:
            if not self.cloudtrail.get_trail_status(Name=trail)["IsLogging"]:
                return False
        except self.cloudtrail.exceptions.TrailNotFoundException:
            return False
        return log_writes(self.cloudtrail.get_event_selectors(TrailName=trail))

    def checks(self, instance_id: str) -> list[str]:
        """The system check and the instance check."""
        (found,) = self.ec2.describe_instance_status(InstanceIds=[instance_id])["InstanceStatuses"]
        return [found[name]["Status"] for name in ("SystemStatus", "InstanceStatus")]

    def ring(self, name: str, instance_id: str) -> None:
        """An alarm on an instance begins to ring."""
        watch, dimensions = self.engine.client("cloudwatch"), [{"Name": "InstanceId", "Value": instance_id}]
        watch.put_metric_alarm(
            AlarmName=name,
            Namespace="Demo",
            MetricName="Errors",
            Dimensions=dimensions,
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=0,
            ComparisonOperator="GreaterThanThreshold",
        )
        watch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="the demo says so")

    def address(self, instance_id: str) -> str:
        """An Elastic IP for an instance, remembered with it."""
        with self.unseen():
            address = str(self.ec2.allocate_address(Domain="vpc")["AllocationId"])
            self.ec2.associate_address(AllocationId=address, InstanceId=instance_id)
            self.invoke("TakeSnapshots")
        return address

    def holder(self, address: str) -> str:
        """The instance that has an Elastic IP."""
        (found,) = self.ec2.describe_addresses(AllocationIds=[address])["Addresses"]
        return str(found.get("InstanceId"))

    def replacement(self, instance_id: str) -> str:
        """The one instance that replaces another."""
        tagged = [{"Name": "tag:aiops:replaces", "Values": [instance_id]}]
        (found,) = self.ec2.describe_instances(Filters=tagged)["Reservations"]
        return str(found["Instances"][0]["InstanceId"])

    def settings_of_bucket(self, name: str) -> dict[str, Any]:
        """What a deletion, or a call that weakens it, takes from a bucket."""
        s3, bucket = self.s3, {"Bucket": name}
        return {
            "block": s3.get_public_access_block(**bucket)["PublicAccessBlockConfiguration"],
            "policy": json.loads(s3.get_bucket_policy(**bucket)["Policy"]),
            "public": [one for one in s3.get_bucket_acl(**bucket)["Grants"] if "URI" in one["Grantee"]],
            "versioning": s3.get_bucket_versioning(**bucket).get("Status"),
            "encryption": s3.get_bucket_encryption(**bucket)["ServerSideEncryptionConfiguration"],
            "lifecycle": s3.get_bucket_lifecycle_configuration(**bucket)["Rules"],
            "logging": s3.get_bucket_logging(**bucket).get("LoggingEnabled"),
            "tags": s3.get_bucket_tagging(**bucket)["TagSet"],
        }

    def value(self, name: str) -> tuple[str, str]:
        """Value and type of a parameter."""
        found = self.ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]
        return found["Value"], found["Type"]

    def executions(self, naming: str, event: str, count: int = 1) -> list[Execution]:
        """The executions that this event on this resource started, oldest first, once they have ended."""
        found: list[Execution] = []

        def ended() -> bool:
            found[:] = self._all(naming, event)[:count]
            return len(found) == count and all(one.status != "RUNNING" for one in found)

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
            raise ScenarioError(f"no incident is recorded for {execution.arn}")
        return dict(found[0])

    def told(self, *words: str) -> str:
        """The subject of a message to the subscribers that has all these words in it, waiting for it if need be."""
        found: list[str] = []

        def arrived() -> bool:
            received = self.sqs.receive_message(QueueUrl=self._inbox, MaxNumberOfMessages=10, WaitTimeSeconds=0)
            for message in received.get("Messages", []):
                self.sqs.delete_message(QueueUrl=self._inbox, ReceiptHandle=message["ReceiptHandle"])
                self._mail.append(json.loads(message["Body"]))
            found[:] = [one.get("Subject", "") for one in self._mail if all(word in str(one) for word in words)]
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
            records = self.engine.client("cloudtrail").lookup_events(LookupAttributes=wanted)["Events"]
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

    def delete_parameter(self, name: str) -> None:
        """Delete a parameter, which CloudTrail tells half a minute later: its name is not free before."""
        with self.deaf("aws.ssm"):
            self.ssm.delete_parameter(Name=name)
            event = self.recorded("DeleteParameter", name)
        deleted = datetime.now(UTC) - timedelta(seconds=31)
        event["detail"]["eventTime"] = event["time"] = f"{deleted:%Y-%m-%dT%H:%M:%SZ}"
        self.engine.deliver(event)

    def cooled_down(self, arn: str) -> None:
        """The minutes of cooldown after a healing are over."""
        self.dynamo.delete_item(TableName="aiops-claims", Key={"pk": {"S": f"LOCK#{arn}"}})

    def at_once(self, calls: list[Callable[[], Any]]) -> None:
        """Make all these calls at the same time."""
        with ThreadPoolExecutor(len(calls)) as pool:
            for done in [pool.submit(call) for call in calls]:
                done.result()

    @contextmanager
    def deaf(self, source: str) -> Iterator[None]:
        """Events of a source are lost meanwhile, as best-effort delivery may lose them."""
        self.engine.lose(source)
        try:
            yield
        finally:
            self.engine.lose(source, lost=False)

    @contextmanager
    def model(self, script: Callable[[dict[str, Any]], dict[str, Any]] | None) -> Iterator[None]:
        """The model is on, answering as scripted; without a script, Analyze may not call it at all."""
        said = self.lambdas.get_function_configuration(FunctionName="aiops-Analyze")
        grant = {"RoleName": said["Role"].rsplit("/", 1)[-1], "PolicyName": "demo-model"}
        if script:
            allow = {"Effect": "Allow", "Action": "bedrock:InvokeModel", "Resource": "*"}
            self.iam.put_role_policy(
                **grant, PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allow]})
            )
            self.engine.model = script
        try:
            with self.configured("Analyze", MODEL_ID="amazon.nova-lite-v1:0"):
                yield
        finally:
            self.engine.model = None
            if script:
                self.iam.delete_role_policy(**grant)

    @contextmanager
    def configured(self, function: str, **variables: str) -> Iterator[None]:
        """One of the agent's functions has other environment variables meanwhile."""
        name = f"aiops-{function}"
        before = self.lambdas.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        self._configure(name, {**before, **variables})
        try:
            yield
        finally:
            self._configure(name, before)

    def _configure(self, name: str, variables: dict[str, str]) -> None:
        with self.deaf("aws.lambda"):  # the agent would put its own function back
            self.lambdas.update_function_configuration(FunctionName=name, Environment={"Variables": variables})

    def session_of(self, role: str, action: str, service: str) -> Any:
        """A client with a session of a new role that may do one thing."""
        trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:AssumeRole"}
        allow = {"Effect": "Allow", "Action": action, "Resource": "*"}
        documents = [json.dumps({"Version": "2012-10-17", "Statement": [one]}) for one in (trust, allow)]
        self.iam.create_role(RoleName=role, AssumeRolePolicyDocument=documents[0])
        self.iam.put_role_policy(RoleName=role, PolicyName="demo", PolicyDocument=documents[1])
        return self.engine.client(service, role=role)

    def forget(self, arn: str) -> None:
        """The agent knows no good state of the resource any more."""
        self.dynamo.delete_item(TableName="aiops-snapshots", Key={"resource_arn": {"S": arn}})

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

    def until(self, holds: Callable[[], bool], what: str) -> None:
        """Wait for a condition; ScenarioError after a minute."""
        deadline = time.monotonic() + PATIENCE
        while not holds():
            if time.monotonic() > deadline:
                raise ScenarioError(f"waited {PATIENCE:.0f} s in vain until {what}")
            time.sleep(0.1)

    def _all(self, naming: str, event: str) -> list[Execution]:
        arns = []
        for page in self.states.get_paginator("list_executions").paginate(stateMachineArn=MACHINE):
            for one in page["executions"]:
                if one["executionArn"] in self._before:
                    continue
                given = self.states.describe_execution(executionArn=one["executionArn"])["input"]
                if f'"{naming}"' in given and f'"{event}"' in given and OWN not in given:
                    arns.append((one["startDate"], one["executionArn"]))
        return [self.execution(arn) for _, arn in sorted(arns)]

    def _remembered(self, arn: str, autonomy: str | None) -> None:
        if autonomy:
            key = {"resource_arn": {"S": arn}}
            self.until(
                lambda: "Item" in self.dynamo.get_item(TableName="aiops-snapshots", Key=key, ConsistentRead=True),
                f"the good state of {arn} is remembered",
            )
        self.until(lambda: not self._running(), "the workflow has looked at what was set up")

        everything = self.states.get_paginator("list_executions").paginate(stateMachineArn=MACHINE)
        self._before = {one["executionArn"] for page in everything for one in page["executions"]}

    def _running(self) -> list[dict[str, Any]]:
        found = self.states.list_executions(stateMachineArn=MACHINE, statusFilter="RUNNING")["executions"]
        return list(found)

    def _subscribe(self) -> str:
        """A queue beside the e-mail: what a subscriber receives."""
        self._mail: list[dict[str, Any]] = []
        topic, queue = f"arn:aws:sns:{REGION}:{ACCOUNT}:aiops-incidents", f"arn:aws:sqs:{REGION}:{ACCOUNT}:demo-inbox"
        allow = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": queue,
            "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
        url = str(self.sqs.create_queue(QueueName="demo-inbox", Attributes={"Policy": policy})["QueueUrl"])
        self.engine.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
        return url


def function_package(answer: str) -> bytes:
    """A function that answers with a Python expression."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        file.writestr("index.py", f"import os\n\n\ndef handler(event, context):\n    return {answer}\n")
    return made.getvalue()


def ssh_from(network: str) -> dict[str, Any]:
    """A rule that lets a network in to port 22."""
    return {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": network}]}


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
