"""What the sweep asks CloudTrail, and what it puts on the bus."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from tasks.domain.errors import Malformed
from tasks.domain.events import DRIFT
from tasks.domain.guards import PASSING
from tasks.domain.incident import incident_id, understand
from tasks.domain.moment import seconds
from tasks.domain.payload import Json, Resource
from tasks.domain.sweep import Finding, drift
from tasks.runtime.clients import client
from tasks.store import incidents

# LookupEvents answers twice a second and 50 events at a time: this bounds one resource's history to 10 s.
MOST_PAGES = 20


@dataclass(frozen=True)
class Terms:
    """What the sweep works with; `grace` in seconds."""

    snapshots_table: str
    incidents_table: str
    recovery_role: str
    grace: float


def changes(resource: Resource, calls: Iterable[str], *, since: str) -> list[Json] | None:
    """CloudTrail's records of these calls on the resource since a moment; None when there are too many to read."""
    found: list[Json] = []
    for name in calls:
        pages = (
            client("cloudtrail")
            .get_paginator("lookup_events")
            .paginate(
                LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": name}], StartTime=seconds(since)
            )
        )
        for number, page in enumerate(pages):
            if number == MOST_PAGES:
                return None
            records = [json.loads(one["CloudTrailEvent"]) for one in page["Events"]]
            found += [one for one in records if resource.arn in _named(one)]
    return found


def report(terms: Terms, resource: Resource, finding: Finding, *, since: str, facts: Json) -> None:
    """Put the drift on the bus, unless it is an incident already that is not merely held back."""
    if not dealt_with(terms, resource.arn, [drift_id(terms, resource, finding)]):
        client("events").put_events(Entries=[drift(resource, finding, since=since, facts=facts)])


def drift_id(terms: Terms, resource: Resource, finding: Finding) -> str:
    """The id of the incident that a drift makes."""
    account, region = terms.recovery_role.split(":")[4], client("events").meta.region_name
    return incident_id(account, region, (resource,), DRIFT, finding.digest)


def dealt_with(terms: Terms, arn: str, incident_ids: Iterable[str]) -> bool:
    """Whether one of the incidents took care of the resource, and was not, nor left it out, for a passing reason."""
    for one in incident_ids:
        record = incidents.read(client("dynamodb"), terms.incidents_table, one)
        if record is not None:
            left_out = record["incident"].get("dropped", {}).get(arn, "").split(":")[0]
            if not {left_out, record.get("blocked", {}).get("reason")} & PASSING:
                return True
    return False


def _named(record: Json) -> list[str]:
    """The ARNs that a record names; none where it cannot be read, as a refused call with an impossible name."""
    try:
        return [one.arn for one in understand(record).resources]
    except Malformed:
        return []
