"""Detect: an incident that is ours, or the name of what blocks it."""

import json
from types import SimpleNamespace
from typing import Any

import pytest
from alarming import alarm, tagged_alarm
from by_hand import call, detected
from cloud import CLAIMS, INCIDENTS, RECOVERY_ROLE, Cloud
from left_behind import everything, incident, lock
from managed import database, instance, parameter, resource
from published import Json, actors, changed, overwriting, sample, stopping

from tasks import detect
from tasks.domain.errors import MissingVariable
from tasks.domain.knowledge.ssm import PARAMETER
from tasks.domain.payload import dump
from tasks.runtime.clients import client

NAME = "/app/host"
EVENT = overwriting(NAME, 2)
SESSION = actors()["AssumedRole"]
OURS = {**SESSION, "sessionContext": {"sessionIssuer": {"arn": RECOVERY_ROLE}}}


def blocked(cloud: Cloud, event: Json) -> str:
    payload = detected(cloud, event)
    return str(payload.get("blocked", {}).get("reason", "claimed"))


def test_a_fault_of_a_managed_resource_is_claimed(cloud: Cloud) -> None:
    one = parameter(NAME, "good", "bad")
    payload = detected(cloud, EVENT)
    assert payload["incident"]["resources"] == [dump(one)]
    assert (payload["attempt"], "blocked" in payload) == (0, False)
    record = incident(payload["incident"]["id"])
    assert (record["workflow_state"], record["execution"]) == ("DETECTED", payload["execution"])
    assert (record["resource_type"], record["resource_id"]) == (PARAMETER, NAME)
    assert record["incident"] == payload["incident"]
    assert lock(one.arn)["incident_id"] == record["incident_id"]


@pytest.mark.parametrize("number", [10**40, 1e300, 1e-300, float("inf"), 0.1 + 0.2])
def test_a_number_that_no_table_holds_does_not_break_the_claim(cloud: Cloud, number: float) -> None:
    parameter(NAME, "good", "bad")
    assert blocked(cloud, overwriting(NAME, 2, **{"requestParameters.tier": number})) == "claimed"


def test_the_lag_since_the_event_is_measured(cloud: Cloud) -> None:
    parameter(NAME, "good", "bad")
    payload = detected(cloud, EVENT)
    assert payload["detected_at"] - payload["lag_seconds"] == pytest.approx(1772366400, abs=0.01)


@pytest.mark.parametrize("time", ["", "2999-01-01T00:00:00Z"])
def test_an_event_without_a_time_or_from_the_future_has_no_lag(cloud: Cloud, time: str) -> None:
    parameter(NAME, "good", "bad")
    event = changed(EVENT, {("detail", "eventTime"): time, ("time",): time})
    assert detected(cloud, event)["lag_seconds"] == 0


def test_a_retry_of_detect_gets_its_own_incident_again(cloud: Cloud) -> None:
    parameter(NAME, "good", "bad")
    cloud.set(BURST="1")
    state = {"event": EVENT, "execution": cloud.execution()}
    first, again = call(detect.handler, state), call(detect.handler, state)
    assert first["incident"] == again["incident"]
    assert "blocked" not in again


def test_the_event_again_is_a_duplicate_and_leaves_the_record_alone(cloud: Cloud) -> None:
    parameter(NAME, "good", "bad")
    first = detected(cloud, EVENT)
    assert blocked(cloud, EVENT) == "DUPLICATE"
    assert incident(first["incident"]["id"])["execution"] == first["execution"]


def test_another_event_on_a_held_resource_is_busy(cloud: Cloud) -> None:
    parameter(NAME, "good", "bad")
    detected(cloud, EVENT)
    assert blocked(cloud, overwriting(NAME, 3, eventID="another")) == "RESOURCE_BUSY"


def test_the_lock_of_an_execution_that_ended_unclosed_is_taken_over(cloud: Cloud) -> None:
    parameter(NAME, "good", "bad")
    first = detected(cloud, EVENT)
    cloud.executions[first["execution"]]["status"] = "ABORTED"
    assert blocked(cloud, overwriting(NAME, 3, eventID="another")) == "claimed"


def test_an_execution_that_is_unknown_by_now_is_not_live(cloud: Cloud) -> None:
    parameter(NAME, "good", "bad")
    del cloud.executions[detected(cloud, EVENT)["execution"]]
    assert blocked(cloud, overwriting(NAME, 3, eventID="another")) == "claimed"


@pytest.mark.parametrize("status", ["RUNNING", "PENDING_REDRIVE"])
def test_a_live_execution_keeps_its_lock(cloud: Cloud, status: str) -> None:
    parameter(NAME, "good", "bad")
    first = detected(cloud, EVENT)
    cloud.executions[first["execution"]]["status"] = status
    assert blocked(cloud, overwriting(NAME, 3, eventID="another")) == "RESOURCE_BUSY"


BLOCKED: list[tuple[Json, str]] = [
    (overwriting("*", 2), "MALFORMED"),
    ({"anything": "else"}, "MALFORMED"),
    (sample("health_event"), "UNKNOWN_EVENT"),
    (stopping(*(f"i-{number}" for number in range(100))), "STORM"),
    (overwriting(NAME, 2, userIdentity=OURS), "INTENDED"),
    (overwriting(NAME, 2, userIdentity=actors()["AssumedRole invokedBy cloudformation"]), "INTENDED"),
    (overwriting("/never/was", 2), "UNMANAGED"),
    (stopping("i-0000000000000dead"), "UNMANAGED"),
]


@pytest.mark.parametrize(("event", "reason"), BLOCKED, ids=lambda value: value if isinstance(value, str) else "")
def test_what_a_guard_blocks_is_recorded_by_its_name_and_takes_nothing(cloud: Cloud, event: Json, reason: str) -> None:
    parameter(NAME, "good", "bad")
    payload = detected(cloud, event)
    record = incident(payload["incident"]["id"])
    assert payload["blocked"]["reason"] == record["blocked"]["reason"] == reason
    assert record["blocked"]["why"]
    assert record["workflow_state"] == "BLOCKED"
    assert [one for one in everything(CLAIMS) if not one["pk"].startswith("TOLD#")] == []


@pytest.mark.parametrize("value", ["on", "", "Off!", "stopp"])
def test_anything_but_off_stops_all_acting(cloud: Cloud, value: str) -> None:
    parameter(NAME, "good", "bad")
    cloud.switch(value or " ")
    assert blocked(cloud, EVENT) == "KILL_SWITCH"


@pytest.mark.parametrize("value", ["off", "OFF", " off\n"])
def test_off_lets_act(cloud: Cloud, value: str) -> None:
    parameter(NAME, "good", "bad")
    cloud.switch(value)
    assert blocked(cloud, EVENT) == "claimed"


def test_a_switch_that_cannot_be_read_is_an_error_and_not_a_yes(cloud: Cloud) -> None:
    parameter(NAME, "good", "bad")
    client("ssm").delete_parameter(Name="/aiops/kill-switch")
    with pytest.raises(client("ssm").exceptions.ParameterNotFound):
        detected(cloud, EVENT)
    assert everything(INCIDENTS) == everything(CLAIMS) == []


def test_of_several_resources_the_unmanaged_are_dropped_and_listed(cloud: Cloud) -> None:
    managed, unmanaged = instance("approve"), instance("")
    payload = detected(cloud, stopping(managed.id, unmanaged.id))
    assert payload["incident"]["resources"] == [dump(managed)]
    assert list(payload["incident"]["dropped"]) == [unmanaged.arn]


def test_a_resource_that_is_being_worked_on_is_left_alone(cloud: Cloud) -> None:
    assert blocked(cloud, stopping(instance(more={"aiops:change": "CHG-1"}).id)) == "INTENDED"


def test_a_state_change_that_a_call_explains_waits_for_the_call(cloud: Cloud) -> None:
    event = sample("ec2_instance_state_change", {"detail.instance-id": instance().id})
    assert blocked(cloud, event) == "DEFERRED"
    assert everything(CLAIMS) == []


def test_a_stop_from_inside_is_claimed(cloud: Cloud) -> None:
    one = instance(stopped=False)
    assert blocked(cloud, sample("ec2_instance_state_change", {"detail.instance-id": one.id})) == "claimed"


def test_a_databases_own_event_of_its_stop_waits_for_the_calls(cloud: Cloud) -> None:
    """RDS stops a database only when somebody tells it to, and who it was may have been allowed to."""
    event = sample("rds_db_instance_event", {"detail.SourceIdentifier": database().id})
    assert blocked(cloud, event) == "DEFERRED"
    full = changed(event, {("detail", "EventID"): "RDS-EVENT-0007"})
    assert blocked(cloud, full) == "claimed"


@pytest.mark.parametrize("event", [overwriting(NAME, 1), overwriting(NAME, 2, errorCode="AccessDenied")])
def test_what_is_harmless_claims_nothing_and_shields_nothing(cloud: Cloud, event: Json) -> None:
    parameter(NAME, "good", "bad")
    assert blocked(cloud, event) == "claimed"
    assert everything(CLAIMS) == []
    assert blocked(cloud, changed(EVENT, {("detail", "eventID"): "another"})) == "claimed"


ALWAYS = {"name": "always", "from": "00:00", "to": "00:00"}


def test_while_a_window_is_open_nothing_is_claimed_and_afterwards_it_is(cloud: Cloud) -> None:
    parameter(NAME, "good", "bad")
    cloud.set_policy(maintenance={"windows": [{**ALWAYS, "tags": {"aiops:recover": "auto"}}]})
    assert blocked(cloud, EVENT) == "MAINTENANCE"
    assert blocked(cloud, overwriting(NAME, 1, eventID="harmless")) == "claimed"
    assert lock(resource(PARAMETER, NAME).arn) == {}
    cloud.set_policy(maintenance={"windows": [{**ALWAYS, "tags": {"aiops:recover": "approve"}}]})
    assert blocked(cloud, EVENT) == "claimed"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [({"State": "CLOSED"}, "MAINTENANCE"), ({"State": "OPEN"}, "claimed"), (None, "MAINTENANCE")],
)
def test_a_change_calendar_that_is_closed_or_cannot_be_asked_holds_back(
    cloud: Cloud, answer: Json | None, reason: str
) -> None:
    parameter(NAME, "good", "bad")
    cloud.set_policy(maintenance={"calendars": ["freeze", "holidays"]})
    asked = []

    def say(params: Json, **_: Any) -> Any:
        asked.append(json.loads(params["body"]))
        refusal = {"Error": {"Code": "InvalidDocument", "Message": "no such calendar"}}
        return SimpleNamespace(status_code=200 if answer else 400), answer or refusal

    cloud.interfere("ssm", "before-call.ssm.GetCalendarState", say)
    assert blocked(cloud, EVENT) == reason
    assert asked == [{"CalendarNames": ["freeze", "holidays"]}]


def test_a_group_is_counted_by_the_tag_that_the_policy_names(cloud: Cloud) -> None:
    """A third of five, rounded down, is one; other instances and other types are no members."""
    cloud.set_policy(limits={"group": {"share": 0.34, "tags": ["service"]}})
    web = [instance(more={"service": "web"}) for _ in range(5)]
    other = instance(more={"service": "mail"})
    parameter("/app/web", "x", autonomy="")
    client("ssm").add_tags_to_resource(
        ResourceType="Parameter", ResourceId="/app/web", Tags=[{"Key": "service", "Value": "web"}]
    )
    first = detected(cloud, stopping(*(one.id for one in web[:2])))
    assert [one["id"] for one in first["incident"]["resources"]] == [web[0].id]
    assert blocked(cloud, stopping(web[2].id, eventID="2")) == "GROUP_BUSY"
    assert blocked(cloud, stopping(other.id, eventID="3")) == "claimed"


def test_a_blocked_event_that_comes_again_is_looked_at_again(cloud: Cloud) -> None:
    parameter(NAME, "good", "bad")
    cloud.switch("on")
    assert blocked(cloud, EVENT) == "KILL_SWITCH"
    cloud.switch("off")
    assert blocked(cloud, EVENT) == "claimed"


def test_a_missing_variable_is_named(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLAIMS_TABLE")
    with pytest.raises(MissingVariable, match="CLAIMS_TABLE is not set"):
        detected(cloud, EVENT)


def test_a_malformed_variable_is_named(cloud: Cloud) -> None:
    cloud.set(BURST="many")
    with pytest.raises(MissingVariable, match="BURST is no int: 'many'"):
        detected(cloud, EVENT)


def test_a_resource_is_found_by_its_name_whatever_its_slashes(cloud: Cloud) -> None:
    one = parameter("flat", "good", "bad")
    assert detected(cloud, overwriting("flat", 2))["incident"]["resources"] == [dump(resource(PARAMETER, "flat"))]
    assert one.arn.endswith("parameter/flat")


def test_an_alarm_is_about_the_resource_that_its_tag_names(cloud: Cloud) -> None:
    one = instance(stopped=False)
    tagged_alarm(one.arn)
    payload = detected(cloud, alarm())
    assert payload["incident"]["resources"] == [dump(one)]
    assert payload["incident"]["trigger"] == "ExampleCpuTooHigh"


def test_an_alarm_is_about_the_resource_that_the_policy_names(cloud: Cloud) -> None:
    one = instance(stopped=False)
    cloud.set_policy(alarms={"Example*": one.arn})
    assert detected(cloud, alarm())["incident"]["resources"] == [dump(one)]


def test_an_alarm_without_a_target_or_on_a_resource_that_did_not_opt_in_changes_nothing(cloud: Cloud) -> None:
    assert blocked(cloud, alarm()) == "UNMANAGED"
    tagged_alarm(instance("", stopped=False).arn)
    assert blocked(cloud, alarm()) == "UNMANAGED"
