"""ECS services: an overloaded one gets more tasks, up to the policy's limit.

The sweep leaves them alone: how many tasks run is for Application Auto Scaling and deployments to change.
"""

from functools import partial
from typing import Any

from tasks.domain.knowledge.ecs import ARNS, SERVICE
from tasks.domain.payload import Json, Step
from tasks.domain.planning import Action, Permission
from tasks.resources import Aws
from tasks.resources.capacity import raise_to_target, take_back
from tasks.resources.capacity import reached as reached

READS = {"ecs:DescribeServices": ARNS[SERVICE]}
SCALE = (
    Permission("ecs:DescribeServices", ARNS[SERVICE]),
    Permission("ecs:UpdateService", ARNS[SERVICE], tagged=True),
)
ACTIONS = {
    "scale_service": Action(
        undo="scale_service_back",
        permissions=SCALE,
        undo_permissions=SCALE,
        unknown="{id} is gone, off, or at the policy's limit already (actions.scale_service.most)",
    )
}
# An image that is large, a task that starts slowly, a load balancer's health check.
DEADLINE = 900


def snapshot(aws: Aws, name: str) -> Json | None:
    """How many tasks it wants; None when the service is gone."""
    service = _describe(aws("ecs"), name)
    return {"desired": service["desiredCount"]} if service else None


def issue(good: Json, now: Json) -> tuple[str, str] | None:
    return None


def target(action: str, good: Json | None, facts: Json) -> Json | None:
    """The present number of tasks and `add`, up to `most` of the policy; a service that is off stays off."""
    now, settings = facts.get("now"), facts.get("settings", {})
    if not now or not 0 < now["desired"] < settings.get("most", 0):
        return None
    return {"desired": min(now["desired"] + settings.get("add", 1), settings["most"])}


def restore(aws: Aws, step: Step) -> None:
    raise_to_target(step, snapshot(aws, step.resource.id), partial(_set, aws, step))


def verify(aws: Aws, step: Step, after: Json) -> str:
    """As many tasks running as the service wants now."""
    service = _describe(aws("ecs"), step.resource.id)
    if service is None:
        return "the service is gone"
    running, wanted = service["runningCount"], service["desiredCount"]
    return "" if running >= wanted else f"{running} of {wanted} tasks are running"


def undo(aws: Aws, step: Step, before: Json) -> str:
    return take_back(step, snapshot(aws, step.resource.id), before, partial(_set, aws, step))


def _set(aws: Aws, step: Step, desired: int) -> None:
    cluster, _, name = step.resource.id.rpartition("/")
    aws("ecs").update_service(cluster=cluster, service=name, desiredCount=desired)


def _describe(ecs: Any, name: str) -> Any:
    """An id without a cluster, of the short ARNs of before 2018, finds nothing."""
    cluster, _, service = name.rpartition("/")
    try:
        found = ecs.describe_services(cluster=cluster, services=[service])["services"] if cluster else []
    except ecs.exceptions.ClusterNotFoundException:
        return None
    return next((one for one in found if one["status"] == "ACTIVE"), None)
