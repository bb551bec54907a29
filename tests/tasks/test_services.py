"""ECS services: more tasks up to the policy's limit, taken back only where nobody else has scaled."""

from dataclasses import replace
from typing import Any

import pytest
from managed import resource
from published import Json

from tasks.domain.errors import NotRecovered
from tasks.domain.events import named_by
from tasks.domain.knowledge.ecs import SERVICE
from tasks.domain.payload import Resource, Step
from tasks.resources import ecs_service as kind
from tasks.runtime.clients import client

pytestmark = pytest.mark.usefixtures("cloud")
OUT = "scale_service"
LIMITS = {"add": 2, "most": 4}


def service(tasks: int = 1) -> Resource:
    ecs = client("ecs")
    ecs.create_cluster(clusterName="shop")
    container = {"name": "web", "image": "web", "memory": 64}
    ecs.register_task_definition(family="web", containerDefinitions=[container])
    ecs.create_service(cluster="shop", serviceName="web", taskDefinition="web", desiredCount=tasks)
    return resource(SERVICE, "shop/web")


def desired(one: Resource, tasks: int | None = None) -> int:
    """How many tasks it wants, set first if a number is given."""
    if tasks is not None:
        client("ecs").update_service(cluster="shop", service="web", desiredCount=tasks)
    return int(state(one)["desired"])


def state(one: Resource) -> Any:
    return kind.snapshot(client, one.id)


def step(one: Resource) -> Step:
    return Step(one, OUT, "scale_service_back", False, False, wanted(state(one), LIMITS) or {})


def wanted(now: Json | None, settings: Json) -> Json | None:
    return kind.target(OUT, None, {"now": now, "settings": settings})


BOUNDS = [(1, LIMITS, 3), (3, LIMITS, 4), (4, LIMITS, None), (9, LIMITS, None), (0, LIMITS, None), (1, {}, None)]


@pytest.mark.parametrize(("now", "settings", "reach"), BOUNDS)
def test_a_service_grows_within_the_policy_and_stays_off(now: int, settings: Json, reach: int | None) -> None:
    assert wanted({"desired": now}, settings) == (None if reach is None else {"desired": reach})
    assert wanted(None, settings) is None


def test_its_arn_names_cluster_and_service() -> None:
    assert named_by(resource(SERVICE, "shop/web").arn) == (SERVICE, "shop/web")


def test_scaling_is_done_once_and_keeps_what_auto_scaling_did() -> None:
    one = service()
    asked = step(one)
    for _ in range(2):
        kind.restore(client, asked)
    assert desired(one) == 3
    desired(one, 5)
    kind.restore(client, asked)
    assert desired(one) == 5


def test_undoing_takes_back_what_was_added_and_nothing_that_somebody_else_changed() -> None:
    one = service()
    before, asked = state(one), step(one)
    kind.restore(client, asked)
    assert kind.undo(client, asked, before) == ""
    assert desired(one) == 1
    desired(one, 5)
    assert "left alone" in kind.undo(client, asked, before)
    assert desired(one) == 5


def test_a_service_is_healthy_when_all_its_tasks_run() -> None:
    one = service(tasks=2)
    assert kind.verify(client, step(one), {}) == "0 of 2 tasks are running"
    asked = step(one)
    desired(one, 0)
    assert kind.verify(client, asked, {}) == ""


@pytest.mark.parametrize("name", ["shop/gone", "nowhere/web", "web"])
def test_a_service_that_is_gone_is_neither_scaled_nor_healthy(name: str) -> None:
    one = service()
    gone = replace(step(one), resource=replace(one, id=name))
    with pytest.raises(NotRecovered, match="gone"):
        kind.restore(client, gone)
    assert kind.verify(client, gone, {}) == "the service is gone"


def test_the_sweep_does_not_fight_auto_scaling() -> None:
    assert kind.issue({"desired": 4}, {"desired": 1}) is None
