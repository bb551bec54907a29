"""Which resource an alarm or a log is about: its tag says so (of an alarm the policy may), what it measures never does.

Whoever may name a dimension, or write a line, need not own the resource; that must be opted in as well.
"""

from collections.abc import Mapping
from dataclasses import replace

from tasks.domain import events
from tasks.domain.arns import partition
from tasks.domain.guards import UNMANAGED, Block
from tasks.domain.logs.foresight import FORESIGHT
from tasks.domain.opting import TARGET
from tasks.domain.payload import Incident, Resource
from tasks.domain.policy import Policy
from tasks.domain.wildcard import fits


def alarm_arn(incident: Incident) -> str:
    """The ARN of the alarm that started the incident."""
    region = incident.region
    return f"arn:{partition(region)}:cloudwatch:{region}:{incident.account}:alarm:{incident.trigger}"


def aim(incident: Incident, tags: Mapping[str, str], policy: Policy) -> Incident | Block:
    """The incident of an alarm with the resource that the alarm's `tags` name, else the policy; or the block."""
    pattern = fits(incident.trigger, policy.alarms)
    named = tags.get(TARGET) or policy.alarms.get(pattern, "")
    if not named:
        return Block(
            UNMANAGED, f"the alarm {incident.trigger} has no tag {TARGET}, and the policy's alarms do not list it"
        )
    target = _resource(named, incident)
    if target is None:
        said = f"the tag {TARGET}" if tags.get(TARGET) else f"the policy for {pattern}"
        return Block(
            UNMANAGED, f"{said} names no resource of this account and region that the agent knows: {named[:200]}"
        )
    return replace(incident, resources=(target,))


def aim_ahead(incident: Incident, tags: Mapping[str, Mapping[str, str]]) -> Incident | None:
    """The incident of a failure that a log foresees, about the resource that the log group's tag names.

    None for any other incident, and without such a tag. `tags` maps an ARN to its tags.
    """
    if incident.event != FORESIGHT or len(incident.resources) != 1:
        return None
    (log,) = incident.resources
    target = _resource(tags.get(log.arn, {}).get(TARGET, ""), incident)
    return replace(incident, resources=(target,)) if target else None


def _resource(named: str, incident: Incident) -> Resource | None:
    """The resource of the incident's account and region with this ARN; None when it is none that the agent knows."""
    known = events.named_by(named)
    if known is None or not fits(named, [events.arn(*known, region=incident.region, account=incident.account)]):
        return None
    return Resource(*known, named)
