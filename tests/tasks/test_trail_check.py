"""CheckTrail: whether any trail logs the calls that the agent waits for is counted."""

import json

import pytest
from by_hand import call
from cloud import Cloud
from published import Json

from tasks import check_trail
from tasks.runtime.clients import client

DEFAULT: Json = {"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": []}
ARN = "arn:aws:cloudtrail:us-east-1:123456789012:trail/{}"


def check(capsys: pytest.CaptureFixture[str]) -> tuple[list[str], float]:
    logging = call(check_trail.handler, {})["logging"]
    (line,) = [json.loads(one) for one in capsys.readouterr().out.splitlines() if "_aws" in one]
    return logging, line["TrailLogging"][0]


def trail(name: str, selects: Json | None = None, *, logs: bool = True) -> None:
    cloudtrail = client("cloudtrail")
    client("s3").create_bucket(Bucket=f"{name}-bucket")
    cloudtrail.create_trail(Name=name, S3BucketName=f"{name}-bucket")
    cloudtrail.put_event_selectors(TrailName=name, **(selects or {"EventSelectors": [DEFAULT]}))
    if logs:
        cloudtrail.start_logging(Name=name)


def fields(**equals: str) -> Json:
    """An advanced selector."""
    return {"FieldSelectors": [{"Field": field, "Equals": [value]} for field, value in equals.items()]}


# What a trail that logs selects, and whether the agent's events are among it.
SELECTS: list[tuple[str, Json, bool]] = [
    ("EventSelectors", DEFAULT, True),
    ("EventSelectors", {**DEFAULT, "ReadWriteType": "WriteOnly"}, True),
    ("EventSelectors", {**DEFAULT, "ReadWriteType": "ReadOnly"}, False),
    ("EventSelectors", {**DEFAULT, "IncludeManagementEvents": False}, False),
    ("AdvancedEventSelectors", fields(eventCategory="Management"), True),
    ("AdvancedEventSelectors", fields(eventCategory="Management", readOnly="false"), True),
    ("AdvancedEventSelectors", fields(eventCategory="Management", readOnly="true"), False),
    ("AdvancedEventSelectors", fields(eventCategory="Data"), False),
]


@pytest.mark.parametrize(("kind", "selector", "counts"), SELECTS)
def test_a_logging_trail_counts_if_it_selects_management_writes(
    cloud: Cloud, capsys: pytest.CaptureFixture[str], kind: str, selector: Json, counts: bool
) -> None:
    trail("one", {kind: [selector]})
    assert check(capsys) == ([ARN.format("one")] if counts else [], counts)


def test_one_such_trail_is_enough(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    trail("silent", logs=False)
    trail("logging")
    assert check(capsys) == ([ARN.format("logging")], 1)


def test_a_trail_that_does_not_log_does_not_count(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    trail("silent", logs=False)
    assert check(capsys) == ([], 0)


def test_without_a_trail_the_count_is_zero(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(capsys) == ([], 0)
