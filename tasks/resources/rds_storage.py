"""The storage of a database: it can grow, by a tenth at least, not again for six hours, and never shrinks
(docs.aws.amazon.com/AmazonRDS, "Increasing DB instance storage capacity").
"""

from math import ceil
from typing import Any

from tasks.domain.errors import NotRecovered, StillRestoring
from tasks.domain.payload import Json, Step

GROW = "grow_storage"
LEAST_GROWTH = 1.1


def storage(one: Json) -> Json:
    """What a database has, or is about to have, in GiB, and whether RDS lets it grow by itself."""
    allocated = one.get("PendingModifiedValues", {}).get("AllocatedStorage") or one.get("AllocatedStorage", 0)
    return {"allocated": allocated, "grows": one.get("MaxAllocatedStorage", 0) > allocated}


def target(now: Json | None, settings: Json) -> Json | None:
    """`percent` more than now, up to `most` GiB of the policy; what RDS makes grow by itself is left to it."""
    if not now or not now["stands_alone"] or now["storage"]["grows"]:
        return None
    had = now["storage"]["allocated"]
    wanted = min(ceil(had * (100 + settings.get("percent", 20)) / 100), settings.get("most", 0))
    return {"allocated": wanted} if had and wanted >= ceil(had * LEAST_GROWTH) else None


def grow(rds: Any, one: Json, step: Step) -> None:
    name, wanted, status = step.resource.id, step.target["allocated"], one["DBInstanceStatus"]
    if one["AllocatedStorage"] >= wanted:
        return
    if status == "storage-optimization":
        raise NotRecovered(
            f"the storage of {name} was changed within the last six hours: RDS changes it no sooner again"
        )
    if status in ("available", "storage-full") and storage(one)["allocated"] < wanted:
        rds.modify_db_instance(DBInstanceIdentifier=name, AllocatedStorage=wanted, ApplyImmediately=True)
    raise StillRestoring(f"{name} is {status}, its storage grows to {wanted} GiB")
