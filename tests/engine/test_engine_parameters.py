"""Calls on parameters are the events that AWS publishes, without the values."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from published import Json, sample

from engine.listener import Listener
from engine.shapes import TAG, whole

SECRET = {"Name": "/acts/host", "Value": "secret", "Type": "SecureString", "Overwrite": True}
# The published event, and what is asked of a parameter that is there.
ACTS: dict[str, tuple[str, Json]] = {
    "PutParameter": ("put_parameter", SECRET),
    "AddTagsToResource": (
        "add_tags_to_resource",
        {"ResourceType": "Parameter", "ResourceId": "/acts/host", "Tags": [TAG]},
    ),
    "DeleteParameters": ("delete_parameters", {"Names": ["/acts/host"]}),
    "DeleteParameter": ("delete_parameter", {"Name": "/acts/host"}),
}


@pytest.mark.parametrize("name", ACTS)
def test_a_call_on_a_parameter_is_the_event_that_aws_publishes(
    calls: Listener, user: Callable[[str], Any], name: str
) -> None:
    ssm, (method, parameters) = user("ssm"), ACTS[name]
    ssm.put_parameter(**SECRET)
    calls.forget()
    getattr(ssm, method)(**parameters)
    event = calls.call(name)
    assert whole(event) == whole(sample(f"cloudtrail_{name}"))
    assert "secret" not in json.dumps(event)
