"""Claiming: one transaction takes the incident, each resource's lock and place in its group, and a rate token."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tasks.domain import guards
from tasks.domain.guards import Block
from tasks.domain.payload import Incident, load
from tasks.store import groups, incidents, locks, rate
from tasks.store.items import Json, decode
from tasks.store.rate import Rate
from tasks.store.transactions import TRIES, transact, tries


@dataclass(frozen=True)
class Claims:
    """The two tables of a claim."""

    dynamo: Any
    incidents: str
    claims: str


def claim(
    store: Claims,
    incident: Incident,
    *,
    execution: str,
    limit: Rate,
    most: Mapping[str, int],
    now_ms: int,
    retention_days: int,
    is_live: Callable[[str], bool],
    holding: bool = True,
) -> Incident | Block:
    """The incident, now ours, without the resources whose lock, or place in their group, was refused; or why not.

    `most` is how many members of each group may be under repair at once. What an execution holds that has ended
    without closing it (`is_live` says) is taken over. Without `holding` only the incident is ours: its resources must
    be free, but stay so, for `claim_ahead` to take.
    """
    dead: list[str] = []
    for _ in tries():
        token = [rate.take(store.dynamo, store.claims, limit, now_ms)] if holding else []
        record = incidents.claimed(store.incidents, incident, execution, now_ms, retention_days, dead, token=holding)
        taking = [
            locks.take(store.claims, one.arn, incident.id, execution, 0, now_ms, dead)
            if holding
            else locks.look(store.claims, one.arn, execution, now_ms, dead)
            for one in incident.resources
        ]
        places, crowded = _places(store, incident, most, execution, is_live)
        reasons = transact(store.dynamo, [record, *taking, *(places if holding or crowded else []), *token])
        if not reasons:
            return incident
        if "Item" in reasons[0]:
            known = decode(reasons[0]["Item"])
            if known["execution"] == execution:
                return load(Incident, known["incident"])
            if known["workflow_state"] not in incidents.OPEN or is_live(known["execution"]):
                return Block(guards.DUPLICATE, f"this event is incident {known['incident_id']} already")
            dead.append(known["execution"])
        refused = {
            resource.arn: decode(reason["Item"])
            for resource, reason in zip(incident.resources, reasons[1:], strict=False)
            if "Item" in reason
        }
        dead += [
            one["execution"] for one in refused.values() if one["state"] == locks.HELD and not is_live(one["execution"])
        ]
        lost = {arn: _why(lock) for arn, lock in refused.items() if lock["execution"] not in dead}
        left = guards.without(incident, crowded | lost)
        if isinstance(left, Block):
            return left
        incident = left
        # Only now: who retries its own claim, or brings a known event, needs no token.
        if token and (limited := rate.refusal(reasons[-1], limit, now_ms)):
            return limited
    return Block(guards.RESOURCE_BUSY, f"the claim met others {TRIES} times in a row")


def _places(
    store: Claims, incident: Incident, most: Mapping[str, int], execution: str, is_live: Callable[[str], bool]
) -> tuple[list[Json], dict[str, str]]:
    """The write for each group of the incident, and which resources find no room, ARN to why."""
    writes, lost = list[Json](), dict[str, str]()
    for name in groups.named(incident):
        known = groups.read(store.dynamo, store.claims, name)
        full = groups.crowded(incident, name, known, most=most[name], execution=execution, is_live=is_live)
        lost |= full
        writes.append(
            groups.refuse(store.claims, name)
            if full
            else groups.take(store.claims, incident, name, known, most=most[name], execution=execution, redrive=0)
        )
    return writes, lost


def _why(lock: Json) -> str:
    if lock["state"] == locks.COOLING:
        return f"{guards.COOLDOWN}: healed just now by incident {lock['incident_id']}"
    return f"{guards.RESOURCE_BUSY}: incident {lock['incident_id']} holds it"
