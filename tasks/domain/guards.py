"""Why the agent keeps its hands off: every block has a name and a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import floor

from tasks.domain.logs.redaction import hidden
from tasks.domain.moment import seconds
from tasks.domain.opting import AUTONOMY, TAG
from tasks.domain.payload import Actor, Incident, Json
from tasks.domain.policy import Group, Policy, Recurring
from tasks.domain.text import clean
from tasks.domain.wildcard import fits

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
MAINTENANCE = "MAINTENANCE"
RECURRING = "RECURRING"
GROUP_BUSY = "GROUP_BUSY"

# What stands in the way today and may not tomorrow: the sweep brings these back.
PASSING = frozenset({KILL_SWITCH, RESOURCE_BUSY, COOLDOWN, RATE_LIMITED, MAINTENANCE, GROUP_BUSY})

MOST_RESOURCES = 25


@dataclass(frozen=True)
class Block:
    """`tell`: a person must hear of it, and has not been told."""

    reason: str
    why: str
    tell: bool = False


def refuse(incident: Incident, policy: Policy, *, recovery_role: str) -> Block | None:
    """What the event alone says against acting; None to go on."""
    if len(incident.resources) > MOST_RESOURCES:
        why = f"{len(incident.resources)} resources at once point to a common cause, for a person"
        return Block(STORM, why, tell=True)
    if why := intended(incident.actor, policy, account=incident.account, recovery_role=recovery_role):
        return Block(INTENDED, why)
    if not incident.resources:
        return Block(UNKNOWN_EVENT, f"{incident.source} {incident.event} names no resource that the agent knows")
    return None


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


def managed(incident: Incident, tags: Mapping[str, Mapping[str, str]], policy: Policy) -> Incident | Block:
    """The incident with the resources that its tags opted in, the others dropped and listed; or the block.

    `tags` maps a resource's ARN to its tags.
    """
    lost, known = {}, []
    for resource in incident.resources:
        own = tags.get(resource.arn, {})
        change = next((tag for tag in policy.intended_tags if tag in own), "")
        if own.get(TAG) not in AUTONOMY:
            lost[resource.arn] = f"{UNMANAGED}: no tag {TAG} = {' | '.join(reversed(AUTONOMY))}"
        elif change:
            lost[resource.arn] = f"{INTENDED}: tagged {change}"
        member = membership(own, policy.group)
        group = f"{resource.type} {member[0]}={member[1]}" if member else ""
        named = policy.trust.environment
        environment = clean(hidden(own[named]), 60) if named in own else ""
        known.append(replace(resource, autonomy=own.get(TAG, ""), group=group, environment=environment or "default"))
    return without(replace(incident, resources=tuple(known)), lost)


def maintained(
    incident: Incident, tags: Mapping[str, Mapping[str, str]], policy: Policy, *, now: float
) -> Incident | Block:
    """The incident without the resources for which a maintenance window is open; `now` in seconds since 1970."""
    lost, is_open = {}, [window for window in policy.windows if window.is_open(now)]
    for resource in incident.resources:
        own = {name: hidden(value) for name, value in tags.get(resource.arn, {}).items()} if is_open else {}
        for window in is_open:
            if window.covers(resource.arn, own):
                lost[resource.arn] = f"{MAINTENANCE}: the window {window.name!r} is open"
    return without(incident, lost)


def recurring(
    incident: Incident, records: Mapping[str, Json], limit: Recurring | None, *, now: float
) -> Incident | Block:
    """The incident without the resources on which its issue was healed or failed too often of late.

    `records` maps an ARN to what is counted of the issue on it. The incident's own earlier attempts do not count.
    """
    lost = {}
    for arn, record in records.items() if limit else ():
        assert limit
        ends = [seconds(at) or 0.0 for one, at in record.get("recent", {}).items() if one != incident.id]
        late = [at for at in ends if at > now - limit.hours * 3600]
        if len(late) >= limit.times:
            lost[arn] = f"{RECURRING}: healed or failed {len(late)} times within {limit.hours:g} h, its cause remains"
    return without(incident, lost)


def without(incident: Incident, lost: Mapping[str, str]) -> Incident | Block:
    """The incident without some resources, ARN to `REASON: why`; blocked for the first reason when none is left."""
    kept = tuple(one for one in incident.resources if one.arn not in lost)
    dropped = {**incident.dropped, **lost}
    if not kept:
        return Block(next(iter(lost.values())).split(":")[0], "; ".join(f"{arn} {why}" for arn, why in dropped.items()))
    return replace(incident, resources=kept, dropped=dropped)


def membership(tags: Mapping[str, str], group: Group | None) -> tuple[str, str] | None:
    """The tag, key and value, that makes a resource with these tags a member of a group; None when it is in none."""
    return next(((tag, tags[tag]) for tag in (group.tags if group else ()) if tag in tags), None)


def most_at_once(group: Group, size: int) -> int:
    """How many members of a group of this size may be under repair at once."""
    return max(1, floor(group.share * size + 1e-9))
