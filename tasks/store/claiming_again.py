"""An incident that is ours already takes what it needs to act: after a redrive, or when it had held nothing so far."""

from tasks.domain import guards
from tasks.domain.guards import Block
from tasks.domain.payload import Incident
from tasks.store import groups, incidents, locks, rate
from tasks.store.claims import Claims
from tasks.store.items import Json
from tasks.store.rate import Rate
from tasks.store.transactions import TRIES, transact, tries


def claim_again(store: Claims, incident: Incident, *, execution: str, redrive: int, now_ms: int) -> Block | None:
    """A redriven execution takes its locks and its places again; None when it has them."""
    taking = [
        locks.take(store.claims, one.arn, incident.id, execution, redrive, now_ms, []) for one in incident.resources
    ]
    return _claim_known(store, incident, taking, execution=execution, redrive=redrive)


def claim_ahead(
    store: Claims, incident: Incident, *, execution: str, since_ms: int, limit: Rate, now_ms: int
) -> Block | None:
    """An incident that held nothing while nothing had failed takes its locks, its places and a rate token to act.

    None when it has them; what failed or was healed since it was foreseen (`since_ms`) is left alone.
    """
    taking = [
        locks.take(store.claims, one.arn, incident.id, execution, 0, since_ms, [], foreseen=True)
        for one in incident.resources
    ]
    return _claim_known(store, incident, taking, execution=execution, redrive=0, limit=limit, now_ms=now_ms)


def _claim_known(
    store: Claims,
    incident: Incident,
    taking: list[Json],
    *,
    execution: str,
    redrive: int,
    limit: Rate | None = None,
    now_ms: int = 0,
) -> Block | None:
    """Take what an incident that is ours needs to act; with a `limit` also a token."""
    record = incidents.reclaimed(store.incidents, incident, execution, redrive, token=limit is not None)
    for _ in tries():
        token = [rate.take(store.dynamo, store.claims, limit, now_ms)] if limit else []
        places = []
        for name in groups.named(incident):
            known = groups.read(store.dynamo, store.claims, name)
            terms = {"most": known.get("most", 1), "execution": execution}
            if full := groups.crowded(incident, name, known, **terms, is_live=lambda _: True):
                return Block(guards.GROUP_BUSY, next(iter(full.values())))
            places.append(groups.take(store.claims, incident, name, known, **terms, redrive=redrive))
        reasons = transact(store.dynamo, [record, *taking, *places, *token])
        if not reasons:
            return None
        mine = reasons[: 1 + len(taking)]
        if any(one["Code"] == "ConditionalCheckFailed" for one in mine):
            return Block(guards.RESOURCE_BUSY, "another incident took a resource over since")
        if limit and (limited := rate.refusal(reasons[-1], limit, now_ms)):
            return limited
    return Block(guards.RESOURCE_BUSY, f"the claim met others {TRIES} times in a row")
