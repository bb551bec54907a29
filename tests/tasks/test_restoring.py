"""Restore: the plan, step by step, each once."""

import json
from typing import Any

import pytest
from by_hand import call, detected, planned
from cloud import CLAIMS, RECOVERY_ROLE, SNAPSHOTS, Cloud
from left_behind import incident, lock, sessions
from managed import instance, instance_state, parameter, put_into_state, put_value, resource, unreachable, values
from published import ACCOUNT, REGION, Json, changed, drifting, overwriting, stopping

from tasks import restore
from tasks.domain.errors import NotRecovered, PlanChanged, StillRestoring
from tasks.domain.knowledge.ec2 import INSTANCE
from tasks.domain.knowledge.ssm import PARAMETER
from tasks.domain.payload import Plan, load
from tasks.domain.planning import plan_hash
from tasks.runtime.clients import client
from tasks.store import snapshots, steps

HOST = resource(PARAMETER, "/app/host")
STEP = ("plan", "steps")


@pytest.fixture
def payload(cloud: Cloud) -> Json:
    """What Recover gets about an overwritten parameter."""
    parameter(HOST.id, "good", "bad")
    return planned(cloud, overwriting(HOST.id, 2))


def restored(payload: Json) -> Json:
    return call(restore.handler, payload)


def with_step(payload: Json, **changes: Any) -> Json:
    (step,) = payload["plan"]["steps"]
    return changed(payload, {STEP: [{**step, **changes}]})


def test_the_plan_is_carried_out_and_told_with_before_and_after(payload: Json) -> None:
    recovery = restored(payload)
    (step,) = recovery["steps"]
    assert recovery["outcome"] == "RESTORED"
    assert (step["before"]["version"], step["after"]["version"]) == (2, 3)
    assert values(HOST) == ["good", "bad", "good"]


def test_restoring_twice_changes_the_resource_once(payload: Json) -> None:
    assert restored(payload)["steps"] == restored(payload)["steps"]
    assert values(HOST) == ["good", "bad", "good"]


def test_a_done_step_is_not_repeated_even_if_the_resource_changed_since(payload: Json) -> None:
    restored(payload)
    put_value(HOST, "somebody else's")
    restored(payload)
    assert values(HOST)[-1] == "somebody else's"


def test_a_step_that_broke_off_after_its_change_is_finished_and_not_repeated(payload: Json) -> None:
    begun = {"phase": steps.PENDING, "before": restored(payload)["steps"][0]["before"], "after": {}}
    steps.write(client("dynamodb"), CLAIMS, payload["execution"], 0, 0, **begun, begun_at=0, now=0)
    (step,) = restored(payload)["steps"]
    assert (step["before"]["version"], step["after"]["version"]) == (2, 3)
    assert values(HOST) == ["good", "bad", "good"]


def test_the_next_thing_is_tried_only_when_what_came_before_had_its_time(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reboot that does not help is followed by a stop and a start, one that helps by nothing."""
    one = instance(stopped=False)
    good = {"state": "running", "impaired": False, "launch": {"image": "ami-1"}, "stop_loses": []}
    snapshots.write(client("dynamodb"), SNAPSHOTS, one, good, taken_at="")
    unreachable(monkeypatch, one, until="stop")
    payload = planned(cloud, drifting(INSTANCE, one.id, "ec2_instance_impaired"))
    assert [step["action"] for step in payload["plan"]["steps"]] == ["reboot_instance", "restart_instance"]
    with pytest.raises(StillRestoring, match="may do without restart_instance"):
        restored(payload)
    assert instance_state(one) == "running"
    done = steps.read(client("dynamodb"), CLAIMS, payload["execution"], 0, 0)
    assert done
    record = {key: done[key] for key in ("phase", "before", "after")}
    steps.write(client("dynamodb"), CLAIMS, payload["execution"], 0, 0, **record, begun_at=0.0, now=0)
    with pytest.raises(StillRestoring, match="still stopping"):
        restored(payload)
    assert [step["after"]["impaired"] for step in restored(payload)["steps"]] == [True, False]


def test_no_resource_waits_for_what_was_done_to_another(cloud: Cloud) -> None:
    cloud.set_policy(recover={"ec2_instance_stopped": {"action": "restart_instance", "autonomy": "auto"}})
    hosts = [instance(), instance()]
    good = {"state": "running", "impaired": False, "launch": {"image": "ami-1"}, "stop_loses": []}
    for one in hosts:
        snapshots.write(client("dynamodb"), SNAPSHOTS, one, good, taken_at="")
    done = restored(planned(cloud, stopping(*(one.id for one in hosts))))
    assert [step["action"] for step in done["steps"]] == ["restart_instance"] * 2
    assert [instance_state(one) for one in hosts] == ["running"] * 2


def test_it_resumes_at_the_first_unfinished_step(cloud: Cloud) -> None:
    """The first is done, the second takes its time; meanwhile somebody stops the first."""
    one, two = instance(), instance()
    payload = planned(cloud, stopping(one.id, two.id))
    put_into_state(two, "stopping")
    with pytest.raises(StillRestoring, match=two.id):
        restored(payload)
    assert instance_state(one) == "running"
    client("ec2").stop_instances(InstanceIds=[one.id])
    put_into_state(two, "stopped")
    assert [step["after"]["state"] for step in restored(payload)["steps"]] == ["running"] * 2
    assert (instance_state(one), instance_state(two)) == ("stopped", "running")


def test_the_session_may_do_the_plan_alone_and_carries_the_incident(payload: Json) -> None:
    restored(payload)
    (session,) = sessions()
    assert (session.role, session.name) == (RECOVERY_ROLE, f"aiops-{payload['incident']['id']}")
    looks = [one["Action"] for one in session.policy["Statement"] if one["Resource"] == "*"]
    assert looks == [["ssm:DescribeParameters"]]
    assert {one["Resource"] for one in session.policy["Statement"]} == {
        HOST.arn,
        f"arn:aws:kms:{REGION}:{ACCOUNT}:key/*",
        "*",
    }


def test_what_is_beyond_recovery_is_not_recovered(payload: Json) -> None:
    gone = with_step(payload, target={"version": 99})
    honest = changed(gone, {("plan", "hash"): plan_hash(load(Plan, gone["plan"]).steps)})
    with pytest.raises(NotRecovered, match="version 99"):
        restored(honest)


TAMPERED: list[dict[str, Any]] = [
    {"action": "delete"},
    {"undo": "none"},
    {"target": {"version": 99}},
    {"seen": {"version": 9}},
    {"data_risk": True},
    {"resource": {"type": PARAMETER, "id": "/app/other", "arn": HOST.arn, "autonomy": "auto"}},
]


@pytest.mark.parametrize("change", TAMPERED, ids=lambda change: next(iter(change)))
def test_a_plan_that_is_not_the_hashed_one_is_refused(payload: Json, change: dict[str, Any]) -> None:
    with pytest.raises(PlanChanged, match="not the ones that were hashed"):
        restored(with_step(payload, **change))
    assert (values(HOST), sessions()) == (["good", "bad"], [])


def test_a_change_after_the_plan_was_made_is_not_overwritten(payload: Json) -> None:
    """The preconditions are read again, which matters most after a review."""
    put_value(HOST, "meant")
    with pytest.raises(PlanChanged, match="changed after the plan was made"):
        restored(payload)
    assert values(HOST)[-1] == "meant"


def test_a_resource_that_healed_after_the_plan_was_made_is_left_as_it_is(cloud: Cloud) -> None:
    one = instance()
    payload = planned(cloud, stopping(one.id))
    client("ec2").start_instances(InstanceIds=[one.id])
    assert restored(payload)["outcome"] == "RESTORED"
    assert instance_state(one) == "running"


def test_a_resource_that_is_gone_after_the_plan_was_made_is_refused(payload: Json) -> None:
    client("ssm").delete_parameter(Name=HOST.id)
    with pytest.raises(PlanChanged):
        restored(payload)


@pytest.mark.parametrize("deny", [{"actions": ["put_previous_version"]}, {"resources": [HOST.arn]}], ids=str)
def test_what_the_policy_denies_by_now_is_not_done_whoever_approved_it(cloud: Cloud, payload: Json, deny: Json) -> None:
    cloud.set_policy(deny=deny)
    with pytest.raises(PlanChanged, match="the policy denies"):
        restored(payload)
    assert (values(HOST), sessions()) == (["good", "bad"], [])


def test_the_kill_switch_stops_it_before_anything_changes(cloud: Cloud, payload: Json) -> None:
    cloud.switch("on")
    assert restored(payload) == {"outcome": "KILL_SWITCH", "why": "/aiops/kill-switch is on", "steps": []}
    assert (values(HOST), sessions()) == (["good", "bad"], [])


def test_a_redriven_restore_claims_again(cloud: Cloud, payload: Json) -> None:
    cloud.executions[payload["execution"]]["redriveCount"] = 1
    assert restored(payload)["outcome"] == "RESTORED"
    assert lock(HOST.arn)["redrive"] == incident(payload["incident"]["id"])["redrive"] == 1


def test_a_redriven_restore_gives_way_to_an_incident_that_took_over(cloud: Cloud, payload: Json) -> None:
    cloud.executions[payload["execution"]]["status"] = "FAILED"
    assert "blocked" not in detected(cloud, overwriting(HOST.id, 2, eventID="another"))
    cloud.executions[payload["execution"]] |= {"status": "RUNNING", "redriveCount": 1}
    assert restored(payload)["outcome"] == "RESOURCE_BUSY"
    assert values(HOST) == ["good", "bad"]


def test_a_steps_token_is_other_in_each_attempt_and_step() -> None:
    places = [(execution, attempt, number) for execution in ("a", "b") for attempt in (0, 1) for number in (0, 1)]
    made = [steps.token(*place) for place in places]
    assert (len(set(made)), made) == (8, [steps.token(*place) for place in places])
    assert all(len(one) == 32 and one.isalnum() for one in made)


def test_no_value_of_a_parameter_leaves_restore(cloud: Cloud) -> None:
    secret = parameter("/app/secret", "canary-good", "canary-bad", Type="SecureString")
    recovery = restored(planned(cloud, overwriting(secret.id, 2)))
    assert "canary" not in json.dumps(recovery) + cloud.log()
    assert values(secret)[-1] == "canary-good"
