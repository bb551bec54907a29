"""What an alarm watches, how bad it is that it rang, and which resource it is about."""

from dataclasses import replace
from typing import Any

import pytest
from alarming import NAME, alarm, metric
from published import ACCOUNT, REGION, Json, sample

from tasks.domain.alarms import context, described, rings, severity, unclear
from tasks.domain.guards import UNMANAGED, Block
from tasks.domain.incident import understand
from tasks.domain.knowledge.ec2 import INSTANCE
from tasks.domain.opting import TARGET
from tasks.domain.payload import Resource
from tasks.domain.policy import Policy
from tasks.domain.rules import judge
from tasks.domain.targets import aim

I_1 = f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/i-1234567890abcdef0"
NO_POLICY = Policy({}, (), (), (), 60, (), ())

METRICS = [
    ("CPUUtilization", "cpu_high"),
    ("cpu_usage_active", "cpu_high"),
    ("mem_used_percent", "memory_high"),
    ("FreeableMemory", "memory_high"),
    ("disk_used_percent", "disk_full"),
    ("FreeStorageSpace", "disk_full"),
    ("LogicalDisk % Free Space", "disk_full"),
    ("NetworkOut", "network_high"),
    ("net_drop_in", "network_high"),
    ("TargetResponseTime", "response_slow"),
    ("Latency", "response_slow"),
    ("StatusCheckFailed", ""),
    ("Errors", ""),
]


@pytest.mark.parametrize(("name", "watched"), METRICS)
def test_what_an_alarm_watches_follows_from_its_metric(name: str, watched: str) -> None:
    assert context(alarm(metric(name))["detail"]) == watched


def test_metric_math_is_understood_where_all_its_metrics_are_of_one_kind() -> None:
    total: Json = {"id": "e1", "expression": "SUM(METRICS())", "returnData": True}
    assert context(alarm(total, metric("NetworkIn"), metric("NetworkOut"))["detail"]) == "network_high"
    assert context(alarm(total, metric("NetworkIn"), metric("CPUUtilization"))["detail"]) == ""


BAND = {"id": "ad1", "expression": "ANOMALY_DETECTION_BAND(m1, 2)", "returnData": True}
QUERY = {"id": "q1", "expression": 'SELECT MAX(CPUUtilization) FROM SCHEMA("AWS/EC2")', "returnData": True}
UNCLEAR = [
    (alarm(BAND, metric("CPUUtilization")), "an anomaly-detection alarm"),
    (alarm(QUERY), "an alarm on a Metrics Insights query"),
    (alarm(configuration={"alarmRule": "ALARM(a) AND ALARM(b)"}), "a composite alarm"),
    (alarm(configuration={"metrics": "rubbish"}), "an alarm without a metric"),
    (alarm(configuration=None), "an alarm without a metric"),
]


@pytest.mark.parametrize(("event", "why"), UNCLEAR)
def test_an_alarm_that_is_not_understood_is_told_as_such_and_never_acted_on(event: Json, why: str) -> None:
    assert unclear(event["detail"]) == why
    verdict = judge(understand(event))
    assert (verdict.issue, verdict.classification) == ("alarm_not_understood", "ANOMALY")
    assert why in verdict.reason


DISK, FREE, SLOW = metric("disk_used_percent"), metric("FreeStorageSpace"), metric("TargetResponseTime")
GRADES = [
    (alarm(values=[82.0], threshold=80.0), "medium"),
    (alarm(values=[81.0], threshold=80.0), "low"),
    (alarm(values=[91.0], threshold=80.0), "high"),
    (alarm(values=[99.0], threshold=80.0), "critical"),
    (alarm(values=[81.0, 81.0, 81.0], threshold=80.0), "medium"),
    (alarm(values=[91.0, 91.0, 91.0], threshold=80.0), "critical"),
    (alarm(values=[91.0, 70.0, 91.0], threshold=80.0), "high"),
    (alarm(DISK, values=[100.0], threshold=90.0), "critical"),
    (alarm(FREE, values=[9.5e9], threshold=10e9), "low"),
    (alarm(FREE, values=[4e9], threshold=10e9), "high"),
    (alarm(FREE, values=[0.0], threshold=10e9), "critical"),
    (alarm(SLOW, values=[1.2], threshold=1.0), "medium"),
    (alarm(SLOW, values=[20.0], threshold=1.0), "critical"),
    (alarm(SLOW, values=[0.5], threshold=0.0), "critical"),
    (alarm(values=[100.0], threshold=100.0), "low"),
]


@pytest.mark.parametrize(("event", "grade"), GRADES)
def test_severity_grows_with_distance_and_duration(event: Json, grade: str) -> None:
    assert severity(event["detail"]) == grade
    assert judge(understand(event)).severity == grade


@pytest.mark.parametrize(
    "changes",
    [
        {"state.reasonData": "rubbish"},
        {"state.reasonData": "[1]"},
        {"state.reasonData": None},
        {"state.reasonData": '{"recentDatapoints": [1], "threshold": null}'},
        {"state.reasonData": '{"recentDatapoints": ["a", NaN, true], "threshold": 1}'},
    ],
)
def test_without_readable_numbers_the_severity_is_medium(changes: Any) -> None:
    event = alarm(**changes)
    assert severity(event["detail"]) == "medium"
    assert "CPUUtilization" in described(event["detail"])


def test_the_reason_tells_the_numbers() -> None:
    told = "the alarm ExampleCpuTooHigh rang: CPUUtilization is 99.5, the threshold 50 for 5 min"
    assert judge(understand(sample("cloudwatch_alarm_state_change"))).reason == told


def test_a_return_to_ok_is_normal() -> None:
    back = sample("cloudwatch_alarm_ok")
    assert not rings(back["detail"])
    assert judge(understand(back)).classification == "NORMAL"


def about(target: str, *, by_policy: bool = False) -> Any:
    incident = understand(sample("cloudwatch_alarm_state_change"))
    policy = replace(NO_POLICY, alarms={"Other*": I_1, "Example*": target} if by_policy else {})
    return aim(incident, {} if by_policy else {TARGET: target}, policy)


@pytest.mark.parametrize("by_policy", [True, False])
def test_tag_or_policy_name_the_resource(by_policy: bool) -> None:
    found = about(I_1, by_policy=by_policy)
    assert found.resources == (Resource(INSTANCE, "i-1234567890abcdef0", I_1),)
    assert judge(found).issue == "host_cpu_high"


@pytest.mark.parametrize(
    "target",
    [
        I_1.replace(ACCOUNT, "999999999999"),
        I_1.replace(REGION, "eu-west-1"),
        I_1[:-1] + "*",
        "i-1234567890abcdef0",
        f"arn:aws:sqs:{REGION}:{ACCOUNT}:queue",
    ],
)
@pytest.mark.parametrize("by_policy", [True, False])
def test_a_target_that_is_no_known_resource_of_this_account_and_region_is_none(target: str, by_policy: bool) -> None:
    found = about(target, by_policy=by_policy)
    assert isinstance(found, Block)
    assert found.reason == UNMANAGED
    assert target in found.why


def test_a_dimension_alone_selects_nothing() -> None:
    found = about("")
    assert found == Block(UNMANAGED, f"the alarm {NAME} has no tag {TARGET}, and the policy's alarms do not list it")
