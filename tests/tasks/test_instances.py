"""EC2 instances: how they look, how they are restored, judged and taken back."""

from typing import Any

import pytest
from cloud import Cloud
from managed import instance, instance_state, put_into_state, resource, unreachable
from published import Json

from tasks.domain.errors import NotRecovered, StillRestoring
from tasks.domain.knowledge.ec2 import INSTANCE
from tasks.domain.payload import Resource, Step
from tasks.resources import ec2_instance as kind
from tasks.resources.ec2_replacement import stop_loses
from tasks.runtime.clients import client

pytestmark = pytest.mark.usefixtures("cloud")
RUNNING: Json = {"state": "running", "impaired": False}
STOPPED: Json = {"state": "stopped", "impaired": False}


def step(one: Resource, action: str = "start_instance") -> Step:
    target = kind.target(action, None, {})
    return Step(one, action, kind.ACTIONS[action].undo, False, False, target or {}, STOPPED)


def state(one: Resource) -> Any:
    found = kind.snapshot(client, one.id)
    return found and {key: found[key] for key in ("state", "impaired")}


STATES: list[tuple[str, Json | None]] = [
    ("pending", RUNNING),
    ("running", RUNNING),
    ("stopping", STOPPED),
    ("stopped", STOPPED),
    ("shutting-down", None),
    ("terminated", None),
]


@pytest.mark.parametrize(("name", "expected"), STATES)
def test_a_passing_state_counts_as_the_one_it_leads_to(name: str, expected: Json | None) -> None:
    one = instance()
    put_into_state(one, name)
    assert state(one) == expected


@pytest.mark.parametrize("name", ["i-0000000000000dead", "nonsense"])
def test_an_instance_that_never_was_has_no_state(name: str) -> None:
    assert kind.snapshot(client, name) is None
    assert not kind.called(client, name, {})


def test_an_unchanged_instance_always_looks_the_same() -> None:
    one = instance(stopped=False)
    assert kind.snapshot(client, one.id) == kind.snapshot(client, one.id)


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


@pytest.mark.parametrize("action", ["start_instance", "reboot_instance"])
@pytest.mark.parametrize("name", ["shutting-down", "terminated"])
def test_a_terminated_instance_cannot_be_started_or_rebooted(name: str, action: str) -> None:
    one = instance()
    put_into_state(one, name)
    with pytest.raises(NotRecovered, match=name):
        kind.restore(client, step(one, action))


def test_an_instance_is_healthy_when_it_runs_and_both_checks_passed() -> None:
    one = instance(stopped=False)
    assert kind.verify(client, step(one), {}) == ""


def test_a_stopped_instance_is_not_healthy() -> None:
    assert "stopped" in kind.verify(client, step(instance()), {})


def test_a_guest_that_does_not_answer_is_impaired_and_not_healthy(monkeypatch: pytest.MonkeyPatch) -> None:
    one = instance(stopped=False)
    unreachable(monkeypatch, one)
    assert state(one) == {"state": "running", "impaired": True}
    assert kind.verify(client, step(one), {}) == "instance status is impaired"


def test_a_host_that_fails_is_left_to_ec2s_own_recovery(monkeypatch: pytest.MonkeyPatch) -> None:
    one = instance(stopped=False)
    unreachable(monkeypatch, one, system="impaired")
    assert state(one) == RUNNING


def test_what_aws_itself_works_on_is_left_to_it(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    one = instance(stopped=False)
    unreachable(monkeypatch, one)
    cloud.health = ["i-another"]
    assert state(one)["impaired"]
    cloud.health = [one.id]
    assert not state(one)["impaired"]
    kind.restore(client, step(one, "reboot_instance"))
    cloud.health = []
    assert state(one)["impaired"]


@pytest.mark.parametrize(("description", "impaired"), [("The instance is retiring", False), ("[Completed] It", True)])
def test_an_instance_with_a_scheduled_event_is_left_to_ec2(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, description: str, impaired: bool
) -> None:
    one = instance(stopped=False)
    unreachable(monkeypatch, one)

    def schedule(parsed: Json, **_: Any) -> None:
        for status in parsed["InstanceStatuses"]:
            status["Events"] = [{"Code": "instance-retirement", "Description": description}]

    cloud.interfere("ec2", "after-call.ec2.DescribeInstanceStatus", schedule)
    assert state(one)["impaired"] == impaired


def test_a_guest_that_no_reboot_helps_is_stopped_and_started(monkeypatch: pytest.MonkeyPatch) -> None:
    one = instance(stopped=False)
    good = kind.snapshot(client, one.id)
    assert good is not None
    target = kind.target("restart_instance", {**good, "stop_loses": []}, {})
    restart = Step(one, "restart_instance", "none", True, False, target or {})
    unreachable(monkeypatch, one, until="stop")
    with pytest.raises(StillRestoring, match="still stopping"):
        kind.restore(client, restart)
    assert instance_state(one) == "stopped"
    for _ in range(2):
        kind.restore(client, restart)
    assert instance_state(one) == "running"
    assert kind.reached(restart.target, kind.snapshot(client, one.id))


@pytest.mark.parametrize("change", [{"stop_loses": ["instance store"]}, {"launch": None}, {"stop_loses": None}])
def test_an_instance_that_a_stop_takes_something_from_is_never_stopped(change: Json) -> None:
    """Nor is one that others look after, or of which it is not known."""
    good = kind.snapshot(client, instance(stopped=False).id)
    assert good is not None
    assert kind.target("restart_instance", {**good, "stop_loses": []}, {}) is not None
    assert kind.target("restart_instance", {**good, **change}, {}) is None
    assert kind.target("restart_instance", None, {}) is None


@pytest.mark.parametrize(
    ("instance_type", "loses"), [("t3.micro", []), ("i3.large", ["instance store"]), ("none.such", ["instance store"])]
)
def test_what_a_stop_would_lose_is_known_beforehand(instance_type: str, loses: list[str]) -> None:
    described = {"InstanceId": "i-1", "InstanceType": instance_type, "RootDeviceType": "ebs"}
    assert stop_loses(client("ec2"), described, None) == loses
    rooted = {**described, "RootDeviceType": "instance-store"}
    assert stop_loses(client("ec2"), rooted, None) == ["instance store"]
    public = {**described, "PublicIpAddress": "203.0.113.10"}
    assert stop_loses(client("ec2"), public, None) == [*loses, "public address"]


def test_a_guest_that_does_not_answer_is_rebooted(monkeypatch: pytest.MonkeyPatch) -> None:
    one = instance(stopped=False)
    unreachable(monkeypatch, one)
    for _ in range(2):
        kind.restore(client, step(one, "reboot_instance"))
    assert state(one) == RUNNING
    assert kind.reached(step(one, "reboot_instance").target, kind.snapshot(client, one.id))


def test_a_guest_that_answers_again_by_itself_is_not_rebooted() -> None:
    one = instance()
    kind.restore(client, step(one, "reboot_instance"))
    assert instance_state(one) == "stopped"


def test_a_reboot_asks_to_be_seen_as_what_it_is() -> None:
    assert kind.ACTIONS["reboot_instance"].disruptive
    assert not kind.ACTIONS["start_instance"].disruptive


def test_undoing_stops_what_was_stopped_and_nothing_else() -> None:
    was_stopped, was_running = instance(stopped=False), instance(stopped=False)
    kind.undo(client, step(was_stopped), STOPPED)
    kind.undo(client, step(was_running), RUNNING)
    assert (instance_state(was_stopped), instance_state(was_running)) == ("stopped", "running")


def test_a_stop_and_an_unanswered_check_are_worse_than_before() -> None:
    impaired = {**RUNNING, "impaired": True}
    assert kind.issue(RUNNING, STOPPED) == ("ec2_instance_stopped", "running -> stopped")
    assert kind.issue(RUNNING, impaired) == ("ec2_instance_impaired", "the instance status check fails")
    for good, now in ((STOPPED, RUNNING), (RUNNING, RUNNING), (STOPPED, STOPPED)):
        assert kind.issue(good, now) is None


def test_what_befalls_a_replacement_is_an_issue_under_its_own_id_only() -> None:
    assert kind.issue(RUNNING, {**STOPPED, "replaced_by": "i-2"}) is None


def test_an_instance_needs_no_snapshot_to_be_started() -> None:
    assert kind.target("start_instance", None, {}) == {"state": "running"}


def test_a_stop_by_a_caller_is_told_from_one_from_inside(cloud: Cloud) -> None:
    one = instance()
    assert kind.called(client, one.id, {})
    client("ec2").start_instances(InstanceIds=[one.id])
    assert not kind.called(client, resource(INSTANCE, one.id).id, {})
