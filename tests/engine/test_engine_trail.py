"""A trail tells the calls that it logs, and its own end."""

import json
from collections.abc import Callable
from typing import Any

from published import Json, sample

from aiops.engine import ACCOUNT, REGION, Engine
from engine.listener import Listener
from engine.shapes import TAG, outline

EYES: dict[str, Json] = {
    "AddTags": {"ResourceId": f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/eyes", "TagsList": [TAG]},
    "UpdateTrail": {
        "Name": "eyes",
        "S3BucketName": "trail-bucket",
        "SnsTopicName": "",
        "IsMultiRegionTrail": True,
        "EnableLogFileValidation": False,
        "KmsKeyId": "",
    },
    "PutEventSelectors": {
        "TrailName": "eyes",
        "EventSelectors": [
            {
                "ReadWriteType": "ReadOnly",
                "IncludeManagementEvents": False,
                "DataResources": [
                    {"Type": "AWS::S3::Object", "Values": []},
                    {"Type": "AWS::Lambda::Function", "Values": []},
                ],
                "ExcludeManagementEventSources": [],
            }
        ],
    },
    "StartLogging": {"Name": "eyes"},
    "StopLogging": {"Name": "eyes"},
    "DeleteTrail": {"Name": "eyes"},
}


def test_the_calls_on_a_trail_are_the_events_that_aws_publishes(
    calls: Listener, engine: Engine, user: Callable[[str], Any]
) -> None:
    engine.client("cloudtrail").create_trail(Name="eyes", S3BucketName="trail-bucket")
    for name, asked in EYES.items():
        user("cloudtrail")._make_api_call(name, asked)
        parts = ("requestParameters", "userIdentity")
        assert outline(calls.call(name), *parts) == outline(sample(f"cloudtrail_{name}"), *parts)


def test_the_last_call_that_a_trail_logs_is_the_one_that_stops_it(engine: Engine, calls: Listener) -> None:
    """A trail that logs no writes is as blind as one that is stopped or deleted."""
    cloudtrail = engine.client("cloudtrail")
    reads = [{"ReadWriteType": "ReadOnly", "IncludeManagementEvents": True}]
    cloudtrail.put_event_selectors(TrailName="trail", EventSelectors=reads)
    engine.client("ssm").put_parameter(Name="unselected", Value="v", Type="String")
    cloudtrail.put_event_selectors(TrailName="trail", EventSelectors=[{**reads[0], "ReadWriteType": "All"}])
    engine.client("ssm").put_parameter(Name="selected", Value="v", Type="String")
    assert calls.until(lambda event: event["detail"]["requestParameters"].get("name") == "selected")
    named = [event["detail"]["requestParameters"].get("name") for event in calls.received]
    assert "unselected" not in named


def test_events_need_a_logging_trail_and_the_history_does_not(engine: Engine, calls: Listener) -> None:
    engine.client("cloudtrail").stop_logging(Name="trail")
    engine.client("ssm").put_parameter(Name="unlogged", Value="v", Type="String")
    engine.client("cloudtrail").start_logging(Name="trail")
    engine.client("ssm").put_parameter(Name="logged", Value="v", Type="String")
    assert calls.until(lambda event: event["detail"]["requestParameters"].get("name") == "logged")
    assert [event for event in calls.received if event["detail"]["eventName"] == "StopLogging"]
    assert not [event for event in calls.received if event["detail"]["requestParameters"].get("name") == "unlogged"]
    wanted = [{"AttributeKey": "EventName", "AttributeValue": "PutParameter"}]
    found = engine.client("cloudtrail").lookup_events(LookupAttributes=wanted)["Events"]
    kept = [json.loads(event["CloudTrailEvent"])["requestParameters"]["name"] for event in found]
    assert {"logged", "unlogged"} <= set(kept)
