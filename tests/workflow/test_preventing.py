"""A failure that a log foresees: what is done before it comes, and that a real failure never waits for that."""

import time
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from alarming import alarm, tagged_alarm
from cloud import CLAIMS, PATTERNS, ROOT, Cloud
from foreseeing import LOG, foreseeing, log
from left_behind import incident, lock, messages, tat
from machine import Machine, Run
from managed import TAG, database, instance, resource, scaling_group
from published import Json, sample

from tasks.domain.knowledge.autoscaling import GROUP
from tasks.domain.knowledge.ec2 import INSTANCE
from tasks.domain.moment import iso
from tasks.domain.payload import Resource
from tasks.resources import autoscaling_autoscalinggroup as kind
from tasks.runtime.clients import client
from tasks.store import locks, patterns, rate
from tasks.store.rate import Rate

RECOVER = yaml.safe_load((ROOT / "policy.yaml").read_text())["recover"]
ISSUE = "group_failure_foreseen"
AUTO = {**RECOVER, ISSUE: {"action": "scale_out", "autonomy": "auto"}}


@pytest.fixture
def group(cloud: Cloud) -> Resource:
    """A group of one instance, which writes the log."""
    one = scaling_group()
    log(one.arn)
    return one


def desired(one: Resource) -> int:
    found = kind.snapshot(client, one.id)
    assert found
    return int(found["desired"])


def asked(machine: Machine, **event: Any) -> str:
    """The ARN of an execution that waits for a person."""
    arn = machine.start(foreseeing(**event))
    machine.question()
    return arn


def approved(machine: Machine, arn: str) -> Run:
    machine.answer("approved")
    return machine.ended(arn)


def test_a_person_agrees_and_it_is_done_before_anything_fails(machine: Machine, group: Resource) -> None:
    arn = asked(machine)
    assert desired(group) == 1
    run = approved(machine, arn)
    assert (run.status, run.outcome, desired(group)) == ("SUCCEEDED", "VERIFIED", 2)
    assert incident(run.incident_id)["issue"] == ISSUE
    assert [subject.split(":")[0] for subject, _ in messages()] == ["[aiops] REVIEW", "[aiops] VERIFIED"]
    assert all("Nothing had failed" in body for _, body in messages())
    assert all(f"the log {LOG}: new pattern: ERROR pool exhausted" in body for _, body in messages())


def test_an_event_of_two_logs_names_nothing_that_could_be_prevented(machine: Machine, group: Resource) -> None:
    client("logs").create_log_group(logGroupName="/other", tags={TAG: "notify"})
    run = machine.run(foreseeing(logGroup=[LOG, "/other"]))
    assert (run.status, run.outcome, desired(group)) == ("SUCCEEDED", "ANOMALY", 1)


def test_while_a_person_thinks_nothing_is_held(machine: Machine, group: Resource) -> None:
    arn = asked(machine)
    assert (lock(group.arn), tat()) == ({}, 0)
    machine.answer("denied")
    run = machine.ended(arn)
    assert (run.outcome, desired(group), lock(group.arn), tat()) == ("DENIED", 1, {}, 0)


def test_a_failure_meanwhile_is_healed_at_once_and_the_late_answer_changes_nothing(
    cloud: Cloud, machine: Machine, group: Resource
) -> None:
    """Even when no cooldown is left of it."""
    cloud.set(COOLDOWN_MINUTES="0")
    tagged_alarm(group.arn)
    arn = asked(machine)
    client("cloudwatch").set_alarm_state(AlarmName="ExampleCpuTooHigh", StateValue="OK", StateReason="test")
    assert machine.run(alarm()).outcome == "VERIFIED"
    assert desired(group) == 2
    run = approved(machine, arn)
    assert (run.status, run.outcome, desired(group)) == ("SUCCEEDED", "RESOURCE_BUSY", 2)
    assert "RESOURCE_BUSY" in messages()[-1][0]


def test_a_failure_right_after_is_healed_without_a_cooldown(machine: Machine, group: Resource) -> None:
    approved(machine, asked(machine))
    tagged_alarm(group.arn)
    client("cloudwatch").set_alarm_state(AlarmName="ExampleCpuTooHigh", StateValue="OK", StateReason="test")
    assert machine.run(alarm()).outcome == "VERIFIED"
    assert desired(group) == 3


def test_alone_it_acts_only_where_the_policy_says_so_and_the_failure_is_all_but_certain(
    cloud: Cloud, machine: Machine, group: Resource
) -> None:
    cloud.set_policy(recover=AUTO)
    run = machine.run(foreseeing(probability=0.95))
    assert (run.outcome, desired(group)) == ("VERIFIED", 2)
    assert tat() > 0, "a token of the rate limiter is spent"
    arn = asked(machine, since=300)
    assert "confidence 0.70 is below" in incident(machine.question()["pk"].removeprefix("REVIEW#"))["plan"]["reason"]
    machine.answer("denied")
    machine.ended(arn)


def no_tag(one: Resource) -> None:
    log()


def not_opted_in(one: Resource) -> None:
    log(one.arn)
    tag = {"ResourceId": one.id, "ResourceType": "auto-scaling-group", "Key": "aiops:recover"}
    client("autoscaling").delete_tags(Tags=[tag])


def being_worked_on(one: Resource) -> None:
    log(one.arn)
    tag = {"ResourceId": one.id, "ResourceType": "auto-scaling-group", "Key": "aiops:change", "Value": "mine"}
    client("autoscaling").create_or_update_tags(Tags=[{**tag, "PropagateAtLaunch": False}])


def of_another_account(one: Resource) -> None:
    log(one.arn.replace("123456789012", "210987654321"))


def of_no_known_type(one: Resource) -> None:
    log("arn:aws:sqs:us-east-1:123456789012:orders")


def gone(one: Resource) -> None:
    log(one.arn)
    client("autoscaling").delete_auto_scaling_group(AutoScalingGroupName=one.id, ForceDelete=True)


LOG_ALONE = [no_tag, not_opted_in, being_worked_on, of_another_account, of_no_known_type, gone]


@pytest.mark.parametrize("tagged", LOG_ALONE, ids=lambda one: one.__name__)
def test_without_a_target_that_opted_in_the_log_is_only_told_of(
    cloud: Cloud, machine: Machine, tagged: Callable[[Resource], None]
) -> None:
    """Whatever the event says of targets."""
    cloud.set_policy(recover=AUTO)
    tagged(scaling_group())
    bait: Json = {"aiops:target": scaling_group("other").arn, "resource": {"type": GROUP, "id": "other"}}
    run = machine.run(foreseeing(probability=0.95, **bait))
    assert (run.status, run.outcome) == ("SUCCEEDED", "ANOMALY")
    assert messages()[-1][0] == f"[aiops] ANOMALY: failure_foreseen on {LOG}"
    assert client("autoscaling").describe_scaling_activities()["Activities"] == []


BEYOND = ["x509: certificate expires in <*>", "AccessDenied on <*>", "no space left on device", "strange things"]


@pytest.mark.parametrize("said", BEYOND)
def test_what_no_action_helps_against_is_only_told(cloud: Cloud, machine: Machine, group: Resource, said: str) -> None:
    cloud.set_policy(recover=AUTO)
    run = machine.run(foreseeing(said, 0.95))
    assert (run.outcome, desired(group)) == ("ANOMALY", 1)
    assert messages()[-1][0] == f"[aiops] ANOMALY: failure_foreseen on {group.id}"


def test_without_an_answer_of_the_policy_it_is_only_told(cloud: Cloud, machine: Machine, group: Resource) -> None:
    cloud.set_policy(recover={name: row for name, row in RECOVER.items() if name != ISSUE})
    run = machine.run(foreseeing())
    assert (run.outcome, desired(group)) == ("ANOMALY", 1)


def test_a_target_tagged_notify_gets_a_plan_that_is_told(machine: Machine) -> None:
    one = scaling_group(autonomy="notify")
    log(one.arn)
    run = machine.run(foreseeing())
    assert (run.outcome, desired(one)) == ("TOLD", 1)
    assert "scale_out on web" in messages()[-1][1]


def test_a_log_that_did_not_opt_in_foresees_nothing(machine: Machine) -> None:
    one = scaling_group()
    log(one.arn, autonomy="")
    assert machine.run(foreseeing()).outcome == "UNMANAGED"
    assert desired(one) == 1


def test_an_episode_is_one_incident_however_often_it_is_told(machine: Machine, group: Resource) -> None:
    arn = asked(machine)
    assert machine.run(foreseeing()).outcome == "DUPLICATE"
    assert approved(machine, arn).outcome == "VERIFIED"
    assert machine.run(foreseeing()).outcome == "DUPLICATE"
    assert desired(group) == 2


def failing(cloud: Cloud, one: Resource) -> None:
    """An incident in which something has failed holds the group."""
    dynamo = client("dynamodb")
    held = locks.take(CLAIMS, one.arn, "real", cloud.execution(), 0, 0, [])
    dynamo.transact_write_items(TransactItems=[held])


def healed_just_now(cloud: Cloud, one: Resource) -> None:
    until = int((time.time() + 300) * 1000)
    locks.cool(client("dynamodb"), CLAIMS, one.arn, incident_id="real", execution="real", until_ms=until)


def in_a_window(cloud: Cloud, one: Resource) -> None:
    days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    window = {"name": "patching", "days": days, "from": "00:00", "to": "24:00", "timezone": "UTC"}
    cloud.set_policy(recover=AUTO, maintenance={"windows": [window], "calendars": []})


def stopped(cloud: Cloud, one: Resource) -> None:
    cloud.switch("on")


def over_the_limit(cloud: Cloud, one: Resource) -> None:
    cloud.set(BURST="1")
    token = rate.take(client("dynamodb"), CLAIMS, Rate(10, 1), int(time.time() * 1000))
    client("dynamodb").transact_write_items(TransactItems=[token])


def repeated(cloud: Cloud, one: Resource) -> None:
    for number in range(3):
        again = {"issue": ISSUE, "resource_id": one.id, "arn": one.arn, "outcome": "VERIFIED"}
        patterns.count(client("dynamodb"), PATTERNS, **again, incident_id=str(number), at=iso(time.time()))


HELD = {
    "RESOURCE_BUSY": failing,
    "COOLDOWN": healed_just_now,
    "MAINTENANCE": in_a_window,
    "KILL_SWITCH": stopped,
    "RATE_LIMITED": over_the_limit,
    "RECURRING": repeated,
}


@pytest.mark.parametrize("outcome", HELD)
def test_every_guard_holds_it_back(cloud: Cloud, machine: Machine, group: Resource, outcome: str) -> None:
    cloud.set_policy(recover=AUTO)
    HELD[outcome](cloud, group)
    run = machine.run(foreseeing(probability=0.95))
    assert (run.status, run.outcome, desired(group)) == ("SUCCEEDED", outcome, 1)


def test_the_switch_put_on_while_a_person_thinks_holds_it_back(cloud: Cloud, machine: Machine, group: Resource) -> None:
    arn = asked(machine)
    cloud.switch("on")
    run = approved(machine, arn)
    assert (run.outcome, desired(group), lock(group.arn)) == ("KILL_SWITCH", 1, {})


def test_what_does_not_come_up_is_taken_back_and_told(cloud: Cloud, machine: Machine, group: Resource) -> None:
    cloud.set(VERIFY_DEADLINE_MINUTES="0")

    def none_serves(parsed: Json, **_: Any) -> None:
        for one in parsed["AutoScalingGroups"]:
            one["Instances"] = []

    cloud.interfere("autoscaling", "after-call.autoscaling.DescribeAutoScalingGroups", none_serves)
    run = approved(machine, asked(machine))
    assert (run.status, run.error, desired(group)) == ("FAILED", "NotHealed", 1)
    machine.report(run)
    assert "Nothing had failed" in messages()[-1][1]
    assert lock(group.arn) == {}
    cloud.leave_alone()
    again = machine.redrive(run)
    assert (again.outcome, desired(group)) == ("VERIFIED", 2)


def test_on_a_host_the_service_that_the_policy_names_for_the_log_is_restarted_once(
    cloud: Cloud, machine: Machine
) -> None:
    actions = yaml.safe_load((ROOT / "policy.yaml").read_text())["actions"]
    services = {"/shop/*": "shop.service", "ExampleCpuTooHigh": "other.service"}
    cloud.set_policy(actions={**actions, "restart_service": {"services": services}})
    one = instance(stopped=False)
    log(one.arn)
    run = approved(machine, asked(machine, alarmName="ExampleCpuTooHigh"))
    assert run.outcome == "VERIFIED"
    (sent,) = client("ssm").list_commands(InstanceId=one.id)["Commands"]
    assert tat() < (time.time() + 540) * 1000, "one token is spent, however often Restore looks whether it is done"
    assert (sent["DocumentName"], sent["Parameters"]) == ("aiops-RestartService", {"service": ["shop.service"]})


def test_storage_that_rds_says_is_nearly_used_up_grows_before_it_is_full(machine: Machine) -> None:
    one = database()
    told = {"detail.SourceIdentifier": one.id, "detail.EventID": "RDS-EVENT-0089"}
    arn = machine.start(sample("rds_db_instance_event", told))
    machine.question()
    assert lock(one.arn) == {}
    run = approved(machine, arn)
    assert (run.outcome, incident(run.incident_id)["issue"]) == ("VERIFIED", "rds_storage_low")
    (now,) = client("rds").describe_db_instances(DBInstanceIdentifier=one.id)["DBInstances"]
    assert now["AllocatedStorage"] == 24
    assert "Nothing had failed" in messages()[-1][1]


def test_without_a_service_of_the_policy_a_host_is_only_told_of(machine: Machine) -> None:
    one = instance(stopped=False)
    log(one.arn)
    run = machine.run(foreseeing())
    assert (run.outcome, resource(INSTANCE, one.id).arn in run.history) == ("ANOMALY", True)
    assert "actions.restart_service" in messages()[-1][1]
