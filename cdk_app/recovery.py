"""The one role that may change resources. Restore and Undo assume it, each time narrowed to their plan."""

from collections.abc import Iterator, Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from cdk_app.grants import allow, arn
from cdk_app.task import Task
from tasks import resources
from tasks.domain.catalogue import TYPES
from tasks.domain.planning import Permission

# Roles are global: the name tells the region, so that every region can have its own stack.
ROLE = "arn:{partition}:iam::{account}:role/aiops-recovery-{region}"
# Where the service checks the tag, the role reaches no resource that did not opt in to being changed.
OPTED_IN = {"aws:ResourceTag/aiops:recover": ["auto", "approve"]}


class Recovery(Construct):
    def __init__(self, scope: Construct, construct_id: str, *, trusted: Sequence[iam.Role]) -> None:
        super().__init__(scope, construct_id)
        who = iam.CompositePrincipal(*(iam.ArnPrincipal(role.role_arn) for role in trusted))
        role = iam.Role(self, "Role", role_name=f"aiops-recovery-{cdk.Stack.of(self).region}", assumed_by=who)
        # The incident's id, which CloudTrail then writes beside every call of the session.
        named = iam.PolicyStatement(
            actions=["sts:SetSourceIdentity"], principals=[iam.ArnPrincipal(one.role_arn) for one in trusted]
        )
        assert role.assume_role_policy
        role.assume_role_policy.add_statements(named)
        for permission in _permissions():
            allow(
                role,
                permission.action,
                on=arn(role, permission.resource),
                conditions=_conditions(role, permission),
                because="any resource may need recovery; each session is narrowed to the plan's resources",
            )


def may_read_all(task: Task) -> None:
    """Let the function look at every resource type, and change nothing."""
    for template, actions in _reads().items():
        task.may(*actions, on=arn(task, template), because="any resource may need a look; reads only")


def may_gather_evidence(task: Task) -> None:
    """Let the function save what a change may wipe out: console output, names of logs, alarm history, metrics."""
    for template, actions in _reads("EVIDENCE").items():
        task.may(*actions, on=arn(task, template), because="any resource may be about to be changed; reads only")
    task.may("cloudwatch:GetMetricData", on="*", because="metrics are no resources")
    task.may("cloudwatch:DescribeAlarmHistory", on="*", because="composite alarms are told of to nobody with less")


def may_find_definitions(task: Task) -> None:
    """Let the function find out what defines a resource."""
    for name in resources.ANY_TYPE:
        for action, template in resources.way(name).READS.items():
            task.may(action, on=arn(task, template), because="what defines a resource is not known beforehand; a read")


def may_keep_all(task: Task) -> None:
    """Let the function read what the vault is to hold of resources: of those alone that the agent may act on."""
    for one in TYPES:
        for permission in getattr(resources.module(one), "KEEPS", ()):
            allow(
                task.role,
                permission.action,
                on=arn(task, permission.resource),
                conditions=_conditions(task.role, permission),
                because="any resource may have to be restored from the vault; its tag opts it in",
            )


def _reads(table: str = "READS") -> dict[str, tuple[str, ...]]:
    """What looking at resources takes: ARN template, or `*`, to IAM actions, over all resource types."""
    found: dict[str, list[str]] = {}
    for one in TYPES:
        for action, template in getattr(resources.module(one), table, {}).items():
            found.setdefault(template, []).append(action)
    return {template: tuple(actions) for template, actions in found.items()}


def _permissions() -> Iterator[Permission]:
    for template, actions in _reads().items():
        yield from (Permission(action, template) for action in actions)
    for one in TYPES:
        for action in resources.actions(one).values():
            yield from (*action.permissions, *action.undo_permissions)


def _conditions(role: iam.Role, permission: Permission) -> dict[str, dict[str, object]]:
    conditions: dict[str, dict[str, object]] = {
        operator: {key: arn(role, value) for key, value in tests.items()}
        for operator, tests in (permission.conditions or {}).items()
    }
    if permission.tagged:
        conditions["StringEquals"] = {**conditions.get("StringEquals", {}), **OPTED_IN}
    return conditions
