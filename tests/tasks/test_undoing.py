"""Undo: what the steps declare, backwards, once per attempt; redriven, on to another attempt."""

from typing import Any

import pytest
from by_hand import call, planned, restored
from cloud import CLAIMS, Cloud
from left_behind import sessions
from managed import (
    access_block,
    bucket,
    instance,
    instance_state,
    parameter,
    put_into_state,
    put_value,
    resource,
    unreachable,
    values,
)
from published import Json, on_bucket, overwriting, stopping

from tasks import restore, take_snapshots, undo
from tasks.domain.errors import NotHealed, StillRestoring
from tasks.domain.knowledge.ssm import PARAMETER
from tasks.runtime.clients import client
from tasks.store import steps

HOST = resource(PARAMETER, "/app/host")
FAILURE = {"Error": "NotRecovered", "Cause": '{"errorMessage": "still down", "errorType": "NotRecovered"}'}


@pytest.fixture
def payload(cloud: Cloud) -> Json:
    """What Undo gets after an overwritten parameter was restored and did not become healthy."""
    parameter(HOST.id, "good", "bad")
    return failed(cloud, overwriting(HOST.id, 2))


def failed(cloud: Cloud, event: Json) -> Json:
    return {**restored(planned(cloud, event)), "failure": FAILURE}


def undone(payload: Json) -> str:
    with pytest.raises(NotHealed) as raised:
        call(undo.handler, payload)
    return str(raised.value)


def test_an_attempt_that_did_not_help_is_taken_back_and_fails(payload: Json) -> None:
    told = undone(payload)
    assert values(HOST) == ["good", "bad", "good", "bad"]
    assert "NotRecovered: still down" in told
    assert "/app/host: put_replaced_version done" in told


def test_undoing_twice_changes_the_resource_once(payload: Json) -> None:
    for _ in range(2):
        undone(payload)
    assert values(HOST) == ["good", "bad", "good", "bad"]


def test_what_was_taken_back_and_then_done_again_by_somebody_is_left_alone(cloud: Cloud) -> None:
    """Undo broke off before it could say that it was through, and is redriven; meanwhile a person started it."""
    one = instance()
    payload = failed(cloud, stopping(one.id))
    undone(payload)
    client("dynamodb").delete_item(TableName=CLAIMS, Key={"pk": {"S": f"UNDONE#{payload['execution']}#0"}})
    client("ec2").start_instances(InstanceIds=[one.id])
    assert "was taken back before (stop_instance)" in undone(payload)
    assert instance_state(one) == "running"


def test_steps_are_taken_back_in_the_reverse_of_their_order(cloud: Cloud) -> None:
    names = [instance().id for _ in range(3)]
    told = undone(failed(cloud, stopping(*names)))
    places = [told.index(f"{name}: stop_instance done") for name in names]
    assert places == sorted(places, reverse=True)


def test_a_change_that_somebody_else_made_since_is_left_alone(payload: Json) -> None:
    put_value(HOST, "somebody else's")
    assert "was changed by somebody else since: left alone" in undone(payload)
    assert values(HOST)[-1] == "somebody else's"
    assert len(values(HOST)) == 4


def test_an_instance_that_did_not_become_healthy_is_stopped_again(cloud: Cloud) -> None:
    one = instance()
    assert "stop_instance done" in undone(failed(cloud, stopping(one.id)))
    assert instance_state(one) == "stopped"


def test_a_status_check_that_fails_meanwhile_is_nobody_elses_change(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = instance()
    payload = failed(cloud, stopping(one.id))
    unreachable(monkeypatch, one)
    assert "stop_instance done" in undone(payload)
    assert instance_state(one) == "stopped"


def test_a_closed_exposure_stays_closed(cloud: Cloud) -> None:
    one = bucket("abc")
    call(take_snapshots.handler, {})
    client("s3").delete_public_access_block(Bucket="abc")
    payload = failed(cloud, on_bucket("DeleteBucketPublicAccessBlock", "abc"))
    assert "nothing" in undone(payload)
    assert access_block(one)
    assert len(sessions()) == 1


def test_a_plan_that_broke_halfway_is_taken_back_where_it_was_begun(cloud: Cloud) -> None:
    one, two, three = instance(), instance(), instance()
    payload = planned(cloud, stopping(one.id, two.id, three.id))
    put_into_state(two, "stopping")
    with pytest.raises(StillRestoring):
        call(restore.handler, payload)
    told = undone({**payload, "failure": FAILURE})
    assert f"{one.id}: stop_instance done" in told
    assert f"{two.id} is as it was before" in told
    assert three.id not in told
    assert told.index(two.id) < told.index(one.id)


def test_nothing_begun_is_nothing_undone(cloud: Cloud) -> None:
    parameter(HOST.id, "good", "bad")
    assert "nothing" in undone({**planned(cloud, overwriting(HOST.id, 2)), "failure": FAILURE})
    assert values(HOST) == ["good", "bad"]


def test_a_session_to_undo_may_only_undo(cloud: Cloud) -> None:
    undone(failed(cloud, stopping(instance().id)))
    doing, undoing = (str(session.policy) for session in sessions())
    assert "StartInstances" in doing
    assert "StopInstances" in undoing
    assert "StartInstances" not in undoing


# kept: the redrive count at which attempt 0 was undone; now: the current count; what is done
RULE: list[tuple[int | None, int, str]] = [
    (None, 0, "undo"),
    (None, 1, "undo"),
    (0, 0, "undo"),
    (0, 1, "go on"),
    (0, 3, "go on"),
    (1, 1, "undo"),
    (1, 2, "go on"),
]


@pytest.mark.parametrize(("kept", "now", "done"), RULE)
def test_a_redrive_after_an_undone_attempt_goes_on_and_everything_else_undoes(
    cloud: Cloud, payload: Json, kept: int | None, now: int, done: str
) -> None:
    if kept is not None:
        steps.mark_undone(client("dynamodb"), CLAIMS, payload["execution"], 0, redrive=kept, now=0)
    cloud.executions[payload["execution"]]["redriveCount"] = now
    if done == "go on":
        assert call(undo.handler, payload) == {"attempt": now}
        assert values(HOST)[-1] == "good"
    else:
        undone(payload)
        assert steps.undone_at(client("dynamodb"), CLAIMS, payload["execution"], 0) == now
        assert values(HOST)[-1] == "bad"


def test_attempts_are_undone_and_redriven_one_after_another(cloud: Cloud, payload: Json) -> None:
    for number in range(1, 4):
        undone(payload)
        cloud.executions[payload["execution"]]["redriveCount"] = number
        payload |= call(undo.handler, payload)
        assert payload["attempt"] == number
        payload = restored(payload)
        assert values(HOST)[-1] == "good"


def test_a_step_that_broke_off_in_the_middle_is_taken_back_if_it_reached_its_target(cloud: Cloud) -> None:
    one = instance()
    payload = planned(cloud, stopping(one.id))
    begun: dict[str, Any] = {"phase": steps.PENDING, "before": {"state": "stopped"}, "after": {}}
    steps.write(client("dynamodb"), CLAIMS, payload["execution"], 0, 0, **begun, begun_at=0, now=0)
    client("ec2").start_instances(InstanceIds=[one.id])
    assert "stop_instance done" in undone({**payload, "failure": FAILURE})
    assert instance_state(one) == "stopped"
