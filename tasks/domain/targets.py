"""Which resource an alarm is about: its tag or the policy says so, a dimension of its metric never does.

Whoever may name a dimension need not own the resource; the resource itself must be opted in as well.
"""

from collections.abc import Mapping
from dataclasses import replace

from tasks.domain import events
from tasks.domain.arns import partition
from tasks.domain.guards import UNMANAGED, Block
from tasks.domain.payload import Incident, Resource
from tasks.domain.policy import Policy
from tasks.domain.wildcard import fits

TAG = "aiops:target"


def alarm_arn(incident: Incident) -> str:
    """The ARN of the alarm that started the incident."""
    region = incident.region
    return f"arn:{partition(region)}:cloudwatch:{region}:{incident.account}:alarm:{incident.trigger}"


def aim(incident: Incident, tags: Mapping[str, str], policy: Policy) -> Incident | Block:
    """The incident of an alarm with the resource that the alarm's `tags` name, else the policy; or the block."""
    pattern = fits(incident.trigger, policy.alarms)
    named = tags.get(TAG) or policy.alarms.get(pattern, "")
    if not named:
        return Block(
            UNMANAGED, f"the alarm {incident.trigger} has no tag {TAG}, and the policy's alarms do not list it"
        )
    known = events.named_by(named)
    if known is None or not fits(named, [events.arn(*known, region=incident.region, account=incident.account)]):
        said = f"the tag {TAG}" if tags.get(TAG) else f"the policy for {pattern}"
        return Block(
            UNMANAGED, f"{said} names no resource of this account and region that the agent knows: {named[:200]}"
        )
    return replace(incident, resources=(Resource(*known, named),))
