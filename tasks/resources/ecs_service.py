"""ECS services: an overloaded one gets more tasks, up to the policy's limit.

The sweep leaves them alone: how many tasks run is for Application Auto Scaling and deployments to change.
"""

from typing import Any

from tasks.domain.errors import NotRecovered
from tasks.domain.knowledge.ecs import ARNS, SERVICE
from tasks.domain.payload import Json, Step
from tasks.domain.planning import Action, Permission
from tasks.resources import Aws

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


def reached(target: Json, now: Json | None) -> bool:
    return now is not None and bool(now["desired"] >= target["desired"])


def restore(aws: Aws, step: Step) -> None:
    now = snapshot(aws, step.resource.id)
    if now is None:
        raise NotRecovered(f"the service {step.resource.id} is gone")
    if not reached(step.target, now):
        _set(aws, step, step.target["desired"])


def verify(aws: Aws, step: Step, after: Json) -> str:
    """As many tasks running as the service wants now."""
    service = _describe(aws("ecs"), step.resource.id)
    if service is None:
        return "the service is gone"
    running, wanted = service["runningCount"], service["desiredCount"]
    return "" if running >= wanted else f"{running} of {wanted} tasks are running"


def undo(aws: Aws, step: Step, before: Json) -> str:
    """Back to the number before, unless somebody or auto scaling has changed it since."""
    now = snapshot(aws, step.resource.id)
    if now is None or now["desired"] != step.target["desired"]:
        return "its number of tasks was changed since: left alone"
    _set(aws, step, before["desired"])
    return ""


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
