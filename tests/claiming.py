"""Claims by name: who claims what, when, and who is alive."""

from collections.abc import Collection
from typing import Any

from cloud import CLAIMS, INCIDENTS
from published import overwriting, stopping

from tasks.domain.guards import Block
from tasks.domain.incident import understand
from tasks.domain.payload import Incident
from tasks.runtime.clients import client
from tasks.store import incidents
from tasks.store.claims import Claims, claim
from tasks.store.rate import Rate

NOW = 1_772_366_400_000
LIMIT = Rate(per_hour=60, burst=3)
ONE = understand(overwriting("/one", 2))
AGAIN = understand(overwriting("/one", 3, eventID="another"))
TWO = understand(stopping("i-1", "i-2"))
PART = understand(stopping("i-2", "i-3", eventID="another"))


def store() -> Claims:
    return Claims(client("dynamodb"), INCIDENTS, CLAIMS)


def claimed(
    incident: Incident,
    execution: str = "first",
    *,
    live: Collection[str] = ("first", "second"),
    limit: Rate = LIMIT,
    most: int = 1,
    after: int = 0,
    holding: bool = True,
) -> Incident | Block:
    """A claim `after` so many milliseconds; `most` of each group at once; not `holding` where nothing failed."""
    return claim(
        store(),
        incident,
        execution=execution,
        limit=limit,
        most={one.group: most for one in incident.resources},
        now_ms=NOW + after,
        retention_days=90,
        is_live=lambda arn: arn in live,
        holding=holding,
    )


def reason(found: Any) -> str:
    """Why not, or `claimed`."""
    return found.reason if isinstance(found, Block) else "claimed"


def fail(incident: Incident, execution: str = "first") -> None:
    """Record a failure."""
    changes = {"workflow_state": incidents.FAILED}
    assert incidents.update(client("dynamodb"), INCIDENTS, incident.id, changes, execution=execution)
