"""EC2 instances: how they look, how they are restored, judged and taken back."""

import pytest
from cloud import Cloud
from managed import instance, instance_state, put_into_state, resource
from published import Json

from tasks.domain.errors import NotRecovered, StillRestoring
from tasks.domain.knowledge.ec2 import INSTANCE
from tasks.domain.payload import Resource, Step
from tasks.resources import ec2_instance as kind
from tasks.runtime.clients import client

pytestmark = pytest.mark.usefixtures("cloud")


def step(one: Resource) -> Step:
    return Step(one, "start_instance", "stop_instance", False, False, {"state": "running"}, {"state": "stopped"})


STATES: list[tuple[str, Json | None]] = [
    ("pending", {"state": "running"}),
    ("running", {"state": "running"}),
    ("stopping", {"state": "stopped"}),
    ("stopped", {"state": "stopped"}),
    ("shutting-down", None),
    ("terminated", None),
]


@pytest.mark.parametrize(("name", "state"), STATES)
def test_a_passing_state_counts_as_the_one_it_leads_to(name: str, state: Json | None) -> None:
    one = instance()
    put_into_state(one, name)
    assert kind.snapshot(client, one.id) == state


@pytest.mark.parametrize("name", ["i-0000000000000dead", "nonsense"])
def test_an_instance_that_never_was_has_no_state(name: str) -> None:
    assert kind.snapshot(client, name) is None
    assert not kind.called(client, name)


@pytest.mark.parametrize("name", ["stopped", "pending", "running"])
def test_restoring_ensures_that_the_instance_runs(name: str) -> None:
    one = instance()
    put_into_state(one, name)
    for _ in range(2):
        kind.restore(client, step(one))
    assert instance_state(one) == ("pending" if name == "pending" else "running")


def test_a_stopping_instance_is_waited_for() -> None:
    one = instance()
    put_into_state(one, "stopping")
    with pytest.raises(StillRestoring):
        kind.restore(client, step(one))


@pytest.mark.parametrize("name", ["shutting-down", "terminated"])
def test_a_terminated_instance_cannot_be_started(name: str) -> None:
    one = instance()
    put_into_state(one, name)
    with pytest.raises(NotRecovered, match=name):
        kind.restore(client, step(one))


def test_an_instance_is_healthy_when_it_runs_and_both_checks_passed() -> None:
    one = instance(stopped=False)
    assert kind.verify(client, step(one), {}) == ""


def test_a_stopped_instance_is_not_healthy() -> None:
    assert "stopped" in kind.verify(client, step(instance()), {})


def test_undoing_stops_what_was_stopped_and_nothing_else() -> None:
    was_stopped, was_running = instance(stopped=False), instance(stopped=False)
    kind.undo(client, step(was_stopped), {"state": "stopped"})
    kind.undo(client, step(was_running), {"state": "running"})
    assert (instance_state(was_stopped), instance_state(was_running)) == ("stopped", "running")


def test_only_a_stop_is_worse_than_before() -> None:
    running, stopped = {"state": "running"}, {"state": "stopped"}
    assert kind.issue(running, stopped) == ("ec2_instance_stopped", "running -> stopped")
    for good, now in ((stopped, running), (running, running), (stopped, stopped)):
        assert kind.issue(good, now) is None


def test_an_instance_needs_no_snapshot_to_be_started() -> None:
    assert kind.target("start_instance", None, {}) == {"state": "running"}


def test_a_stop_by_a_caller_is_told_from_one_from_inside(cloud: Cloud) -> None:
    one = instance()
    assert kind.called(client, one.id)
    client("ec2").start_instances(InstanceIds=[one.id])
    assert not kind.called(client, resource(INSTANCE, one.id).id)
