"""Objects under delete markers (docs.aws.amazon.com/AmazonS3, "Managing delete markers").

Removing the marker brings the object back; a version that was deleted for good does not come back.
"""

from collections.abc import Iterator
from typing import Any

from tasks.domain.errors import NotRecovered
from tasks.domain.moment import seconds
from tasks.domain.payload import Json

# A page has 1,000 versions and takes about a third of a second, of the 50 that a function has.
MOST_PAGES = 50
# DeleteObjects takes that many.
AT_ONCE = 1000
# Deletions wait for up to a day while their bucket is under repair; no event may ask for more.
LONGEST = 90_000


def window(facts: Json) -> Json | None:
    """Which markers an event tells of: where, and between which moments; None where it tells of none."""
    known = {part: facts.get(part) for part in ("since", "until", "prefix")}
    since, until = (seconds(str(known[part])) for part in ("since", "until"))
    sound = since is not None and until is not None and 0 <= until - since <= LONGEST
    return known if sound and facts.get("marked") and isinstance(known["prefix"], str) else None


def hidden(s3: Any, bucket: str, wanted: Json) -> list[Json]:
    """Key and version of every marker in the window that hides an object now; NotRecovered if they are too many."""
    return [
        {"Key": one["Key"], "VersionId": one["VersionId"]}
        for page in _pages(s3, bucket, wanted["prefix"])
        for one in page.get("DeleteMarkers", [])
        if one["IsLatest"] and _within(one["LastModified"].timestamp(), wanted)
    ]


def uncover(s3: Any, bucket: str, wanted: Json) -> None:
    """Ensure that no marker of the window hides an object."""
    markers = hidden(s3, bucket, wanted)
    for at in range(0, len(markers), AT_ONCE):
        some = markers[at : at + AT_ONCE]
        refused = s3.delete_objects(Bucket=bucket, Delete={"Objects": some, "Quiet": True}).get("Errors", [])
        if refused:
            raise NotRecovered(f"{len(refused)} markers stay, the first for {refused[0].get('Code')}")


def has_versions(s3: Any, bucket: str, key: str) -> bool:
    """Whether any version of an object is left."""
    found = s3.list_object_versions(Bucket=bucket, Prefix=key, MaxKeys=2)
    return any(one["Key"] == key for one in found.get("Versions", []))


def _pages(s3: Any, bucket: str, prefix: str) -> Iterator[Json]:
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix)
    for number, page in enumerate(pages):
        if number == MOST_PAGES:
            raise NotRecovered(f"more than {MOST_PAGES},000 versions under {prefix!r}: remove the markers by hand")
        yield page


def _within(moment: float, wanted: Json) -> bool:
    """S3 tells the time of a marker in whole seconds."""
    since, until = (seconds(wanted[part]) or 0.0 for part in ("since", "until"))
    return since - 1 <= moment <= until
