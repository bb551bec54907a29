"""EC2 security groups: an ingress rule that lets the world in is revoked, that rule and no other."""

from typing import Any

from tasks.domain.ingress import described, permission, requested, world
from tasks.domain.kinds import request
from tasks.domain.knowledge.ec2 import ARNS, GROUP, GROUP_OPENED
from tasks.domain.payload import Json, Step
from tasks.domain.planning import Action, Permission
from tasks.resources import Aws

READS = {"ec2:DescribeSecurityGroups": "*"}
ACTIONS = {
    "revoke_ingress": Action(
        undo="none",
        permissions=(
            Permission("ec2:DescribeSecurityGroups", "*"),
            Permission("ec2:RevokeSecurityGroupIngress", ARNS[GROUP], tagged=True),
        ),
    )
}
DEADLINE = 120

# Between the rules of a difference, as the sweep reports it.
_AND = "; "


def snapshot(aws: Aws, group_id: str) -> Json | None:
    """The ingress rules as texts, None when the group is gone."""
    group = _describe(aws("ec2"), group_id)
    return {"ingress": described(group["IpPermissions"])} if group else None


def issue(good: Json, now: Json) -> tuple[str, str] | None:
    added = _added(world(now["ingress"]), good)
    return (GROUP_OPENED, _AND.join(added)) if added else None


def target(action: str, good: Json | None, facts: Json) -> Json | None:
    """The rules that must go: what the call or the sweep says was added, unless it was there when all was well."""
    asked = requested(request(facts)) or str(facts.get("difference", "")).split(_AND)
    added = _added(world(asked), good)
    return {"revoked": added} if added else None


def reached(target: Json, now: Json | None) -> bool:
    return now is not None and not set(target["revoked"]) & set(now["ingress"])


def restore(aws: Aws, step: Step) -> None:
    """One call for each rule, so that one that somebody else has revoked meanwhile does not keep the others."""
    now = snapshot(aws, step.resource.id)
    for rule in step.target["revoked"] if now else ():
        if now and rule in now["ingress"]:
            aws("ec2").revoke_security_group_ingress(GroupId=step.resource.id, IpPermissions=[permission(rule)])


def verify(aws: Aws, step: Step, after: Json) -> str:
    """None of the revoked rules stands."""
    now = snapshot(aws, step.resource.id)
    if now is None:
        return "the security group is gone"
    still = [rule for rule in step.target["revoked"] if rule in now["ingress"]]
    return f"still open: {_AND.join(still)}" if still else ""


def undo(aws: Aws, step: Step, before: Json) -> None:
    """Nothing: taking this back would let the world in again."""


def _added(rules: list[str], good: Json | None) -> list[str]:
    return [rule for rule in rules if rule not in (good["ingress"] if good else ())]


def _describe(ec2: Any, group_id: str) -> Any:
    try:
        return ec2.describe_security_groups(GroupIds=[group_id])["SecurityGroups"][0]
    except ec2.exceptions.ClientError as refused:
        if refused.response["Error"]["Code"] in ("InvalidGroup.NotFound", "InvalidGroupId.Malformed"):
            return None
        raise
