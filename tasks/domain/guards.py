"""Why the agent keeps its hands off: every block has a name and a sentence."""

from dataclasses import dataclass, replace

from tasks.domain.payload import Actor, Incident
from tasks.domain.policy import AUTONOMY, Policy, fits

MALFORMED = "MALFORMED"
UNKNOWN_EVENT = "UNKNOWN_EVENT"
STORM = "STORM"
KILL_SWITCH = "KILL_SWITCH"
INTENDED = "INTENDED"
DEFERRED = "DEFERRED"
UNMANAGED = "UNMANAGED"
DUPLICATE = "DUPLICATE"
RESOURCE_BUSY = "RESOURCE_BUSY"
COOLDOWN = "COOLDOWN"
RATE_LIMITED = "RATE_LIMITED"

# What stands in the way today and may not tomorrow: the sweep brings these back.
PASSING = frozenset({KILL_SWITCH, RESOURCE_BUSY, COOLDOWN, RATE_LIMITED})

MOST_RESOURCES = 25
TAG = "aiops:recover"


@dataclass(frozen=True)
class Block:
    reason: str
    why: str


def refuse(incident: Incident, policy: Policy, *, recovery_role: str) -> Block | None:
    """What the event alone says against acting; None to go on."""
    if not incident.resources:
        return Block(UNKNOWN_EVENT, f"{incident.source} {incident.event} names no resource that the agent knows")
    if len(incident.resources) > MOST_RESOURCES:
        return Block(STORM, f"{len(incident.resources)} resources at once point to a common cause, for a person")
    why = intended(incident.actor, policy, account=incident.account, recovery_role=recovery_role)
    return Block(INTENDED, why) if why else None


def intended(actor: Actor | None, policy: Policy, *, account: str, recovery_role: str) -> str:
    """Why a change by this actor is meant, or an empty text. Only roles of the own account can be listed."""
    if actor is None:
        return ""
    if recovery_role and actor.issuer == recovery_role:
        return "the agent did it itself"
    if actor.invoked_by in policy.intended_invokers:
        return f"{actor.invoked_by} did it on somebody's behalf"
    # By its place in the ARN: a role's path may hold any text.
    own = actor.issuer.split(":")[2:5] == ["iam", "", account]
    pattern = fits(actor.issuer, policy.intended_roles) if own else ""
    return f"{actor.issuer} may (policy: {pattern})" if pattern else ""


def managed(incident: Incident, tags: dict[str, dict[str, str]], policy: Policy) -> Incident | Block:
    """The incident with the resources that its tags opted in, the others dropped and listed; or the block.

    `tags` maps a resource's ARN to its tags.
    """
    kept, dropped, reasons = [], dict(incident.dropped), []
    for resource in incident.resources:
        own = tags.get(resource.arn, {})
        change = next((tag for tag in policy.intended_tags if tag in own), "")
        if own.get(TAG) not in AUTONOMY:
            reasons.append(UNMANAGED)
            dropped[resource.arn] = f"{UNMANAGED}: no tag {TAG} = {' | '.join(reversed(AUTONOMY))}"
        elif change:
            reasons.append(INTENDED)
            dropped[resource.arn] = f"{INTENDED}: tagged {change}"
        else:
            kept.append(replace(resource, autonomy=own[TAG]))
    if not kept:
        return Block(reasons[0], "; ".join(f"{arn} {why}" for arn, why in dropped.items()))
    return replace(incident, resources=tuple(kept), dropped=dropped)
