"""A resource that a stack owns goes back to its template, by a change set that touches nothing else."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from managed import resource
from published import ACCOUNT, REGION, Json

from tasks.domain.errors import NotRecovered, StillRestoring
from tasks.domain.knowledge.s3 import BUCKET
from tasks.domain.payload import Step
from tasks.resources import stack_drift

DATA = resource(BUCKET, "data")
STACK = "app/0a1b2c3d-0000-1111-2222-333344445555"
ARN = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{STACK}"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/cdk-hnb659fds-cfn-exec-role"
TOKEN = "0123456789abcdef0123456789abcdef"
NAME = f"aiops-{TOKEN}"
TARGET = {"stack": STACK, "stack_arn": ARN, "logical_id": "Data", "good": None}
STEP = Step(DATA, "revert_drift", "none", disruptive=True, data_risk=False, target=TARGET, token=TOKEN)
NAMED = {"StackName": ARN, "ChangeSetName": NAME}


@pytest.fixture
def stub() -> Iterator[Stubber]:
    client = boto3.client("cloudformation", region_name=REGION, aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def stack(status: str = "UPDATE_COMPLETE", **more: object) -> Json:
    return {"StackId": ARN, "StackName": "app", "CreationTime": "2026-01-01", "StackStatus": status, **more}


def stands(stub: Stubber, **more: Any) -> None:
    stub.add_response("describe_stacks", {"Stacks": [stack(**{"RoleARN": ROLE, **more})]}, {"StackName": ARN})


def change_set(stub: Stubber, status: str, execution: str = "UNAVAILABLE", reason: str = "", *changes: Json) -> None:
    answer = {"Status": status, "ExecutionStatus": execution, "StatusReason": reason, "Changes": list(changes)}
    stub.add_response("describe_change_set", answer, NAMED)


def change(action: str = "Modify", name: str = "Data", **more: str) -> Json:
    return {"Type": "Resource", "ResourceChange": {"Action": action, "LogicalResourceId": name, **more}}


def restore(stub: Stubber) -> None:
    stack_drift.restore(lambda _: stub.client, STEP)


def owned(stub: Stubber, *listed: tuple[str, str, str], **more: Any) -> Json | None:
    """What is found of the bucket when its stack lists these (logical id, type, physical id)."""
    about = {"ResourceStatus": "CREATE_COMPLETE", "LastUpdatedTimestamp": "2026-01-01"}
    one = {"LogicalResourceId": "Data", "ResourceType": BUCKET, "StackId": ARN, "Timestamp": "2026-01-01"}
    stub.add_response(
        "describe_stack_resources",
        {"StackResources": [{**one, "ResourceStatus": "CREATE_COMPLETE"}]},
        {"PhysicalResourceId": "data"},
    )
    summaries = [
        {"LogicalResourceId": logical, "ResourceType": kind, "PhysicalResourceId": physical, **about}
        for logical, kind, physical in listed
    ]
    stub.add_response("list_stack_resources", {"StackResourceSummaries": summaries}, {"StackName": ARN})
    stub.add_response("describe_stacks", {"Stacks": [stack(**more)]}, {"StackName": ARN})
    return stack_drift.find(lambda _: stub.client, DATA)


def test_the_stack_and_the_logical_id_of_a_resource_are_found(stub: Stubber) -> None:
    found = owned(stub, ("Log", "AWS::Logs::LogGroup", "data"), ("Data", BUCKET, "data"), RoleARN=ROLE)
    assert found == {"stack": STACK, "stack_arn": ARN, "logical_id": "Data"}


@pytest.mark.parametrize(
    ("listed", "more"),
    [
        (("Data", BUCKET, "data"), {}),
        (("Data", BUCKET, "data"), {"RoleARN": ROLE, "ParentId": ARN}),
        (("Data", "AWS::Logs::LogGroup", "data"), {"RoleARN": ROLE}),
    ],
    ids=["a stack without a role of its own", "a nested stack", "another resource of that name"],
)
def test_there_is_no_answer_for(stub: Stubber, listed: tuple[str, str, str], more: Json) -> None:
    assert owned(stub, listed, **more) is None


def test_a_resource_of_no_stack_has_no_answer_and_a_refused_look_is_an_error(stub: Stubber) -> None:
    stub.add_client_error("describe_stack_resources", "ValidationError", "Stack for data does not exist")
    assert stack_drift.find(lambda _: stub.client, DATA) is None
    stub.add_client_error("describe_stack_resources", "AccessDenied")
    with pytest.raises(stub.client.exceptions.ClientError):
        stack_drift.find(lambda _: stub.client, DATA)


def test_the_change_set_is_the_stacks_own_template_against_what_is_live(stub: Stubber) -> None:
    stands(stub, Parameters=[{"ParameterKey": "Size", "ParameterValue": "1"}], Capabilities=["CAPABILITY_IAM"])
    stub.add_client_error("describe_change_set", "ChangeSetNotFound", expected_params=NAMED)
    wanted = {
        **NAMED,
        "ChangeSetType": "UPDATE",
        "DeploymentMode": "REVERT_DRIFT",
        "UsePreviousTemplate": True,
        "Parameters": [{"ParameterKey": "Size", "UsePreviousValue": True}],
        "Capabilities": ["CAPABILITY_IAM"],
        "ClientToken": NAME,
    }
    stub.add_response("create_change_set", {}, wanted)
    with pytest.raises(StillRestoring, match="being made"):
        restore(stub)


@pytest.mark.parametrize(
    ("status", "execution"),
    [
        ("CREATE_PENDING", "UNAVAILABLE"),
        ("CREATE_IN_PROGRESS", "UNAVAILABLE"),
        ("CREATE_COMPLETE", "EXECUTE_IN_PROGRESS"),
    ],
)
def test_what_goes_on_is_waited_for(stub: Stubber, status: str, execution: str) -> None:
    stands(stub)
    change_set(stub, status, execution)
    with pytest.raises(StillRestoring):
        restore(stub)


def test_a_stack_at_work_is_waited_for(stub: Stubber) -> None:
    stands(stub, status="UPDATE_IN_PROGRESS")
    change_set(stub, "CREATE_COMPLETE", "EXECUTE_COMPLETE")
    with pytest.raises(StillRestoring, match="UPDATE_IN_PROGRESS"):
        restore(stub)


@pytest.mark.parametrize("one", [change(Replacement="False"), change("Add")])
def test_a_change_of_that_resource_alone_is_executed(stub: Stubber, one: Json) -> None:
    stands(stub)
    change_set(stub, "CREATE_COMPLETE", "AVAILABLE", "", one)
    stub.add_response("execute_change_set", {}, {**NAMED, "ClientRequestToken": TOKEN})
    with pytest.raises(StillRestoring, match="being executed"):
        restore(stub)


@pytest.mark.parametrize(
    ("one", "says"),
    [
        (change(Replacement="True"), "Data: replacement True"),
        (change(Replacement="Conditional"), "Data: replacement Conditional"),
        (change("Remove"), "Data: Remove"),
        (change(name="Other", Replacement="False"), "Other would be touched too"),
    ],
)
def test_what_replaces_removes_or_reaches_further_is_refused_even_on_a_later_page(
    stub: Stubber, one: Json, says: str
) -> None:
    stands(stub)
    first = {"Status": "CREATE_COMPLETE", "ExecutionStatus": "AVAILABLE", "NextToken": "2"}
    stub.add_response("describe_change_set", {**first, "Changes": [change(Replacement="False")]}, NAMED)
    stub.add_response("describe_change_set", {"Changes": [one]}, {**NAMED, "NextToken": "2"})
    with pytest.raises(NotRecovered, match=says):
        restore(stub)


def test_it_is_done_when_the_stack_is(stub: Stubber) -> None:
    stands(stub)
    change_set(stub, "CREATE_COMPLETE", "EXECUTE_COMPLETE")
    restore(stub)


@pytest.mark.parametrize(
    "reason", ["The submitted information didn't contain changes.", "No updates are to be performed."]
)
def test_without_drift_nothing_is_to_be_done(stub: Stubber, reason: str) -> None:
    stands(stub)
    change_set(stub, "FAILED", "UNAVAILABLE", reason)
    restore(stub)


@pytest.mark.parametrize(
    ("status", "execution", "stands_as"),
    [
        ("FAILED", "UNAVAILABLE", "UPDATE_COMPLETE"),
        ("CREATE_COMPLETE", "OBSOLETE", "UPDATE_COMPLETE"),
        ("CREATE_COMPLETE", "EXECUTE_FAILED", "UPDATE_ROLLBACK_COMPLETE"),
        ("CREATE_COMPLETE", "EXECUTE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"),
    ],
)
def test_what_failed_is_not_recovered_and_says_why(stub: Stubber, status: str, execution: str, stands_as: str) -> None:
    stands(stub, status=stands_as)
    change_set(stub, status, execution, "no access to that key")
    with pytest.raises(NotRecovered, match="no access to that key"):
        restore(stub)
