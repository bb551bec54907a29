"""The end of a claim: a verified change leaves a cooldown, every other end frees what was taken."""

from tasks.domain.payload import Incident
from tasks.store import groups, incidents, locks, rate
from tasks.store.claims import Claims
from tasks.store.rate import Rate
from tasks.store.transactions import conflict, transact, tries

# Step Functions cannot redrive as often: its history has 25,000 events.
MOST_REDRIVES = 25_000


def end_verified(
    store: Claims, incident: Incident, *, execution: str, cooldown_until_ms: int, foreseen: bool = False
) -> None:
    """After a verified change: the locks turn into a cooldown, the rate token stays spent.

    `foreseen`: nothing had failed.
    """
    for resource in incident.resources:
        locks.cool(
            store.dynamo,
            store.claims,
            resource.arn,
            incident_id=incident.id,
            execution=execution,
            until_ms=cooldown_until_ms,
            foreseen=foreseen,
        )
    groups.leave(store.dynamo, store.claims, incident, execution=execution, redrive=MOST_REDRIVES)


def end_unchanged(
    store: Claims, incident: Incident, *, execution: str, limit: Rate, redrive: int = MOST_REDRIVES
) -> None:
    """After every other end: the locks are freed and the rate token is given back, once however often repeated.

    What was claimed again at a later redrive than `redrive` stays.
    """
    for resource in incident.resources:
        locks.free(store.dynamo, store.claims, resource.arn, execution=execution, redrive=redrive)
    groups.leave(store.dynamo, store.claims, incident, execution=execution, redrive=redrive)
    back = [
        incidents.token_returned(store.incidents, incident, execution),
        rate.give_back(store.claims, limit),
    ]
    for _ in tries():
        if not conflict(transact(store.dynamo, back)):
            return
