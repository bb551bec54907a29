"""Deleted objects: which events count, and what is told of a bucket's deletions together."""

import json
from typing import Any

import pytest
from published import Json, sample

from tasks.domain.deletions import OVERLAP, entry, folder, gather, told
from tasks.domain.incident import understand
from tasks.domain.moment import seconds
from tasks.domain.rules import judge

ARN = "arn:aws:s3:::amzn-s3-demo-bucket"


def deleted(key: str = "example-key", **changes: Any) -> Json:
    return sample("s3_object_deleted", {"detail.object.key": key, "id": key, **changes})


CASES = [
    (deleted(), True),
    (sample("s3_object_deleted", {"detail.deletion-type": "Permanently Deleted"}), True),
    (sample("s3_object_deleted", {"detail.reason": "Lifecycle Expiration"}), False),
    (
        sample("s3_object_deleted", {"detail.deletion-type": "Permanently Deleted", "detail.object": {"key": "a"}}),
        False,
    ),
    (sample("s3_object_deleted", {"time": "yesterday"}), False),
    ({"detail": {"reason": "DeleteObject", "bucket": "b", "object": []}}, False),
    ({}, False),
]


@pytest.mark.parametrize(("event", "counts"), CASES)
def test_only_a_call_in_a_bucket_with_versions_counts(event: Json, counts: bool) -> None:
    assert (told(event) is not None) == counts


def test_many_deletions_are_one_event_of_their_bucket() -> None:
    events = [deleted("logs/1"), deleted("logs/2", time="2026-03-01T11:59:00Z"), deleted("logs/2")]
    found = gather(events)
    assert found.digest == gather(reversed(events)).digest != gather(events[:2]).digest
    made = entry("b", ARN, found, lost=0, until=found.since + 60)
    told_of = made["Detail"]
    assert (told_of["marked"], told_of["prefix"]) == (3, "logs/")
    assert seconds(told_of["since"]) == (seconds("2026-03-01T11:59:00Z") or 0) - OVERLAP


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (["a/b/1", "a/b/2"], "a/b/"),
        (["a/b/1", "a/c/1"], "a/"),
        (["a/b", "a/b/c"], "a/"),
        (["a/b"], "a/"),
        (["a", "b"], ""),
        ([], ""),
    ],
)
def test_the_folder_has_all_keys(keys: list[str], expected: str) -> None:
    assert folder(keys) == expected


@pytest.mark.parametrize(
    ("marked", "lost", "issue"), [(3, 0, "s3_objects_deleted"), (3, 2, "s3_objects_deleted"), (0, 2, "s3_objects_lost")]
)
def test_what_can_come_back_is_told_from_what_is_lost(marked: int, lost: int, issue: str) -> None:
    found = gather([deleted()])
    made = entry("amzn-s3-demo-bucket", ARN, found, lost=lost, until=found.since)
    event = {
        "source": made["Source"],
        "detail-type": made["DetailType"],
        "detail": {**json.loads(json.dumps(made["Detail"])), "marked": marked},
        "account": "123456789012",
        "region": "us-east-1",
    }
    incident = understand(event)
    assert [one.arn for one in incident.resources] == [ARN]
    verdict = judge(incident)
    assert (verdict.classification, verdict.issue) == ("FAILURE", issue)
    assert ("nothing brings them back" in verdict.reason) == bool(lost)
