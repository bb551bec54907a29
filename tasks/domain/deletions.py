"""Deleted objects: S3 tells of each one by itself, the workflow cares about the bucket.

Only calls in buckets with versions count; a lifecycle's own deletions are meant, and elsewhere nothing comes back.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from tasks.domain.kinds import Json
from tasks.domain.knowledge.s3 import OBJECTS_DELETED_EVENT
from tasks.domain.moment import iso, seconds

# Whoever deletes many objects is told of in several batches at once, of which one may speak for all.
OVERLAP = 90

MARKED, PERMANENT = "Delete Marker Created", "Permanently Deleted"


@dataclass(frozen=True)
class Deletions:
    """What was deleted in one bucket: the keys under new delete markers, the keys that lost a version for good.

    `since` is the time of the first deletion in seconds; `digest` names these deletions.
    """

    marked: tuple[str, ...]
    permanent: tuple[str, ...]
    since: float
    digest: str


def told(event: Json) -> tuple[str, str] | None:
    """Bucket and key of an `Object Deleted` event that a call in a bucket with versions caused; None for any other."""
    detail = event.get("detail")
    if not isinstance(detail, dict) or detail.get("reason") != "DeleteObject" or _moment(event) is None:
        return None
    bucket, one = detail.get("bucket"), detail.get("object")
    if not (isinstance(bucket, dict) and isinstance(one, dict)):
        return None
    versioned = detail.get("deletion-type") == MARKED or "version-id" in one
    return (str(bucket.get("name")), str(one.get("key"))) if versioned else None


def gather(events: Iterable[Json]) -> Deletions:
    """The deletions of one bucket; the events must be ones that `told` knows."""
    keys: dict[str, list[str]] = {MARKED: [], PERMANENT: []}
    times, ids = [], []
    for event in events:
        keys.setdefault(str(event["detail"].get("deletion-type")), []).append(str(event["detail"]["object"]["key"]))
        times.append(_moment(event) or 0.0)
        ids.append(str(event.get("id")))
    digest = hashlib.sha256(",".join(sorted(ids)).encode()).hexdigest()[:32]
    return Deletions(tuple(keys[MARKED]), tuple(keys[PERMANENT]), min(times), digest)


def entry(bucket: str, arn: str, found: Deletions, *, lost: int, until: float) -> Json:
    """The detail and the frame of the event that starts the workflow; `lost` keys have no version left."""
    detail = {
        "bucket": bucket,
        "marked": len(found.marked),
        "lost": lost,
        "since": iso(found.since - OVERLAP),
        "until": iso(until + OVERLAP),
        "prefix": folder(found.marked),
        "digest": found.digest,
    }
    return {"Source": "aiops", "DetailType": OBJECTS_DELETED_EVENT, "Detail": detail, "Resources": [arn]}


def _moment(event: Json) -> float | None:
    return seconds(str(event.get("time")))


def folder(keys: Iterable[str]) -> str:
    """The innermost folder that has all these keys, empty for the whole bucket."""
    found = sorted(keys)
    first, last = (found[0], found[-1]) if found else ("", "")
    same = next((at for at, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    return first[: first.rfind("/", 0, same) + 1]
