"""Back to what the template of the resource's CloudFormation stack says, by a change set that reverts drift.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/drift-aware-change-sets.html

Only for stacks that have a role of their own, as those of the CDK have: otherwise CloudFormation would act with the
rights of our session, which are those for this change set and nothing else. Nested stacks change with their root.
Templates with a macro (AWS SAM's) are not reverted: that would take a right on the macro.
"""

from typing import Any

from botocore.exceptions import ClientError

from tasks.domain.errors import NotRecovered, StillRestoring
from tasks.domain.payload import Json, Resource, Step
from tasks.domain.planning import Action, Permission
from tasks.domain.redeployment import refused_changes
from tasks.resources import Aws

_STACKS = "arn:{partition}:cloudformation:{region}:{account}:stack/"
READS = dict.fromkeys(
    (f"cloudformation:{name}" for name in ("DescribeStackResources", "ListStackResources", "DescribeStacks")),
    _STACKS + "*",
)
_OURS = {"StringLike": {"cloudformation:ChangeSetName": "aiops-*"}}
ACTION = Action(
    undo="none",
    permissions=(
        Permission("cloudformation:DescribeStacks", _STACKS + "{stack}"),
        *(
            Permission(f"cloudformation:{name}ChangeSet", _STACKS + "{stack}", _OURS)
            for name in ("Create", "Describe", "Execute")
        ),
    ),
    disruptive=True,
    recreates=True,
    unknown="no CloudFormation stack with a role of its own holds {id}",
    lost="what was changed by hand and is not in the template",
)
# What a change set without changes says, https://github.com/aws/aws-cli/issues/3123.
_NOTHING = ("didn't contain changes", "No updates are to be performed")


def find(aws: Aws, resource: Resource) -> Json | None:
    """The stack (NAME/ID, and its ARN) and the resource's logical id in it."""
    cloudformation = aws("cloudformation")
    try:
        some = cloudformation.describe_stack_resources(PhysicalResourceId=resource.id)["StackResources"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":  # which says that no stack holds it
            raise
        return None
    if not some:
        return None
    arn = some[0]["StackId"]
    # The call above answers with the first hundred of the stack's resources.
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=arn)
    wanted = (resource.type, resource.id)
    logical = [
        one["LogicalResourceId"]
        for page in pages
        for one in page["StackResourceSummaries"]
        if (one["ResourceType"], one.get("PhysicalResourceId")) == wanted
    ]
    stack = _stack(cloudformation, arn)
    if not logical or "RoleARN" not in stack or "ParentId" in stack:
        return None
    return {"stack": arn.partition(":stack/")[2], "stack_arn": arn, "logical_id": logical[0]}


def restore(aws: Aws, step: Step) -> None:
    """Create the change set, wait, look into it, execute it, wait: one of these each time."""
    cloudformation, arn, name = aws("cloudformation"), step.target["stack_arn"], f"aiops-{step.token}"
    stack, change = _stack(cloudformation, arn), _change_set(cloudformation, arn, name)
    if stack["StackStatus"].endswith("_IN_PROGRESS"):
        raise StillRestoring(f"the stack {step.target['stack']} is {stack['StackStatus']}")
    if change is None:
        _create(cloudformation, stack, name)
        raise StillRestoring(f"the change set {name} is being made")
    status, why = change["Status"], change.get("StatusReason", "")
    if status == "FAILED" and any(one in why for one in _NOTHING):
        return
    if status in ("CREATE_PENDING", "CREATE_IN_PROGRESS"):
        raise StillRestoring(f"the change set {name} is being made")
    if change["ExecutionStatus"] == "AVAILABLE":
        refused = refused_changes(change["Changes"], only=step.target["logical_id"])
        if refused:
            raise NotRecovered(f"the change set {name} is refused and kept for a look: {'; '.join(refused)}")
        cloudformation.execute_change_set(StackName=arn, ChangeSetName=name, ClientRequestToken=step.token)
        raise StillRestoring(f"the change set {name} is being executed")
    if change["ExecutionStatus"] == "EXECUTE_IN_PROGRESS":
        raise StillRestoring(f"the change set {name} is being executed")
    if change["ExecutionStatus"] != "EXECUTE_COMPLETE" or stack["StackStatus"] != "UPDATE_COMPLETE":
        raise NotRecovered(
            f"the change set {name} is {change['ExecutionStatus']}, its stack {stack['StackStatus']}: "
            f"{why or stack.get('StackStatusReason', 'no reason is given')}"
        )


def _create(cloudformation: Any, stack: Json, name: str) -> None:
    """Nothing is new in it but the live state that it is compared with."""
    cloudformation.create_change_set(
        StackName=stack["StackId"],
        ChangeSetName=name,
        ChangeSetType="UPDATE",
        DeploymentMode="REVERT_DRIFT",
        UsePreviousTemplate=True,
        Parameters=[
            {"ParameterKey": one["ParameterKey"], "UsePreviousValue": True} for one in stack.get("Parameters", [])
        ],
        Capabilities=stack.get("Capabilities", []),
        ClientToken=name,
    )


def _stack(cloudformation: Any, arn: str) -> Any:
    return cloudformation.describe_stacks(StackName=arn)["Stacks"][0]


def _change_set(cloudformation: Any, arn: str, name: str) -> Any:
    """The described change set with all its changes; None before it is made."""
    paginator = cloudformation.get_paginator("describe_change_set")
    try:
        pages = list(paginator.paginate(StackName=arn, ChangeSetName=name))
    except cloudformation.exceptions.ChangeSetNotFoundException:
        return None
    return {**pages[0], "Changes": [one for page in pages for one in page.get("Changes", [])]}
