"""What the roles may not do, they cannot do."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from aiops.demo.resources.buckets import ALL_BLOCKED, OPEN, Bucket, policy
from aiops.demo.resources.instances import STOP
from aiops.demo.resources.parameters import Parameter
from aiops.engine import ACCOUNT, REGION
from end_to_end.account import Account
from tasks.domain.events import arn
from tasks.domain.knowledge.ec2 import INSTANCE
from tasks.domain.knowledge.s3 import BUCKET
from tasks.domain.knowledge.ssm import PARAMETER
from tasks.domain.payload import Incident, Resource, Step
from tasks.runtime.recovery import sessions

RECOVERY_ROLE = f"arn:aws:iam::{ACCOUNT}:role/aiops-recovery-{REGION}"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}
NOTHING_BLOCKED = dict.fromkeys(ALL_BLOCKED, False)

# A change: the type that it changes, and the call.
CHANGES: dict[str, tuple[str, Callable[[Any, str], Any]]] = {
    "StartInstances": (INSTANCE, lambda ec2, name: ec2.start_instances(InstanceIds=[name])),
    "StopInstances": (INSTANCE, lambda ec2, name: ec2.stop_instances(InstanceIds=[name])),
    "TerminateInstances": (INSTANCE, lambda ec2, name: ec2.terminate_instances(InstanceIds=[name])),
    "PutParameter": (PARAMETER, lambda ssm, name: ssm.put_parameter(Name=name, Value="by the test", Overwrite=True)),
    "DeleteParameter": (PARAMETER, lambda ssm, name: ssm.delete_parameter(Name=name)),
    "PutBucketPolicy": (BUCKET, lambda s3, name: s3.put_bucket_policy(Bucket=name, Policy=policy(name, ROOT))),
    "DeleteBucketPolicy": (BUCKET, lambda s3, name: s3.delete_bucket_policy(Bucket=name)),
    "PutPublicAccessBlock": (
        BUCKET,
        lambda s3, name: s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=NOTHING_BLOCKED),
    ),
    "DeleteBucket": (BUCKET, lambda s3, name: s3.delete_bucket(Bucket=name)),
}
# An action of a plan: the change that it is for, and changes of the same resource that it is not for.
ACTIONS = {
    "start_instance": ("StartInstances", ("StopInstances", "TerminateInstances")),
    "put_previous_version": ("PutParameter", ("DeleteParameter",)),
    "put_bucket_policy": ("PutBucketPolicy", ("PutPublicAccessBlock", "DeleteBucket")),
    "put_public_access_block": ("PutPublicAccessBlock", ("PutBucketPolicy", "DeleteBucketPolicy", "DeleteBucket")),
}


@pytest.fixture(scope="module")
def managed(deployed: Account) -> dict[str, tuple[str, str]]:
    """Two opted-in resources of each type."""
    return {
        INSTANCE: (deployed.instance(), deployed.instance()),
        PARAMETER: (Parameter(deployed, "good").name, Parameter(deployed, "good").name),
        BUCKET: (Bucket(deployed).name, Bucket(deployed).name),
    }


def service(resource_type: str) -> str:
    """boto3's name of the service of AWS::EC2::Instance: ec2."""
    return resource_type.split("::")[1].lower()


def refused(change: str, client: Any, name: str) -> None:
    """By IAM: a public access block refuses policies with the same code."""
    with pytest.raises(ClientError, match="not authorized") as error:
        CHANGES[change][1](client, name)
    assert error.value.response["Error"]["Code"] in DENIED


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("function", ["Restore", "Undo"])
def test_a_restoring_functions_own_role_may_change_nothing(
    account: Account, managed: dict[str, tuple[str, str]], function: str, change: str
) -> None:
    resource_type, _ = CHANGES[change]
    own = account.engine.client(service(resource_type), role=account.role(function))
    refused(change, own, managed[resource_type][0])


@pytest.fixture
def session(account: Account, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Any]:
    """A client made exactly as Restore makes it, for one action on one resource."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", account.engine.endpoint)
    sts = account.engine.client("sts", role=account.role("Restore"))

    def assume(action: str, name: str) -> Any:
        resource_type = CHANGES[ACTIONS[action][0]][0]
        resource = Resource(resource_type, name, arn(resource_type, name, region=REGION, account=ACCOUNT), "auto")
        incident = Incident("0" * 32, "aws.test", "Test", "test", ACCOUNT, REGION, "2026-01-01", (resource,))
        step = Step(resource, action, "none", False, False)
        [(_, aws)] = sessions(sts, RECOVERY_ROLE, incident, [step], undo=False)
        return aws(service(resource_type))

    return assume


@pytest.mark.parametrize("action", ACTIONS)
def test_a_plans_session_may_do_its_action_on_its_resource_and_nothing_else(
    managed: dict[str, tuple[str, str]], session: Callable[[str, str], Any], action: str
) -> None:
    change, others = ACTIONS[action]
    resource_type, call = CHANGES[change]
    one, another = managed[resource_type]
    client = session(action, one)
    for other in others:
        refused(other, client, one)
    refused(change, client, another)
    assert call(client, one)["ResponseMetadata"]["HTTPStatusCode"] < 300


def test_a_session_reaches_no_resource_that_did_not_opt_in(
    account: Account, session: Callable[[str, str], Any]
) -> None:
    """Not even with a plan for it: the recovery role itself asks for the tag where the service checks it."""
    instance = account.instance(autonomy=None)
    refused("StartInstances", session("start_instance", instance), instance)
    account.ssm.put_parameter(Name="/test/untagged", Value="good", Type="String")
    refused("PutParameter", session("put_previous_version", "/test/untagged"), "/test/untagged")


@pytest.mark.parametrize("function", ["Detect", "Plan", "Verify", "HandleFailure"])
def test_nobody_but_restore_and_undo_becomes_the_recovery_role(account: Account, function: str) -> None:
    sts = account.engine.client("sts", role=account.role(function))
    with pytest.raises(ClientError, match="AccessDenied"):
        sts.assume_role(RoleArn=RECOVERY_ROLE, RoleSessionName="test")


def opened_bucket(account: Account) -> tuple[str, str, Callable[[], bool]]:
    """A bucket whose policy lets everybody in; the event, its name, and whether it is closed again."""
    bucket = Bucket(account, blocked=False)
    bucket.open()
    return OPEN, bucket.name, lambda: '"*"' not in json.dumps(bucket.policy)


def stopped_instance(account: Account) -> tuple[str, str, Callable[[], bool]]:
    instance = account.instance()
    account.ec2.stop_instances(InstanceIds=[instance])
    return STOP, instance, lambda: account.instance_state(instance) == "running"


@pytest.mark.parametrize(
    ("function", "action", "broken", "state"),
    [
        ("Verify", "s3:GetBucketPolicy", opened_bucket, "Verify"),
        ("Restore", "dynamodb:PutItem", stopped_instance, "Undo"),
        ("Plan", "dynamodb:GetItem", stopped_instance, "Plan"),
    ],
)
def test_a_missing_grant_fails_the_execution_and_redriven_with_the_grant_it_heals(
    account: Account, function: str, action: str, broken: Callable[[Account], Any], state: str
) -> None:
    tokens = account.tokens()
    with account.without(function, action):
        event, name, healed = broken(account)
        [execution] = account.executions(name, event)
        assert (execution.status, execution.states[-1]) == ("FAILED", state)
        resource_type = INSTANCE if event == STOP else BUCKET
        record = account.failed(execution, arn(resource_type, name, region=REGION, account=ACCOUNT), tokens=tokens)
        assert "AccessDenied" in record["failure"]["cause"]
    assert account.redrive(execution).outcome == "VERIFIED"
    assert healed()
    assert account.record(execution)["workflow_state"] == "VERIFIED"
