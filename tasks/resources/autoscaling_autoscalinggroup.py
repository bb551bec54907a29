"""Auto Scaling groups: an overloaded one gets more instances, within the bounds that its owner gave it.

The sweep leaves them alone: their capacity is theirs to change
(docs.aws.amazon.com/autoscaling, "Set scaling limits for your Auto Scaling group").
"""

from functools import partial
from typing import Any

from tasks.domain.knowledge.autoscaling import ARNS, GROUP
from tasks.domain.payload import Json, Step
from tasks.domain.planning import Action, Permission
from tasks.resources import Aws
from tasks.resources.capacity import raise_to_target, take_back
from tasks.resources.capacity import reached as reached

READS = {"autoscaling:DescribeAutoScalingGroups": "*"}
SCALE = (
    Permission("autoscaling:DescribeAutoScalingGroups", "*"),
    Permission("autoscaling:SetDesiredCapacity", ARNS[GROUP], tagged=True),
)
ACTIONS = {
    "scale_out": Action(
        undo="scale_in",
        permissions=SCALE,
        undo_permissions=SCALE,
        unknown="{id} is gone, or at its own maximum already",
    )
}
# An instance that boots slowly, behind a load balancer's health check.
DEADLINE = 900


def snapshot(aws: Aws, name: str) -> Json | None:
    """Desired, least and most capacity; None when the group is gone."""
    group = _describe(aws("autoscaling"), name)
    if group is None:
        return None
    return {"desired": group["DesiredCapacity"], "least": group["MinSize"], "most": group["MaxSize"]}


def issue(good: Json, now: Json) -> tuple[str, str] | None:
    return None


def target(action: str, good: Json | None, facts: Json) -> Json | None:
    """The present capacity and `add` from the policy, never beyond the group's own maximum."""
    now = facts.get("now")
    if not now or now["desired"] >= now["most"]:
        return None
    return {"desired": min(now["desired"] + facts["settings"].get("add", 1), now["most"])}


def restore(aws: Aws, step: Step) -> None:
    raise_to_target(step, snapshot(aws, step.resource.id), partial(_set, aws, step))


def verify(aws: Aws, step: Step, after: Json) -> str:
    """As many instances in service and healthy as the group wants now."""
    group = _describe(aws("autoscaling"), step.resource.id)
    if group is None:
        return "the Auto Scaling group is gone"
    serving = [
        one for one in group["Instances"] if (one["LifecycleState"], one["HealthStatus"]) == ("InService", "Healthy")
    ]
    wanted = group["DesiredCapacity"]
    return "" if len(serving) >= wanted else f"{len(serving)} of {wanted} instances are in service"


def undo(aws: Aws, step: Step, before: Json) -> str:
    return take_back(step, snapshot(aws, step.resource.id), before, partial(_set, aws, step))


def _set(aws: Aws, step: Step, desired: int) -> None:
    aws("autoscaling").set_desired_capacity(AutoScalingGroupName=step.resource.id, DesiredCapacity=desired)


def _describe(autoscaling: Any, name: str) -> Any:
    found = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"]
    return found[0] if found else None
