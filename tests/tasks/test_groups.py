"""Auto Scaling groups: more instances within the group's own bounds, taken back only where nobody else has scaled."""

from dataclasses import replace
from typing import Any

import pytest
from alarming import alarm, tagged_alarm
from by_hand import detected, planned, restored
from cloud import Cloud
from managed import scaling_group
from published import Json

from tasks.domain.errors import NotRecovered
from tasks.domain.payload import Resource, Step
from tasks.resources import autoscaling_autoscalinggroup as kind
from tasks.runtime.clients import client

OUT = "scale_out"


def desired(one: Resource, capacity: int | None = None) -> int:
    """The group's desired capacity, set first if one is given."""
    if capacity is not None:
        client("autoscaling").set_desired_capacity(AutoScalingGroupName=one.id, DesiredCapacity=capacity)
    return int(state(one)["desired"])


def state(one: Resource) -> Any:
    return kind.snapshot(client, one.id)


def wanted(now: Json | None, **settings: int) -> Json | None:
    return kind.target(OUT, None, {"now": now, "settings": settings})


def step(one: Resource) -> Step:
    return Step(one, OUT, "scale_in", False, False, wanted(state(one)) or {})


BOUNDS = [
    ((1, 4), {}, 2),
    ((1, 4), {"add": 2}, 3),
    ((3, 4), {"add": 5}, 4),
    ((4, 4), {}, None),
    ((5, 4), {}, None),
]


@pytest.mark.parametrize(("now", "settings", "reach"), BOUNDS)
def test_a_group_never_grows_beyond_its_own_maximum(
    now: tuple[int, int], settings: dict[str, int], reach: int | None
) -> None:
    capacity = {"desired": now[0], "least": 1, "most": now[1]}
    assert wanted(capacity, **settings) == (None if reach is None else {"desired": reach})
    assert wanted(None) is None


def test_scaling_out_is_done_once_however_often_it_is_asked_for(cloud: Cloud) -> None:
    one = scaling_group()
    asked = step(one)
    for _ in range(2):
        kind.restore(client, asked)
    assert desired(one) == 2
    assert kind.verify(client, asked, {}) == ""


def test_what_auto_scaling_has_done_meanwhile_is_kept(cloud: Cloud) -> None:
    one = scaling_group()
    asked = step(one)
    desired(one, 3)
    kind.restore(client, asked)
    assert desired(one) == 3


def test_undoing_takes_back_what_was_added_and_nothing_that_somebody_else_changed(cloud: Cloud) -> None:
    one = scaling_group()
    before, asked = state(one), step(one)
    kind.restore(client, asked)
    assert kind.undo(client, asked, before) == ""
    assert desired(one) == 1
    kind.restore(client, asked)
    desired(one, 3)
    assert "left alone" in kind.undo(client, asked, before)
    assert desired(one) == 3


def test_a_group_is_healthy_when_all_its_instances_serve(cloud: Cloud) -> None:
    one = scaling_group()
    name = client("autoscaling").describe_auto_scaling_instances()["AutoScalingInstances"][0]["InstanceId"]
    client("autoscaling").set_instance_health(InstanceId=name, HealthStatus="Unhealthy")
    assert kind.verify(client, step(one), {}) == "0 of 1 instances are in service"


def test_a_group_that_is_gone_is_neither_scaled_nor_healthy(cloud: Cloud) -> None:
    one = scaling_group()
    asked = step(one)
    gone = replace(asked, resource=replace(one, id="gone"))
    with pytest.raises(NotRecovered, match="gone"):
        kind.restore(client, gone)
    assert kind.verify(client, gone, {}) == "the Auto Scaling group is gone"
    assert "left alone" in kind.undo(client, gone, {})


def test_the_sweep_does_not_fight_auto_scaling(cloud: Cloud) -> None:
    assert kind.issue({"desired": 4}, {"desired": 1}) is None


def test_an_alarm_on_a_group_scales_it_out(cloud: Cloud) -> None:
    one = scaling_group()
    tagged_alarm(one.arn)
    payload = planned(cloud, alarm())
    assert payload["analysis"]["issue"] == "group_cpu_high"
    assert (payload["plan"]["autonomy"], payload["plan"]["steps"][0]["target"]) == ("auto", {"desired": 2})
    restored(payload)
    assert desired(one) == 2


def test_a_group_at_its_maximum_is_told_of_and_not_touched(cloud: Cloud) -> None:
    one = scaling_group(most=1)
    tagged_alarm(one.arn)
    plan = planned(cloud, alarm())["plan"]
    assert (plan["autonomy"], plan["steps"]) == ("notify", [])
    assert "web is gone, or at its own maximum already" in plan["reason"]


def test_the_tag_of_another_group_of_that_name_does_not_count(cloud: Cloud) -> None:
    """A group that was deleted and made again has another ARN."""
    tagged_alarm(scaling_group().arn.replace("autoScalingGroup:", "autoScalingGroup:0"))
    assert detected(cloud, alarm())["blocked"]["reason"] == "UNMANAGED"
