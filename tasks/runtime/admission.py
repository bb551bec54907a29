"""What stands before the claim of a harmful incident: maintenance, recurrence, storms.

Each guard lets the incident on, perhaps with fewer resources, or blocks it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tasks.domain import guards
from tasks.domain.guards import Block
from tasks.domain.moment import iso
from tasks.domain.payload import Incident
from tasks.domain.policy import Policy
from tasks.runtime import calendars
from tasks.runtime.clients import client
from tasks.store import patterns, storms
from tasks.store.storms import Storm

Tags = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Counters:
    """Where storms and recurrences are counted."""

    claims_table: str
    patterns_table: str
    storm: Storm


def admitted(
    incident: Incident, issue: str, tags: Tags, policy: Policy, counters: Counters, *, execution: str, now_ms: int
) -> Incident | Block:
    """The incident with the resources that may be healed now, or the block; `tags` maps an ARN to its tags."""
    dynamo, now = client("dynamodb"), now_ms / 1000
    found = guards.maintained(incident, tags, policy, now=now)
    if isinstance(found, Block):
        return found
    if why := calendars.closed(client("ssm"), policy.calendars):
        return Block(guards.MAINTENANCE, why)
    table, storm = counters.claims_table, counters.storm
    if block := storms.count(dynamo, table, storm, found, issue, execution=execution, now_ms=now_ms):
        return block
    return _recurring(found, issue, policy, counters.patterns_table, execution=execution, now=now)


def _recurring(
    incident: Incident, issue: str, policy: Policy, table: str, *, execution: str, now: float
) -> Incident | Block:
    """What recurs is for a person, who is told once in the policy's hours."""
    limit, dynamo = policy.recurring, client("dynamodb")
    if limit is None:
        return incident
    counted = {one.arn: patterns.read(dynamo, table, issue=issue, arn=one.arn) for one in incident.resources}
    found = guards.recurring(incident, counted, limit, now=now)
    if isinstance(found, Incident):
        return found
    since = iso(now - limit.hours * 3600)
    told = [
        patterns.tell(dynamo, table, issue=issue, arn=arn, execution=execution, at=iso(now), since=since)
        for arn in counted
    ]
    return Block(found.reason, f"{issue}: {found.why}", tell=any(told))
