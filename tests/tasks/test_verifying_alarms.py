"""Verify: the alarm that started the incident, and those that ring since the restore."""

import time

import pytest
from alarms import alarm, measured
from by_hand import call, planned, restored
from cloud import Cloud
from left_behind import everything
from managed import instance, parameter, resource
from moto.cloudwatch.models import CloudWatchBackend, cloudwatch_backends
from published import ACCOUNT, REGION, Json, changed, overwriting, stopping

from tasks import verify
from tasks.domain.errors import NotRecovered, NotYetHealthy
from tasks.domain.knowledge.ssm import PARAMETER
from tasks.runtime.clients import client

HOST = resource(PARAMETER, "/app/host")
CPU = "cpu-high"


@pytest.fixture
def payload(cloud: Cloud) -> Json:
    """What Verify gets about a restored parameter."""
    parameter(HOST.id, "good", "bad")
    return restored(planned(cloud, overwriting(HOST.id, 2)))


def verified(payload: Json, *, restored_ago: float = 0) -> Json:
    now = time.time()
    moments = {"restored_at": now - restored_ago, "began_at": now - restored_ago - 10}
    return call(verify.handler, {**payload, "recovery": {**payload["recovery"], **moments}})


def by_alarm(payload: Json) -> Json:
    return changed(payload, {("incident", "trigger"): CPU})


def test_an_alarm_that_rings_on_old_data_is_waited_for(payload: Json) -> None:
    alarm(CPU, HOST.id, ago=600)
    measured(9, HOST.id, ago=600)
    with pytest.raises(NotYetHealthy, match="cpu-high is ALARM on data from before the restore"):
        verified(by_alarm(payload), restored_ago=150)
    assert everything("aiops-snapshots") == []


def test_an_alarm_that_still_rings_on_fresh_data_past_the_deadline_is_not_recovered(payload: Json) -> None:
    alarm(CPU, HOST.id, ago=600, EvaluationPeriods=5)
    measured(9, HOST.id, ago=150)
    with pytest.raises(NotYetHealthy, match="still rings"):
        verified(by_alarm(payload), restored_ago=300)
    with pytest.raises(NotRecovered, match="still rings"):
        verified(by_alarm(payload), restored_ago=430)


def test_a_point_whose_period_is_not_over_is_not_fresh(payload: Json) -> None:
    alarm(CPU, HOST.id, ago=600, Period=300)
    measured(9, HOST.id, ago=10)
    with pytest.raises(NotYetHealthy, match="before the restore"):
        verified(by_alarm(payload), restored_ago=600)


@pytest.mark.parametrize(
    ("state", "why"), [("ALARM", "on data from before the restore"), ("INSUFFICIENT_DATA", "for want of data")]
)
def test_without_fresh_data_until_the_deadline_the_resource_decides_and_it_is_told(
    payload: Json, state: str, why: str
) -> None:
    alarm(CPU, HOST.id, ago=900, state=state)
    result = verified(by_alarm(payload), restored_ago=300)
    assert result["outcome"] == "VERIFIED"
    assert result["unknown"] == f"the alarm cpu-high is {state} {why}"


def test_an_alarm_on_metric_math_is_judged_by_its_own_queries(payload: Json) -> None:
    metric = {"Namespace": "Own", "MetricName": "Load", "Dimensions": [{"Name": "Of", "Value": HOST.id}]}
    stat = {"Metric": metric, "Period": 60, "Stat": "Average"}
    alarm(CPU, Metrics=[{"Id": "m", "MetricStat": stat, "ReturnData": True}])
    measured(9, HOST.id, ago=150)
    with pytest.raises(NotRecovered, match="still rings"):
        verified(by_alarm(payload), restored_ago=600)


def test_an_alarm_that_is_over_or_gone_holds_nothing_up(payload: Json) -> None:
    assert verified(by_alarm(payload))["unknown"] == "the alarm cpu-high, which started it, is gone"
    alarm(CPU, HOST.id, state="OK")
    assert (verified(by_alarm(payload))["outcome"], verified(by_alarm(payload))["unknown"]) == ("VERIFIED", "")


def test_alarms_that_ring_since_the_restore_are_side_effects_and_the_resource_is_remembered_as_good(
    payload: Json,
) -> None:
    alarm("of-the-parameter", HOST.id.lstrip("/"))
    alarm("of-somebody", "else")
    result = verified(payload)
    assert result["outcome"] == "VERIFIED_WITH_SIDE_EFFECTS"
    assert result["alarms"] == {"near": ["of-the-parameter"], "elsewhere": ["of-somebody"], "more": False}
    assert [one["resource_arn"] for one in everything("aiops-snapshots")] == [HOST.arn]


def test_alarms_that_rang_before_the_trigger_and_the_agents_own_are_none(payload: Json) -> None:
    alarm("rang-before", HOST.id, ago=2000)
    alarm("aiops-executions-failed", HOST.id)
    alarm("quiet", HOST.id, state="OK")
    alarm(CPU, HOST.id)
    result = verified(by_alarm(payload), restored_ago=1000)
    assert (result["outcome"], result["alarms"]) == ("VERIFIED", {"near": [], "elsewhere": [], "more": False})


def test_an_alarm_on_another_member_of_the_resources_stack_is_near(cloud: Cloud) -> None:
    stack = {"aws:cloudformation:stack-id": "arn:of:shop"}
    one = instance(more=stack)
    other = instance("", more=stack)
    payload = restored(planned(cloud, stopping(one.id)))
    alarm("neighbour", other.id)
    alarm("stranger", instance("").id)
    assert verified(payload)["alarms"] == {"near": ["neighbour"], "elsewhere": ["stranger"], "more": False}


def test_of_very_many_alarms_some_are_named_and_it_is_said_that_there_are_more(payload: Json) -> None:
    for number in range(21):
        alarm(f"alarm-{number:02}", "else")
    rung = verified(payload)["alarms"]
    assert (len(rung["elsewhere"]), rung["more"]) == (20, True)


def test_an_alarm_that_shares_a_tag_with_the_resource_is_near(payload: Json) -> None:
    alarm("tagged", "else", Tags=[{"Key": "app", "Value": "shop"}])
    client("ssm").add_tags_to_resource(
        ResourceType="Parameter", ResourceId=HOST.id, Tags=[{"Key": "app", "Value": "shop"}]
    )
    assert verified(payload)["alarms"]["near"] == ["tagged"]


def composite(name: str) -> None:
    """A composite alarm, which looks at no metric of its own, rings."""
    alarm(name)
    made = cloudwatch_backends[ACCOUNT][REGION].alarms[name]
    made.rule, made.metric_name, made.dimensions = "ALARM(one)", None, None  # type: ignore[assignment]


def test_a_composite_alarm_that_rings_since_is_a_side_effect(payload: Json, monkeypatch: pytest.MonkeyPatch) -> None:
    """By state, moto gives away either kind of alarm but once, and so never a composite one."""
    filtered = CloudWatchBackend.get_alarms_by_state_value
    monkeypatch.setattr(CloudWatchBackend, "get_alarms_by_state_value", lambda *given: list(filtered(*given)))
    composite("service-down")
    assert verified(payload)["alarms"]["elsewhere"] == ["service-down"]


def test_a_composite_alarm_that_started_it_is_waited_for_and_then_told(payload: Json) -> None:
    composite(CPU)
    with pytest.raises(NotYetHealthy, match="cpu-high"):
        verified(by_alarm(payload), restored_ago=100)
    result = verified(by_alarm(payload), restored_ago=600)
    assert (result["outcome"], "cpu-high is ALARM" in result["unknown"]) == ("VERIFIED", True)


def test_an_alarm_whose_time_is_a_whole_second_is_not_taken_for_older(payload: Json) -> None:
    """It rang within the second in which the restore began."""
    began = time.time()
    alarm("errors", HOST.id, ago=time.time() - int(began))
    recovery = {**payload["recovery"], "restored_at": began, "began_at": began}
    assert call(verify.handler, {**payload, "recovery": recovery})["outcome"] == "VERIFIED_WITH_SIDE_EFFECTS"
