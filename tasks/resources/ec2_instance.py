"""EC2 instances: a stopped one is started (docs.aws.amazon.com/AWSEC2, "Instance state changes")."""

from typing import Any

from tasks.domain.errors import NotRecovered, StillRestoring
from tasks.domain.knowledge import ARNS
from tasks.domain.knowledge.ec2 import INSTANCE, STOPPED
from tasks.domain.payload import Json, Step
from tasks.domain.planning import Action, Permission
from tasks.resources import Aws

DESCRIBE = Permission("ec2:DescribeInstances", "*")
READS = {"ec2:DescribeInstances": "*", "ec2:DescribeInstanceStatus": "*"}
# EC2 lets itself use the key of an encrypted volume (docs.aws.amazon.com/ebs, "How Amazon EBS encryption works").
GRANT = Permission(
    "kms:CreateGrant",
    "arn:{partition}:kms:{region}:{account}:key/*",
    {
        "Bool": {"kms:GrantIsForAWSResource": "true"},
        "StringLike": {"kms:ViaService": "ec2.{region}.amazonaws.com*"},
    },
)
ACTIONS = {
    "start_instance": Action(
        undo="stop_instance",
        permissions=(Permission("ec2:StartInstances", ARNS[INSTANCE], tagged=True), DESCRIBE, GRANT),
        undo_permissions=(Permission("ec2:StopInstances", ARNS[INSTANCE], tagged=True), DESCRIBE),
    )
}
# Two status checks take one to three minutes after a start.
DEADLINE = 900

# EC2 gives an API stop this reason; the CloudTrail event of that call tells who made it.
CALLED = "Client.UserInitiatedShutdown"

_SETTLED = {"pending": "running", "running": "running", "stopping": "stopped", "stopped": "stopped"}


def snapshot(aws: Aws, instance_id: str) -> Json | None:
    ec2 = aws("ec2")
    instance = _describe(ec2, instance_id)
    state = _SETTLED.get(instance["State"]["Name"]) if instance else None
    return {"state": state} if state else None


def issue(good: Json, now: Json) -> tuple[str, str] | None:
    stopped = good["state"] == "running" and now["state"] == "stopped"
    return (STOPPED, "running -> stopped") if stopped else None


def target(action: str, good: Json | None, facts: Json) -> Json | None:
    return {"state": "running"}


def reached(target: Json, now: Json | None) -> bool:
    return now is not None and bool(now["state"] == target["state"])


def restore(aws: Aws, step: Step) -> None:
    ec2 = aws("ec2")
    instance = _describe(ec2, step.resource.id)
    state = instance["State"]["Name"] if instance else "gone"
    if state == "stopping":
        raise StillRestoring(f"{step.resource.id} is still stopping")
    if state == "stopped":
        ec2.start_instances(InstanceIds=[step.resource.id])
    elif state not in ("pending", "running"):
        raise NotRecovered(f"{step.resource.id} is {state} and cannot be started")


def verify(aws: Aws, step: Step, after: Json) -> str:
    """Running, with both status checks passed."""
    ec2 = aws("ec2")
    found = ec2.describe_instance_status(InstanceIds=[step.resource.id], IncludeAllInstances=True)["InstanceStatuses"]
    if not found:
        return "the instance is gone"
    one = found[0]
    if one["InstanceState"]["Name"] != "running":
        return f"the instance is {one['InstanceState']['Name']}"
    checks = {name: one[key]["Status"] for name, key in (("system", "SystemStatus"), ("instance", "InstanceStatus"))}
    failing = [f"{name} status is {status}" for name, status in checks.items() if status != "ok"]
    return ", ".join(failing)


def undo(aws: Aws, step: Step, before: Json) -> None:
    ec2 = aws("ec2")
    if before["state"] == "stopped":
        ec2.stop_instances(InstanceIds=[step.resource.id])


def called(aws: Aws, instance_id: str) -> bool:
    """Whether a caller stopped it, so that the CloudTrail event of the call tells more than this one."""
    ec2 = aws("ec2")
    instance = _describe(ec2, instance_id)
    return bool(instance) and instance.get("StateReason", {}).get("Code") == CALLED


def _describe(ec2: Any, instance_id: str) -> Any:
    try:
        found = ec2.describe_instances(InstanceIds=[instance_id])["Reservations"]
    except ec2.exceptions.ClientError as refused:
        if refused.response["Error"]["Code"] in ("InvalidInstanceID.NotFound", "InvalidInstanceID.Malformed"):
            return None
        raise
    return found[0]["Instances"][0] if found else None
