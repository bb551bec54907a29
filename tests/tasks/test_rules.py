"""EventBridge rules: switched off, changed, without targets or deleted, they come back whole."""

import json
from collections.abc import Callable

import pytest
from managed import resource, tagging
from published import Json

from tasks.domain.knowledge.eventbridge import RULE
from tasks.domain.payload import Resource, Step
from tasks.resources import events_rule as kind
from tasks.runtime.clients import client

pytestmark = pytest.mark.usefixtures("cloud")
PATTERN = {"source": ["aws.ec2"], "detail-type": ["EC2 Instance State-change Notification"]}
QUEUE = "arn:aws:sqs:us-east-1:123456789012:"
ROLE = "arn:aws:iam::123456789012:role/path/starts-the-workflow"
TARGETS = [{"Id": "a", "Arn": f"{QUEUE}a", "RoleArn": ROLE}, {"Id": "b", "Arn": f"{QUEUE}b"}]


def rule(name: str = "watch") -> Resource:
    events = client("events")
    events.put_rule(Name=name, EventPattern=json.dumps(PATTERN), Tags=tagging("auto"))
    events.put_targets(Rule=name, Targets=TARGETS)
    return resource(RULE, name)


def step(one: Resource, good: Json | None) -> Step:
    target = kind.target("restore_rule", good, {})
    assert target is not None
    return Step(one, "restore_rule", "none", False, False, target)


def put(**changes: str) -> Callable[[str], None]:
    return lambda name: client("events").put_rule(
        Name=name, **{"EventPattern": json.dumps(PATTERN), "State": "ENABLED", **changes}
    )


def without_targets(name: str) -> None:
    client("events").remove_targets(Rule=name, Ids=["a", "b"])


def delete(name: str) -> None:
    without_targets(name)
    client("events").delete_rule(Name=name)


FAULTS: list[tuple[Callable[[str], None], str]] = [
    (lambda name: client("events").disable_rule(Name=name), "events_rule_disabled"),
    (put(EventPattern=json.dumps({"source": ["nothing"]})), "events_rule_changed"),
    (without_targets, "events_rule_targets_changed"),
    (lambda name: client("events").put_targets(Rule=name, Targets=[{"Id": "a", "Arn": QUEUE}]), "events_rule_targets"),
    (lambda name: client("events").put_targets(Rule=name, Targets=[{"Id": "c", "Arn": QUEUE}]), "events_rule_targets"),
    (delete, ""),
]


@pytest.mark.parametrize(("fault", "issue"), FAULTS)
def test_whatever_was_done_to_it_the_rule_is_as_it_was(fault: Callable[[str], None], issue: str) -> None:
    one = rule()
    good = kind.snapshot(client, one.id)
    assert good is not None
    fault(one.id)
    now = kind.snapshot(client, one.id)
    found = kind.issue(good, now) if now else None
    assert (found[0] if found else "").startswith(issue)
    wanted = step(one, good)
    assert not kind.reached(wanted.target, now)
    assert kind.verify(client, wanted, {}) != ""
    for _ in range(2):  # again changes nothing
        kind.restore(client, wanted)
        assert kind.snapshot(client, one.id) == good
    assert kind.verify(client, wanted, {}) == ""


def test_the_same_pattern_written_otherwise_is_no_harm() -> None:
    one = rule()
    good = kind.snapshot(client, one.id)
    put(EventPattern=json.dumps(PATTERN, indent=2))(one.id)
    now = kind.snapshot(client, one.id)
    assert good
    assert now
    assert kind.issue(good, now) is None


def test_only_the_roles_that_the_rule_names_are_passed() -> None:
    good = kind.snapshot(client, rule().id)
    assert step(rule(), good).target["roles"] == ["path/starts-the-workflow"]


def test_without_a_snapshot_there_is_nothing_to_restore() -> None:
    assert kind.target("restore_rule", None, {}) is None


def test_a_rule_of_another_bus_is_found_there() -> None:
    events = client("events")
    events.create_event_bus(Name="orders")
    events.put_rule(Name="watch", EventBusName="orders", EventPattern=json.dumps(PATTERN))
    good = kind.snapshot(client, "orders/watch")
    assert good is not None
    events.disable_rule(Name="watch", EventBusName="orders")
    kind.restore(client, step(resource(RULE, "orders/watch"), good))
    assert kind.snapshot(client, "orders/watch") == good
