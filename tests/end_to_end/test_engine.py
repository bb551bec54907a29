"""The engine behaves as AWS does where the agent depends on it."""

import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import boto3
import pytest
from botocore.exceptions import ClientError

from aiops.demo.stage import function_package
from aiops.engine import ACCOUNT, REGION, Engine, EngineError, deliver_to

T = TypeVar("T")
EVENTS = Path(__file__).parents[1] / "events"
ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
TRUST = {"Effect": "Allow", "Principal": ROOT, "Action": ["sts:AssumeRole", "sts:SetSourceIdentity"]}
ALLOW_ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}

FUNCTION = """
class NotYet(Exception):
    pass

def handler(event, context):
    if event.get("fail"):
        raise NotYet("two lines:\\nNotThis: second")
    return {"got": event}
"""


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine.start() as started:
        role = started.client("iam").create_role(RoleName="role", AssumeRolePolicyDocument=policy(TRUST))["Role"]
        started.client("iam").put_role_policy(RoleName="role", PolicyName="all", PolicyDocument=policy(ALLOW_ALL))
        started.client("lambda").create_function(
            FunctionName="function",
            Runtime="python3.11",
            Handler="index.handler",
            Role=role["Arn"],
            Code={"ZipFile": zipped(FUNCTION)},
        )
        started.client("lambda").get_waiter("function_active_v2").wait(FunctionName="function")
        started.client("s3").create_bucket(Bucket="trail-bucket")
        started.client("cloudtrail").create_trail(Name="trail", S3BucketName="trail-bucket")
        started.client("cloudtrail").start_logging(Name="trail")
        yield started


class Listener:
    """A queue to which the events of one pattern go."""

    def __init__(self, engine: Engine, name: str, pattern: dict[str, Any]) -> None:
        self.sqs = engine.client("sqs")
        self.url = self.sqs.create_queue(QueueName=name)["QueueUrl"]
        engine.client("events").put_rule(Name=name, EventPattern=json.dumps(pattern))
        arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
        engine.client("events").put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn}])
        self.received: list[dict[str, Any]] = []

    def until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first event, since this was made, that is wanted."""
        return until(lambda: next((event for event in self.all() if wanted(event)), None))

    def all(self) -> list[dict[str, Any]]:
        while messages := self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                self.received.append(json.loads(message["Body"]))
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return self.received


@pytest.fixture(scope="module")
def calls(engine: Engine) -> Listener:
    return Listener(engine, "calls", {"detail-type": ["AWS API Call via CloudTrail"]})


@pytest.fixture(scope="module")
def user(engine: Engine) -> Callable[[str], Any]:
    """Clients of an IAM user who may do everything."""
    iam = engine.client("iam")
    iam.create_user(UserName="ExampleUser")
    iam.put_user_policy(UserName="ExampleUser", PolicyName="all", PolicyDocument=policy(ALLOW_ALL))
    key = iam.create_access_key(UserName="ExampleUser")["AccessKey"]
    return lambda service: client(engine, service, key["AccessKeyId"], key["SecretAccessKey"])


def client(engine: Engine, service: str, key: str, secret: str, token: str | None = None) -> Any:
    return boto3.session.Session(key, secret, token, REGION).client(service, endpoint_url=engine.endpoint)


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def zipped(source: str) -> bytes:
    with zipfile.ZipFile(data := io.BytesIO(), "w") as archive:
        archive.writestr("index.py", source)
    return data.getvalue()


def until(answer: Callable[[], T | None], seconds: float = 10) -> T:
    deadline = time.monotonic() + seconds
    while (value := answer()) is None:
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)
    return value


def sample(name: str) -> Any:
    return json.loads((EVENTS / f"{name}.json").read_text())


def shape(value: Any) -> Any:
    """The keys, with the kind of value that each has."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shape(item) for item in value]
    return None if value is None else type(value).__name__


class Machine:
    """A state machine, in JSONata unless its definition says otherwise."""

    def __init__(self, engine: Engine, name: str, **definition: Any) -> None:
        self.client = engine.client("stepfunctions")
        start = {"QueryLanguage": "JSONata", "StartAt": next(iter(definition["States"]))}
        self.arn = self.client.create_state_machine(
            name=name, definition=json.dumps({**start, **definition}), roleArn=f"arn:aws:iam::{ACCOUNT}:role/role"
        )["stateMachineArn"]

    def start(self, **data: Any) -> str:
        return str(self.client.start_execution(stateMachineArn=self.arn, input=json.dumps(data))["executionArn"])

    def end(self, execution: str) -> dict[str, Any]:
        return until(lambda: self._ended(execution))

    def _ended(self, execution: str) -> dict[str, Any] | None:
        description: dict[str, Any] = self.client.describe_execution(executionArn=execution)
        return None if description["status"] == "RUNNING" else description

    def history(self, execution: str) -> list[dict[str, Any]]:
        events: list[dict[str, Any]] = self.client.get_execution_history(executionArn=execution)["events"]
        return events


def task(payload: dict[str, Any], *, kind: str = "invoke", **more: Any) -> dict[str, Any]:
    arguments = {"FunctionName": "function", "Payload": payload}
    return {"Type": "Task", "Resource": f"arn:aws:states:::lambda:{kind}", "Arguments": arguments, **more}


# Lambda


def test_a_retry_names_the_exceptions_class(engine: Engine) -> None:
    """A failed task's error is the exception's class, with its whole message, and Retry finds it by that name."""
    first_fails = {"fail": "{% $states.context.State.RetryCount = 0 %}"}
    retry = [{"ErrorEquals": ["NotYet"], "IntervalSeconds": 1, "MaxAttempts": 1}]
    machine = Machine(engine, "retries", States={"Task": task(first_fails, Retry=retry, End=True)})
    ended = machine.end(execution := machine.start())
    assert ended["status"] == "SUCCEEDED"
    [failed] = [event for event in machine.history(execution) if event["type"] == "TaskFailed"]
    assert failed["taskFailedEventDetails"]["error"] == "NotYet"
    cause = json.loads(failed["taskFailedEventDetails"]["cause"])
    assert (cause["errorType"], cause["errorMessage"]) == ("NotYet", "two lines:\nNotThis: second")


def test_a_direct_invocation_names_the_class_too(engine: Engine) -> None:
    answer = engine.client("lambda").invoke(FunctionName="function", Payload=b'{"fail": true}')
    assert json.loads(answer["Payload"].read())["errorType"] == "NotYet"


def test_a_function_that_raised_goes_on_with_what_it_knew_and_one_that_exits_begins_anew(engine: Engine) -> None:
    """As on AWS: an exception of the handler does not end its environment."""
    source = """
import os
calls = []
def handler(event, context):
    calls.append(event["do"])
    if event["do"] == "raise":
        raise ValueError("no")
    if event["do"] == "exit":
        os._exit(1)
    return calls
"""
    lambdas = engine.client("lambda")
    role = engine.client("iam").get_role(RoleName="role")["Role"]["Arn"]
    package = {"ZipFile": zipped(source)}
    lambdas.create_function(
        FunctionName="counting", Runtime="python3.11", Handler="index.handler", Role=role, Code=package
    )
    lambdas.get_waiter("function_active_v2").wait(FunctionName="counting")

    def call(what: str) -> Any:
        said = lambdas.invoke(FunctionName="counting", Payload=json.dumps({"do": what}))
        return json.loads(said["Payload"].read())

    assert call("answer") == ["answer"]
    assert call("raise")["errorType"] == "ValueError"
    assert call("answer") == ["answer", "raise", "answer"]
    call("exit")
    assert call("answer") == ["answer"]


def test_a_throttled_invocation_has_its_own_name(engine: Engine) -> None:
    """An invocation beyond the function's concurrency fails the task with Lambda.TooManyRequestsException."""
    machine = Machine(engine, "throttled", States={"Task": task({}, End=True)})
    engine.client("lambda").put_function_concurrency(FunctionName="function", ReservedConcurrentExecutions=0)
    try:
        assert machine.end(machine.start())["error"] == "Lambda.TooManyRequestsException"
    finally:
        engine.client("lambda").delete_function_concurrency(FunctionName="function")


def test_a_function_that_cannot_be_imported_says_so(engine: Engine) -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/role"
    code = {"ZipFile": zipped("import no_such_module")}
    engine.client("lambda").create_function(
        FunctionName="unimportable", Runtime="python3.11", Handler="index.handler", Role=role, Code=code
    )
    engine.client("lambda").get_waiter("function_active_v2").wait(FunctionName="unimportable")
    answer = engine.client("lambda").invoke(FunctionName="unimportable", Payload=b"{}")
    assert json.loads(answer["Payload"].read())["errorType"] == "Runtime.ImportModuleError"


# Delivering events


def test_a_delivered_event_arrives_as_it_is(engine: Engine) -> None:
    """An event keeps its own id, time, account, region and resources on its way to a rule's target."""
    listener = Listener(engine, "rds", {"source": ["aws.rds"]})
    event = sample("rds_db_instance_event")
    engine.deliver(event)
    assert listener.until(lambda _: True) == event
    deliver_to(engine.endpoint, {**event, "id": "again"})
    assert listener.until(lambda event: event["id"] == "again")


def test_what_is_no_event_is_refused(engine: Engine) -> None:
    with pytest.raises(EngineError, match="source"):
        engine.deliver({"detail": {}})
    with pytest.raises(EngineError, match="source"):
        deliver_to(engine.endpoint, {"detail": {}})


def test_delivering_to_nobody_is_one_clear_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with pytest.raises(EngineError, match=f"no engine answers at http://127.0.0.1:{port}"):
        deliver_to(f"http://127.0.0.1:{port}", {"source": "aws.ec2", "detail-type": "any"})


@pytest.mark.parametrize(
    ("target", "padding", "code"),
    [("taking", 300_000, "SDK_CLIENT_ERROR"), ("missing", 0, "NO_RESOURCE")],
    ids=["larger than an execution's input", "target is gone"],
)
def test_what_a_target_refuses_goes_to_its_dead_letter_queue(
    engine: Engine, target: str, padding: int, code: str
) -> None:
    """The dead-letter queue of the rule's target gets the event and AWS's message attributes."""
    sqs, rules = engine.client("sqs"), engine.client("events")
    queue = sqs.create_queue(QueueName=f"dead-{target}")["QueueUrl"]
    machine = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{target}"
    if target == "taking":
        Machine(engine, target, States={"Pass": {"Type": "Pass", "End": True}})
    rule = rules.put_rule(Name=target, EventPattern=json.dumps({"source": [f"aws.{target}"]}))["RuleArn"]
    dead = {"Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:dead-{target}"}
    rules.put_targets(Rule=target, Targets=[{"Id": "machine", "Arn": machine, "DeadLetterConfig": dead}])
    event = {"source": f"aws.{target}", "detail-type": "Any", "id": "refused", "detail": {"text": "x" * padding}}
    engine.deliver(event)
    [message] = sqs.receive_message(QueueUrl=queue, MessageAttributeNames=["All"])["Messages"]
    assert json.loads(message["Body"])["id"] == "refused"
    attributes = {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}
    assert attributes.pop("ERROR_MESSAGE")
    assert attributes == {"RULE_ARN": rule, "TARGET_ARN": machine, "ERROR_CODE": code, "RETRY_ATTEMPTS": "0"}


# CloudTrail


def a_bucket(user: Callable[[str], Any], name: str) -> Any:
    s3 = user("s3")
    s3.create_bucket(Bucket=name, ObjectOwnership="BucketOwnerPreferred")
    s3.delete_public_access_block(Bucket=name)
    return s3


OPEN = {"BlockPublicAcls": False, "IgnorePublicAcls": False, "BlockPublicPolicy": False, "RestrictPublicBuckets": False}
PUBLIC = {"Sid": "s", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acts/*"}
TAGS = [{"Key": "aiops:recover", "Value": "auto"}, {"Key": "team", "Value": "example"}]
OWNER = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"
GRANTS = {
    "Owner": {"ID": OWNER},
    "Grants": [
        {"Grantee": {"Type": "CanonicalUser", "ID": OWNER}, "Permission": "FULL_CONTROL"},
        {
            "Grantee": {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers"},
            "Permission": "READ",
        },
    ],
}

ENCRYPTION = {
    "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/example"},
    "BucketKeyEnabled": True,
}
EXPIRY = {"ID": "ExampleRule", "Status": "Enabled", "Filter": {"Prefix": "*"}, "Expiration": {"Days": 1}}

ACTS: dict[str, Callable[..., Any]] = {
    "CreateBucket": lambda s3, ec2, ssm, i: s3.create_bucket(Bucket="created"),
    "PutBucketTagging": lambda s3, ec2, ssm, i: s3.put_bucket_tagging(Bucket="acts", Tagging={"TagSet": TAGS}),
    "PutBucketPolicy": lambda s3, ec2, ssm, i: s3.put_bucket_policy(Bucket="acts", Policy=policy(PUBLIC)),
    "DeleteBucketPolicy": lambda s3, ec2, ssm, i: s3.delete_bucket_policy(Bucket="acts"),
    "PutBucketAcl": lambda s3, ec2, ssm, i: s3.put_bucket_acl(Bucket="acts", ACL="public-read"),
    "PutBucketAcl_grants": lambda s3, ec2, ssm, i: s3.put_bucket_acl(Bucket="acts", AccessControlPolicy=GRANTS),
    "PutBucketPublicAccessBlock": lambda s3, ec2, ssm, i: s3.put_public_access_block(
        Bucket="acts", PublicAccessBlockConfiguration=OPEN
    ),
    "PutBucketVersioning": lambda s3, ec2, ssm, i: s3.put_bucket_versioning(
        Bucket="acts", VersioningConfiguration={"Status": "Suspended"}
    ),
    "PutBucketEncryption": lambda s3, ec2, ssm, i: s3.put_bucket_encryption(
        Bucket="acts", ServerSideEncryptionConfiguration={"Rules": [ENCRYPTION]}
    ),
    "DeleteBucketEncryption": lambda s3, ec2, ssm, i: s3.delete_bucket_encryption(Bucket="acts"),
    "PutBucketLifecycle": lambda s3, ec2, ssm, i: s3.put_bucket_lifecycle_configuration(
        Bucket="acts", LifecycleConfiguration={"Rules": [EXPIRY]}
    ),
    "DeleteBucketLifecycle": lambda s3, ec2, ssm, i: s3.delete_bucket_lifecycle(Bucket="acts"),
    "PutBucketLogging": lambda s3, ec2, ssm, i: s3.put_bucket_logging(Bucket="acts", BucketLoggingStatus={}),
    "DeleteBucket": lambda s3, ec2, ssm, i: s3.delete_bucket(Bucket="created"),
    "DeleteBucketPublicAccessBlock": lambda s3, ec2, ssm, i: s3.delete_public_access_block(Bucket="acts"),
    "StopInstances": lambda s3, ec2, ssm, i: ec2.stop_instances(InstanceIds=[i]),
    "StartInstances": lambda s3, ec2, ssm, i: ec2.start_instances(InstanceIds=[i]),
    "CreateTags": lambda s3, ec2, ssm, i: ec2.create_tags(Resources=[i], Tags=TAGS[:1]),
    "PutParameter": lambda s3, ec2, ssm, i: ssm.put_parameter(
        Name="/acts/host", Value="secret", Type="SecureString", Overwrite=True
    ),
    "AddTagsToResource": lambda s3, ec2, ssm, i: ssm.add_tags_to_resource(
        ResourceType="Parameter", ResourceId="/acts/host", Tags=TAGS[:1]
    ),
    "DeleteParameters": lambda s3, ec2, ssm, i: ssm.delete_parameters(Names=["/acts/host"]),
    "DeleteParameter": lambda s3, ec2, ssm, i: [
        ssm.put_parameter(Name="/acts/other", Value="secret", Type="String"),
        ssm.delete_parameter(Name="/acts/other"),
    ],
}


@pytest.fixture(scope="module")
def clients(user: Callable[[str], Any]) -> tuple[Any, ...]:
    ec2 = user("ec2")
    [instance] = ec2.run_instances(ImageId="ami-0abcdef1234567890", MinCount=1, MaxCount=1)["Instances"]
    return a_bucket(user, "acts"), ec2, user("ssm"), instance["InstanceId"]


def test_an_alarms_change_of_state_is_the_event_that_aws_publishes(engine: Engine) -> None:
    expected = sample("cloudwatch_alarm_state_change")
    heard = Listener(engine, "alarms", {"source": ["aws.cloudwatch"]})
    cloudwatch = engine.client("cloudwatch")
    measured = {"Namespace": "Test", "MetricName": "CPUUtilization"}
    dimensions = [{"Name": "InstanceId", "Value": "i-1234567890abcdef0"}]
    cloudwatch.put_metric_alarm(
        AlarmName="ExampleCpuTooHigh",
        AlarmDescription="Goes into alarm when server CPU utilization is too high",
        **measured,
        Dimensions=dimensions,
        Statistic="Average",
        Period=300,
        EvaluationPeriods=1,
        Threshold=50,
        ComparisonOperator="GreaterThanThreshold",
    )
    for value in (10.0, 190.0):
        data = [{"MetricName": "CPUUtilization", "Dimensions": dimensions, "Value": value}]
        cloudwatch.put_metric_data(Namespace="Test", MetricData=data)
    event = heard.until(lambda event: event["detail"]["state"]["value"] == "ALARM")
    assert shape(event) == shape(expected)
    told, published = (json.loads(one["detail"]["state"]["reasonData"]) for one in (event, expected))
    assert shape(told) == shape(published)
    assert event["detail"]["previousState"]["value"] == "OK"


@pytest.mark.parametrize("name", ACTS)
def test_a_call_is_the_event_that_aws_publishes(calls: Listener, clients: tuple[Any, ...], name: str) -> None:
    """The event of an API call equals the published sample, key for key, in envelope and record."""
    expected = sample(f"cloudtrail_{name}")
    calls.all()
    calls.received.clear()
    ACTS[name](*clients)
    event = calls.until(lambda event: event["detail"]["eventName"] == expected["detail"]["eventName"])
    assert shape(event) == shape(expected)
    assert event["source"] == expected["source"]
    assert "secret" not in json.dumps(event)


EYES: dict[str, dict[str, Any]] = {
    "AddTags": {"ResourceId": f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/eyes", "TagsList": TAGS[:1]},
    "UpdateTrail": {
        "Name": "eyes",
        "S3BucketName": "trail-bucket",
        "SnsTopicName": "",
        "IsMultiRegionTrail": True,
        "EnableLogFileValidation": False,
        "KmsKeyId": "",
    },
    "PutEventSelectors": {
        "TrailName": "eyes",
        "EventSelectors": [
            {
                "ReadWriteType": "ReadOnly",
                "IncludeManagementEvents": False,
                "DataResources": [
                    {"Type": "AWS::S3::Object", "Values": []},
                    {"Type": "AWS::Lambda::Function", "Values": []},
                ],
                "ExcludeManagementEventSources": [],
            }
        ],
    },
    "StartLogging": {"Name": "eyes"},
    "StopLogging": {"Name": "eyes"},
    "DeleteTrail": {"Name": "eyes"},
}


def named(name: str, event: dict[str, Any]) -> bool:
    return bool(event["detail"]["eventName"] == name)


def test_the_calls_on_a_trail_are_the_events_that_aws_publishes(
    calls: Listener, engine: Engine, user: Callable[[str], Any]
) -> None:
    engine.client("cloudtrail").create_trail(Name="eyes", S3BucketName="trail-bucket")
    for name, asked in EYES.items():
        user("cloudtrail")._make_api_call(name, asked)
        event = calls.until(partial(named, name))
        expected = sample(f"cloudtrail_{name}")
        assert shape(event["detail"]["requestParameters"]) == shape(expected["detail"]["requestParameters"])
        assert shape(event["detail"]["userIdentity"]) == shape(expected["detail"]["userIdentity"])
        assert event["detail"].keys() == expected["detail"].keys()


CALLED = {"FunctionName": "acts"}
CALLS_ON_A_FUNCTION: dict[str, dict[str, Any]] = {
    "CreateFunction20150331": {
        **CALLED,
        "Runtime": "python3.12",
        "Role": f"arn:aws:iam::{ACCOUNT}:role/acts",
        "Handler": "index.handler",
        "Code": {"ZipFile": function_package("'secret'")},
        "Publish": False,
    },
    "TagResource20170331v2": {
        "Resource": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:acts",
        "Tags": {"aiops:recover": "auto"},
    },
    "AddPermission20150331v2": {
        **CALLED,
        "Action": "lambda:InvokeFunction",
        "Principal": "*",
        "StatementId": "ExampleStatement",
    },
    "PutFunctionConcurrency20171031": {**CALLED, "ReservedConcurrentExecutions": 0},
    "UpdateFunctionConfiguration20150331v2": {**CALLED, "Environment": {"Variables": {"a": "secret"}}, "Layers": []},
    "DeleteFunction20150331": CALLED,
}


def test_the_calls_on_a_function_are_the_events_that_aws_publishes(
    calls: Listener, engine: Engine, user: Callable[[str], Any]
) -> None:
    """All but the description of the function, which holds what MiniStack knows of one; no value is shown."""
    trust = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}]}
    engine.client("iam").create_role(RoleName="acts", AssumeRolePolicyDocument=json.dumps(trust))
    for name, asked in CALLS_ON_A_FUNCTION.items():
        user("lambda")._make_api_call(re.split(r"\d", name)[0], asked)
        event = calls.until(partial(named, name))
        expected = sample(f"cloudtrail_{name}")
        wanted = {key: value for key, value in expected["detail"]["requestParameters"].items() if key != "layers"}
        told = {key: value for key, value in event["detail"]["requestParameters"].items() if key != "layers"}
        assert shape(told) == shape(wanted)
        assert event["detail"].keys() == expected["detail"].keys()
        assert "secret" not in json.dumps(event)


DATABASE: dict[str, dict[str, Any]] = {
    "CreateDBInstance": {
        "DBInstanceIdentifier": "acts",
        "DBInstanceClass": "db.t3.micro",
        "Engine": "mysql",
        "MasterUsername": "owner",
        "MasterUserPassword": "secret",
        "AllocatedStorage": 20,
    },
    "ModifyDBInstance": {
        "DBInstanceIdentifier": "acts",
        "AllowMajorVersionUpgrade": False,
        "ApplyImmediately": True,
        "PubliclyAccessible": True,
    },
    "StopDBInstance": {"DBInstanceIdentifier": "acts"},
    "DeleteDBInstance": {"DBInstanceIdentifier": "acts", "SkipFinalSnapshot": True, "DeleteAutomatedBackups": True},
}


def test_the_calls_on_a_database_are_the_events_that_aws_publishes(calls: Listener, user: Callable[[str], Any]) -> None:
    """All but the description of the database equals the sample: that holds what MiniStack knows of one."""
    for name, asked in DATABASE.items():
        user("rds")._make_api_call(name, asked)
        event = calls.until(partial(named, name))
        expected = sample(f"cloudtrail_{name}")
        assert shape(event["detail"]["requestParameters"]) == shape(expected["detail"]["requestParameters"])
        assert event["detail"].keys() == expected["detail"].keys()
        assert event["detail"]["responseElements"]["dBInstanceIdentifier"] == "acts"
        assert "secret" not in json.dumps(event)


def test_the_last_call_that_a_trail_logs_is_the_one_that_stops_it(engine: Engine, calls: Listener) -> None:
    """A trail that logs no writes is as blind as one that is stopped or deleted."""
    cloudtrail = engine.client("cloudtrail")
    reads = [{"ReadWriteType": "ReadOnly", "IncludeManagementEvents": True}]
    cloudtrail.put_event_selectors(TrailName="trail", EventSelectors=reads)
    engine.client("ssm").put_parameter(Name="unselected", Value="v", Type="String")
    cloudtrail.put_event_selectors(TrailName="trail", EventSelectors=[{**reads[0], "ReadWriteType": "All"}])
    engine.client("ssm").put_parameter(Name="selected", Value="v", Type="String")
    assert calls.until(lambda event: event["detail"]["requestParameters"].get("name") == "selected")
    named = [event["detail"]["requestParameters"].get("name") for event in calls.received]
    assert "unselected" not in named


def test_launching_is_the_event_that_aws_publishes(calls: Listener, user: Callable[[str], Any]) -> None:
    """All but the description of the instance equals the sample: that holds what MiniStack knows of an instance."""
    calls.all()
    calls.received.clear()
    tags = [{"ResourceType": "instance", "Tags": TAGS[:1]}]
    image = {"ImageId": "ami-0abcdef1234567890", "InstanceType": "t3.micro"}
    user("ec2").run_instances(**image, MinCount=1, MaxCount=1, TagSpecifications=tags)
    event = calls.until(lambda event: event["detail"]["eventName"] == "RunInstances")
    expected = sample("cloudtrail_RunInstances")
    [instance], [expected_instance] = (
        each["detail"]["responseElements"]["instancesSet"].pop("items") for each in (event, expected)
    )
    assert shape(event) == shape(expected)
    assert instance["instanceId"].startswith("i-")
    for same in ("instanceState", "tagSet", "groupSet", "placement"):
        assert shape(instance[same]) == shape(expected_instance[same])


def test_opening_a_group_is_the_event_that_aws_publishes(calls: Listener, user: Callable[[str], Any]) -> None:
    """In both forms of the request; the rules made have no more than the ARN that the sample's year did not have."""
    ec2 = user("ec2")
    group = ec2.create_security_group(GroupName="opened", Description="opened")["GroupId"]
    ports = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22}
    expected = sample("cloudtrail_AuthorizeSecurityGroupIngress")
    calls.all()
    calls.received.clear()
    ec2.authorize_security_group_ingress(GroupId=group, CidrIp="0.0.0.0/0", **ports)
    event = calls.until(lambda event: event["detail"]["eventName"] == "AuthorizeSecurityGroupIngress")
    [rule] = event["detail"]["responseElements"]["securityGroupRuleSet"]["items"]
    rule.pop("securityGroupRuleArn")
    assert shape(event) == shape(expected)
    calls.received.clear()
    ec2.authorize_security_group_ingress(
        GroupId=group, IpPermissions=[{**ports, "Ipv6Ranges": [{"CidrIpv6": "::/0", "Description": "all"}]}]
    )
    event = calls.until(lambda event: event["detail"]["eventName"] == "AuthorizeSecurityGroupIngress")
    asked = event["detail"]["requestParameters"]["ipPermissions"]["items"]
    assert asked == [
        {
            "ipProtocol": "tcp",
            "fromPort": 22,
            "toPort": 22,
            "ipv6Ranges": {"items": [{"cidrIpv6": "::/0", "description": "all"}]},
        }
    ]


def a_table(user: Callable[[str], Any], name: str) -> Any:
    dynamo = user("dynamodb")
    dynamo.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        ProvisionedThroughput={"ReadCapacityUnits": 10, "WriteCapacityUnits": 10},
    )
    return dynamo


TABLE_ACTS: dict[str, dict[str, Any]] = {
    "UpdateTable": {"ProvisionedThroughput": {"ReadCapacityUnits": 25, "WriteCapacityUnits": 25}},
    "UpdateContinuousBackups": {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": False}},
    "DeleteTable": {},
}


@pytest.mark.parametrize("name", TABLE_ACTS)
def test_a_call_on_a_table_is_the_event_that_aws_publishes(
    user: Callable[[str], Any], calls: Listener, name: str
) -> None:
    """Key for key, but for a description of the table that tells more; that of an update is the table before it."""
    dynamo = a_table(user, f"told-{name}")
    dynamo._make_api_call(name, {"TableName": f"told-{name}", **TABLE_ACTS[name]})
    event = calls.until(lambda event: event["detail"]["eventName"] == name and f"told-{name}" in json.dumps(event))
    expected = sample(f"cloudtrail_{name}")
    told, published = event["detail"]["responseElements"], expected["detail"]["responseElements"]
    if name == "UpdateTable":
        assert told["tableDescription"]["tableStatus"] == "UPDATING"
        assert told["tableDescription"]["provisionedThroughput"]["readCapacityUnits"] == 10
    assert told.keys() == published.keys()
    for each in (event, expected):
        del each["detail"]["responseElements"], each["detail"]["userIdentity"]
    assert shape(event) == shape(expected)


def test_a_deleted_table_leaves_its_backup_if_it_had_point_in_time_recovery(user: Callable[[str], Any]) -> None:
    for name, kept in (("recoverable", True), ("unrecoverable", False)):
        dynamo = a_table(user, name)
        dynamo.update_continuous_backups(
            TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": kept}
        )
        dynamo.put_item(TableName=name, Item={"id": {"S": "precious"}})
        dynamo.delete_table(TableName=name)
        found = dynamo.list_backups(TableName=name)["BackupSummaries"]
        assert [(one["BackupName"], one["BackupType"]) for one in found] == [(f"{name}$DeletedTableBackup", "SYSTEM")][
            :kept
        ]
    [backup] = dynamo.list_backups(TableName="recoverable")["BackupSummaries"]
    dynamo.restore_table_from_backup(TargetTableName="recoverable", BackupArn=backup["BackupArn"])
    assert dynamo.describe_table(TableName="recoverable")["Table"]["TableStatus"] == "CREATING"
    restored = until(lambda: _active(dynamo, "recoverable"))
    assert restored["RestoreSummary"]["SourceBackupArn"] == backup["BackupArn"]
    assert dynamo.scan(TableName="recoverable")["Items"] == [{"id": {"S": "precious"}}]


def _active(dynamo: Any, name: str) -> dict[str, Any] | None:
    table: dict[str, Any] = dynamo.describe_table(TableName=name)["Table"]
    return table if table["TableStatus"] == "ACTIVE" else None


def test_a_session_is_told_with_its_role_and_source_identity(engine: Engine, calls: Listener) -> None:
    assume = {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/role", "RoleSessionName": "work", "SourceIdentity": "incident-1"}
    session = engine.client("sts").assume_role(**assume)["Credentials"]
    ssm = client(engine, "ssm", session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"])
    ssm.put_parameter(Name="by-session", Value="v", Type="String")
    event = calls.until(lambda event: "incident-1" in json.dumps(event))
    identities = {actor["name"]: actor["userIdentity"] for actor in sample("actors")}
    assert shape(event["detail"]["userIdentity"]) == shape(identities["AssumedRole with sourceIdentity"])
    assert event["detail"]["userIdentity"]["sessionContext"]["sourceIdentity"] == "incident-1"


def test_a_lambdas_call_is_told_with_its_role(engine: Engine, calls: Listener) -> None:
    """What a function does with its own credentials is recorded as its execution role's doing."""
    source = "import boto3\ndef handler(event, _):\n    boto3.client('ssm').put_parameter(**event)\n"
    role = f"arn:aws:iam::{ACCOUNT}:role/role"
    code = {"ZipFile": zipped(source)}
    engine.client("lambda").create_function(
        FunctionName="writer", Runtime="python3.11", Handler="index.handler", Role=role, Code=code
    )
    engine.client("lambda").get_waiter("function_active_v2").wait(FunctionName="writer")
    event = {"Name": "by-lambda", "Value": "v", "Type": "String"}
    answer = engine.client("lambda").invoke(FunctionName="writer", Payload=json.dumps(event).encode())
    assert "FunctionError" not in answer, answer["Payload"].read()
    told = calls.until(lambda event: event["detail"]["requestParameters"].get("name") == "by-lambda")
    assert told["detail"]["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"] == role


def test_a_refused_call_carries_its_error(engine: Engine, calls: Listener) -> None:
    with pytest.raises(ClientError):
        engine.client("ec2").stop_instances(InstanceIds=["i-1234567890abcdef0"])
    event = calls.until(lambda event: "i-1234567890abcdef0" in json.dumps(event))
    assert event["detail"]["errorCode"] == "Client.InvalidInstanceID.NotFound"
    assert event["detail"]["errorMessage"]
    assert event["detail"]["responseElements"] is None


def test_events_need_a_logging_trail_and_the_history_does_not(engine: Engine, calls: Listener) -> None:
    engine.client("cloudtrail").stop_logging(Name="trail")
    engine.client("ssm").put_parameter(Name="unlogged", Value="v", Type="String")
    engine.client("cloudtrail").start_logging(Name="trail")
    engine.client("ssm").put_parameter(Name="logged", Value="v", Type="String")
    assert calls.until(lambda event: event["detail"]["requestParameters"].get("name") == "logged")
    assert [event for event in calls.received if event["detail"]["eventName"] == "StopLogging"]
    assert not [event for event in calls.received if event["detail"]["requestParameters"].get("name") == "unlogged"]
    wanted = [{"AttributeKey": "EventName", "AttributeValue": "PutParameter"}]
    found = engine.client("cloudtrail").lookup_events(LookupAttributes=wanted)["Events"]
    kept = [json.loads(event["CloudTrailEvent"])["requestParameters"]["name"] for event in found]
    assert {"logged", "unlogged"} <= set(kept)


@pytest.mark.parametrize(
    ("row", "act", "name"),
    [
        (("dynamodb", "DeleteTable"), {"TableName": "t"}, "DeleteTable"),
        (("lambda", "DeleteFunction"), {"FunctionName": "f"}, "DeleteFunction20150331"),
    ],
)  # fmt: skip
def test_another_operation_is_one_row(
    engine: Engine, calls: Listener, monkeypatch: pytest.MonkeyPatch, row: tuple[str, str], act: Any, name: str
) -> None:
    """For the other protocols too the request is told in the published shape, given a row in the table."""
    from aiops.engine.trail_calls import CALLS, Call

    monkeypatch.setattr("aiops.engine.trail.CALLS", (*CALLS, Call(*row, "Type", "key", event_name=name)))
    service, operation = row
    sdk = engine.client(service)
    with pytest.raises(ClientError):
        sdk._make_api_call(operation, act)
    event = calls.until(lambda event: event["detail"]["eventName"] == name)
    expected = sample(f"cloudtrail_{name}")
    assert shape(event["detail"]["requestParameters"]) == shape(expected["detail"]["requestParameters"])
    assert event["detail"]["eventSource"] == expected["detail"]["eventSource"]


def test_blocks_and_lists_of_a_bucket_can_be_read_back(user: Callable[[str], Any]) -> None:
    s3 = a_bucket(user, "readable")
    s3.put_public_access_block(Bucket="readable", PublicAccessBlockConfiguration={**OPEN, "BlockPublicAcls": True})
    assert s3.get_public_access_block(Bucket="readable")["PublicAccessBlockConfiguration"]["BlockPublicAcls"] is True
    s3.delete_public_access_block(Bucket="readable")
    with pytest.raises(ClientError, match="NoSuchPublicAccessBlockConfiguration"):
        s3.get_public_access_block(Bucket="readable")
    s3.put_bucket_acl(Bucket="readable", ACL="public-read")
    assert [grant["Permission"] for grant in s3.get_bucket_acl(Bucket="readable")["Grants"]] == ["FULL_CONTROL", "READ"]


def test_the_tagging_api_finds_what_is_tagged(clients: tuple[Any, ...], engine: Engine) -> None:
    """Instances, parameters and buckets are found by tag and by ARN."""
    _, ec2, ssm, instance = clients
    ssm.put_parameter(Name="/tagged", Value="v", Type="String", Tags=[{"Key": "found", "Value": "yes"}])
    ec2.create_tags(Resources=[instance], Tags=[{"Key": "found", "Value": "yes"}])
    a_bucket(lambda service: engine.client(service), "tagged-bucket").put_bucket_tagging(
        Bucket="tagged-bucket", Tagging={"TagSet": [{"Key": "found", "Value": "yes"}]}
    )
    tagging = engine.client("resourcegroupstaggingapi")
    arns = {
        f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/{instance}",
        f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/tagged",
        "arn:aws:s3:::tagged-bucket",
    }
    for wanted in ({"TagFilters": [{"Key": "found", "Values": ["yes"]}]}, {"ResourceARNList": sorted(arns)}):
        found = tagging.get_resources(**wanted)["ResourceTagMappingList"]
        assert {one["ResourceARN"] for one in found} == arns


# Permissions


def test_a_permission_for_one_instance_does_not_reach_another(engine: Engine, instance: str) -> None:
    """A call that names several instances needs the permission for each, and a Describe needs it for all."""
    one = f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/{instance}"
    engine.client("iam").create_role(RoleName="narrow", AssumeRolePolicyDocument=policy(TRUST))
    engine.client("iam").put_role_policy(
        RoleName="narrow", PolicyName="one", PolicyDocument=policy({**ALLOW_ALL, "Resource": one})
    )
    ec2 = engine.client("ec2", role="narrow")
    ec2.stop_instances(InstanceIds=[instance])
    ec2.create_tags(Resources=[instance], Tags=TAGS)
    for others in ([instance, "i-1234567890abcdef0"], ["i-1234567890abcdef0", instance]):
        with pytest.raises(ClientError, match="UnauthorizedOperation"):
            ec2.start_instances(InstanceIds=others)
    with pytest.raises(ClientError, match="UnauthorizedOperation"):
        ec2.describe_instances(InstanceIds=[instance])


def test_a_source_identity_has_to_be_allowed(engine: Engine) -> None:
    trust = policy({**TRUST, "Action": "sts:AssumeRole"})
    role = engine.client("iam").create_role(RoleName="plain", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    assume = {"RoleArn": role, "RoleSessionName": "work"}
    assert engine.client("sts").assume_role(**assume)
    with pytest.raises(ClientError, match="sts:SetSourceIdentity"):
        engine.client("sts").assume_role(**assume, SourceIdentity="incident-1")


# EC2


@pytest.fixture
def instance(engine: Engine) -> str:
    launched = engine.client("ec2").run_instances(ImageId="ami-0abcdef1234567890", MinCount=1, MaxCount=1)
    return str(launched["Instances"][0]["InstanceId"])


def test_an_instance_tells_its_states(engine: Engine) -> None:
    """Each change of state is AWS's own event, the passing states included, and a stop has its reason."""
    states = Listener(engine, "states", {"detail-type": ["EC2 Instance State-change Notification"]})
    ec2 = engine.client("ec2")
    [launched] = ec2.run_instances(ImageId="ami-0abcdef1234567890", MinCount=1, MaxCount=1)["Instances"]
    name = launched["InstanceId"]
    assert launched["State"]["Name"] == "pending"
    stopping = ec2.stop_instances(InstanceIds=[name])["StoppingInstances"][0]
    assert (stopping["PreviousState"]["Name"], stopping["CurrentState"]["Name"]) == ("running", "stopping")
    assert described(engine, name)["StateReason"]["Code"] == "Client.UserInitiatedShutdown"
    ec2.start_instances(InstanceIds=[name])
    assert "StateReason" not in described(engine, name)
    ec2.terminate_instances(InstanceIds=[name])
    last = states.until(lambda event: event["detail"] == {"instance-id": name, "state": "terminated"})
    assert shape(last) == shape(sample("ec2_instance_state_change"))
    told = [event["detail"]["state"] for event in states.received]
    assert told == ["pending", "running", "stopping", "stopped", "pending", "running", "shutting-down", "terminated"]


def test_a_guests_shutdown_is_no_api_call(engine: Engine, calls: Listener, instance: str) -> None:
    calls.all()
    calls.received.clear()
    engine.shut_down_inside(instance)
    assert described(engine, instance)["State"]["Name"] == "stopped"
    assert described(engine, instance)["StateReason"]["Code"] == "Client.InstanceInitiatedShutdown"
    assert calls.all() == []


def test_a_hardware_fault_shows_in_the_status_checks(engine: Engine, instance: str) -> None:
    def statuses() -> list[str]:
        [found] = engine.client("ec2").describe_instance_status(InstanceIds=[instance])["InstanceStatuses"]
        return [found["SystemStatus"]["Status"], found["InstanceStatus"]["Status"]]

    assert statuses() == ["ok", "ok"]
    engine.impair(instance)
    assert statuses() == ["impaired", "impaired"]
    engine.impair(instance, impaired=False)
    assert statuses() == ["ok", "ok"]


def described(engine: Engine, name: str) -> dict[str, Any]:
    found: dict[str, Any] = engine.client("ec2").describe_instances(InstanceIds=[name])
    [instance] = found["Reservations"][0]["Instances"]
    return dict(instance)


def test_a_guest_that_hangs_fails_its_own_check_until_it_is_rebooted(engine: Engine, instance: str) -> None:
    def statuses() -> list[str]:
        [found] = engine.client("ec2").describe_instance_status(InstanceIds=[instance])["InstanceStatuses"]
        return [found["SystemStatus"]["Status"], found["InstanceStatus"]["Status"]]

    engine.hang(instance)
    assert statuses() == ["ok", "impaired"]
    engine.client("ec2").reboot_instances(InstanceIds=[instance])
    assert statuses() == ["ok", "ok"]


def test_terminating_is_the_event_that_aws_publishes(engine: Engine, calls: Listener, instance: str) -> None:
    """And the instance's Elastic IP is free again."""
    ec2 = engine.client("ec2")
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    ec2.associate_address(AllocationId=address, InstanceId=instance)
    calls.all()
    calls.received.clear()
    ec2.terminate_instances(InstanceIds=[instance])
    event = calls.until(lambda event: event["detail"]["eventName"] == "TerminateInstances")
    expected = sample("cloudtrail_TerminateInstances")
    for part in ("requestParameters", "responseElements"):
        assert shape(event["detail"][part]) == shape(expected["detail"][part])
    assert "InstanceId" not in ec2.describe_addresses(AllocationIds=[address])["Addresses"][0]


def test_a_launch_is_checked_on_all_that_it_uses_and_makes(engine: Engine) -> None:
    """The launcher's permission for the instance stands under the tag that it must give."""
    ec2_arn = f"arn:aws:ec2:{REGION}:{ACCOUNT}:"
    tagged = {"StringLike": {"aws:RequestTag/aiops:replaces": "i-old"}}
    may: list[dict[str, Any]] = [
        {**ALLOW_ALL, "Action": "ec2:RunInstances", "Resource": ec2_arn + "instance/*", "Condition": tagged},
        *(
            {**ALLOW_ALL, "Action": "ec2:RunInstances", "Resource": one}
            for one in (f"arn:aws:ec2:{REGION}::image/ami-1", ec2_arn + "volume/*", ec2_arn + "network-interface/*")
        ),
    ]
    engine.client("iam").create_role(RoleName="launcher", AssumeRolePolicyDocument=policy(TRUST))
    engine.client("iam").put_role_policy(RoleName="launcher", PolicyName="may", PolicyDocument=policy(*may))
    ec2 = engine.client("ec2", role="launcher")
    one = {"MinCount": 1, "MaxCount": 1}

    def tags(value: str) -> list[dict[str, Any]]:
        return [{"ResourceType": "instance", "Tags": [{"Key": "aiops:replaces", "Value": value}]}]

    assert ec2.run_instances(ImageId="ami-1", TagSpecifications=tags("i-old"), **one)["Instances"]
    for image, value in (("ami-2", "i-old"), ("ami-1", "i-other")):
        with pytest.raises(ClientError, match="UnauthorizedOperation"):
            ec2.run_instances(ImageId=image, TagSpecifications=tags(value), **one)


# Step Functions


def test_a_redriven_execution_goes_on_where_it_failed(engine: Engine) -> None:
    """The failed state runs again with its own input and the new redrive count; what succeeded does not."""
    changes = Listener(engine, "changes", {"source": ["aws.states"]})
    first_fails = {"fail": "{% $states.context.Execution.RedriveCount = 0 %}", "given": "{% $states.input %}"}
    first = {"Type": "Pass", "Output": {"once": "{% $uuid() %}"}, "Assign": {"kept": 7}, "Next": "Second"}
    output = {"input": "{% $states.input %}", "kept": "{% $kept %}", "redriven": "{% $states.result.Payload.got %}"}
    machine = Machine(engine, "redriven", States={"First": first, "Second": task(first_fails, Output=output, End=True)})
    failed = machine.end(execution := machine.start(any="input"))
    assert (failed["status"], failed["error"], failed["redriveCount"]) == ("FAILED", "NotYet", 0)
    assert failed["redriveStatus"] == "REDRIVABLE"
    machine.client.redrive_execution(executionArn=execution)
    healed = machine.end(execution)
    assert (healed["status"], healed["redriveCount"], healed["redriveStatus"]) == ("SUCCEEDED", 1, "NOT_REDRIVABLE")
    assert healed["redriveDate"] >= failed["stopDate"]
    assert json.loads(healed["input"]) == {"any": "input"}
    end = json.loads(healed["output"])
    assert end["kept"] == 7
    assert end["redriven"] == {"fail": False, "given": end["input"]}
    kinds = [event["type"] for event in machine.history(execution)]
    assert kinds.count("PassStateEntered") == 1
    assert kinds.index("ExecutionFailed") < kinds.index("ExecutionRedriven") < kinds.index("ExecutionSucceeded")
    with pytest.raises(ClientError, match="ExecutionNotRedrivable"):
        machine.client.redrive_execution(executionArn=execution)
    changes.until(lambda event: event["detail"]["status"] == "SUCCEEDED")
    mine = [event for event in changes.received if event["detail"]["executionArn"] == execution]
    told = [(event["detail"]["status"], event["detail"]["redriveCount"]) for event in mine]
    assert told == [("RUNNING", 0), ("FAILED", 0), ("RUNNING", 1), ("SUCCEEDED", 1)]
    assert shape(mine[1]) == shape(sample("states_execution_status_change"))


def test_an_execution_times_out_and_can_be_redriven(engine: Engine) -> None:
    wait = {"Type": "Wait", "Seconds": "{% $states.context.Execution.RedriveCount = 0 ? 60 : 0 %}", "End": True}
    machine = Machine(engine, "slow", TimeoutSeconds=1, States={"Wait": wait})
    execution = machine.start()
    assert machine.end(execution)["status"] == "TIMED_OUT"
    machine.client.redrive_execution(executionArn=execution)
    assert machine.end(execution)["status"] == "SUCCEEDED"


def test_an_aborted_execution_does_nothing_more(engine: Engine) -> None:
    """After StopExecution no further state is entered, although a state was still waiting."""
    states = {"Wait": {"Type": "Wait", "Seconds": 10, "Next": "After"}, "After": {"Type": "Pass", "End": True}}
    machine = Machine(engine, "aborted", States=states)
    execution = machine.start()
    until(lambda: True if len(machine.history(execution)) > 1 else None)
    machine.client.stop_execution(executionArn=execution)
    time.sleep(0.8)
    assert machine.history(execution)[-1]["type"] == "ExecutionAborted"
    assert machine.end(execution)["redriveStatus"] == "REDRIVABLE"


def test_jsonata_shapes_a_parallels_and_a_succeeds_output(engine: Engine) -> None:
    branch = {"StartAt": "Branch", "States": {"Branch": {"Type": "Pass", "End": True}}}
    both = {"Type": "Parallel", "Arguments": {"a": 1}, "Branches": [branch, branch], "Assign": {"n": 2}}
    output = {"both": "{% $states.result %}", "before": "{% $states.input %}"}
    end = {"Type": "Succeed", "Output": {"outcome": "{% $n %}", "was": "{% $states.input %}"}}
    machine = Machine(engine, "parallel", States={"Both": {**both, "Output": output, "Next": "End"}, "End": end})
    ended = machine.end(execution := machine.start(x=1))
    was = {"both": [{"a": 1}, {"a": 1}], "before": {"x": 1}}
    assert json.loads(ended["output"]) == {"outcome": 2, "was": was}
    entered = [event["stateEnteredEventDetails"]["name"] for event in machine.history(execution)
               if "stateEnteredEventDetails" in event]  # fmt: skip
    assert sorted(entered) == ["Both", "Branch", "Branch", "End"]


def test_a_review_expires(engine: Engine) -> None:
    """A task that waits for its token ends with States.Timeout after a computed time."""
    late = [{"ErrorEquals": ["States.Timeout"], "Next": "Expired"}]
    review = task({"token": "{% $states.context.Task.Token %}"}, kind="invoke.waitForTaskToken", Catch=late)
    states = {"Review": {**review, "TimeoutSeconds": "{% 1 %}", "End": True}, "Expired": {"Type": "Succeed"}}
    machine = Machine(engine, "review", States=states)
    assert "Expired" in json.dumps(machine.history(machine.end(machine.start())["executionArn"]), default=str)


def test_a_function_that_fails_before_it_hands_on_its_token_fails_the_task(engine: Engine) -> None:
    payload = {"fail": True, "token": "{% $states.context.Task.Token %}"}
    machine = Machine(engine, "broken", States={"Review": task(payload, kind="invoke.waitForTaskToken", End=True)})
    assert machine.end(machine.start())["error"] == "NotYet"


def test_a_states_output_has_a_limit(engine: Engine) -> None:
    large = {"Type": "Pass", "Output": "{% $pad('', 300000, 'x') %}", "Next": "End"}
    machine = Machine(engine, "large", States={"Large": large, "End": {"Type": "Succeed"}})
    assert machine.end(machine.start())["error"] == "States.DataLimitExceeded"


# Bedrock


def test_a_script_plays_the_model(engine: Engine) -> None:
    """Converse answers what the script returns, or fails as the script says; without one MiniStack answers."""
    bedrock = engine.client("bedrock-runtime")
    asked: list[dict[str, Any]] = []
    reply = {"toolUse": {"toolUseId": "1", "name": "classify", "input": {"severity": "high"}}}
    answer = {
        "output": {"message": {"role": "assistant", "content": [reply]}},
        "stopReason": "tool_use",
        "usage": {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2},
        "metrics": {"latencyMs": 1},
    }

    def model(request: dict[str, Any]) -> dict[str, Any]:
        asked.append(request)
        if len(asked) > 1:
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "Converse")
        return answer

    request = {
        "modelId": "anthropic.claude-3-haiku-20240307-v1:0",
        "messages": [{"role": "user", "content": [{"text": "?"}]}],
    }
    engine.model = model
    try:
        assert bedrock.converse(**request)["output"] == answer["output"]
        assert asked[0] == request
        with pytest.raises(bedrock.exceptions.AccessDeniedException):
            bedrock.converse(**request)
    finally:
        engine.model = None
    assert bedrock.converse(**request)["stopReason"] == "end_turn"


# Starting and stopping


def test_there_is_one_engine_and_a_taken_port_is_one_clear_error(engine: Engine) -> None:
    with pytest.raises(EngineError, match="running in this process already"):
        Engine.start()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        script = f"from aiops.engine import Engine, EngineError\ntry: Engine.start(port={port})\n"
        done = run(script + "except EngineError as error: print(error)", Path("/"))
    assert done.stdout.startswith(f"port {port} of 127.0.0.1 cannot be used")
    assert done.stdout.count("\n") == 1


IN_USE = """
import io, sys, threading, time, zipfile
from aiops.engine import Engine
def invoke(engine):
    with zipfile.ZipFile(data := io.BytesIO(), "w") as archive:
        archive.writestr("index.py", "import os, time\\ndef handler(event, _):\\n    return os.getpid()")
    trust = '{"Statement": {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:*"}}'
    role = engine.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    functions = engine.client("lambda")
    functions.create_function(FunctionName="f", Runtime="python3.11", Handler="index.handler",
                              Role=role, Code={"ZipFile": data.getvalue()})
    functions.get_waiter("function_active_v2").wait(FunctionName="f")
    return int(functions.invoke(FunctionName="f", Payload=b"{}")["Payload"].read())
"""


def run(script: str, temporary: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(EVENTS.parents[1]), "TMPDIR": str(temporary)}
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True, env=environment
    )


def alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().split()[2] != "Z"


def test_an_engine_can_follow_another_and_leaves_nothing(tmp_path: Path) -> None:
    """Start, stop, start, stop in one process: no worker, no thread that keeps it alive, no file, no output."""
    script = IN_USE + "for _ in 1, 2:\n    with Engine.start() as engine: print(invoke(engine))\n"
    done = run(script + "print([t.name for t in threading.enumerate() if not t.daemon])", tmp_path)
    *workers, threads = done.stdout.splitlines()
    assert threads == "['MainThread']"
    assert not [pid for pid in workers if alive(int(pid))]
    assert list(tmp_path.iterdir()) == []
    assert done.stderr == ""


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_leaves_nothing_either(tmp_path: Path, how: signal.Signals) -> None:
    script = IN_USE + "with Engine.start() as engine:\n    print(invoke(engine), flush=True)\n    time.sleep(60)\n"
    environment = {**os.environ, "PYTHONPATH": str(EVENTS.parents[1]), "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    ) as process:
        assert process.stdout is not None
        worker = int(process.stdout.readline())
        assert alive(worker)
        process.send_signal(how)
        process.wait(timeout=20)
    assert not alive(worker)
    assert list(tmp_path.iterdir()) == []


RULE_CALLS: dict[str, dict[str, Any]] = {
    "PutRule": {"Name": "told", "EventPattern": '{"source": ["a"]}', "State": "ENABLED", "Description": "x"},
    "PutTargets": {"Rule": "told", "Targets": [{"Id": "one", "Arn": "arn:aws:sqs:us-east-1:123456789012:one"}]},
    "DisableRule": {"Name": "told"},
    "RemoveTargets": {"Rule": "told", "Ids": ["one"]},
    "DeleteRule": {"Name": "told"},
}


def told_of(name: str, event: dict[str, Any]) -> bool:
    """A call on the rule `told`; the listener has one of its own."""
    return named(name, event) and "told" in event["detail"]["requestParameters"].values()


def test_the_calls_on_a_rule_are_told_in_the_apis_own_names(calls: Listener, user: Callable[[str], Any]) -> None:
    for name, asked in RULE_CALLS.items():
        user("events")._make_api_call(name, asked)
        event = calls.until(partial(told_of, name))
        expected = sample(f"cloudtrail_{name}")
        assert shape(event["detail"]["requestParameters"]) == shape(expected["detail"]["requestParameters"])
        assert event["detail"].keys() == expected["detail"].keys()
        assert event["detail"]["eventSource"] == expected["detail"]["eventSource"]
