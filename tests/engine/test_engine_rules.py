"""Calls on EventBridge's rules are the events that AWS publishes."""

from collections.abc import Callable
from typing import Any

from published import Json, sample

from engine.listener import Listener
from engine.shapes import outline

ACTS: dict[str, Json] = {
    "PutRule": {"Name": "told", "EventPattern": '{"source": ["a"]}', "State": "ENABLED", "Description": "x"},
    "PutTargets": {"Rule": "told", "Targets": [{"Id": "one", "Arn": "arn:aws:sqs:us-east-1:123456789012:one"}]},
    "DisableRule": {"Name": "told"},
    "RemoveTargets": {"Rule": "told", "Ids": ["one"]},
    "DeleteRule": {"Name": "told"},
}


def test_the_calls_on_a_rule_are_told_in_the_apis_own_names(calls: Listener, user: Callable[[str], Any]) -> None:
    for name, asked in ACTS.items():
        user("events")._make_api_call(name, asked)
        published = sample(f"cloudtrail_{name}")
        assert outline(calls.call(name), "requestParameters") == outline(published, "requestParameters")
