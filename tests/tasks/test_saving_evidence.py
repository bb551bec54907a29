"""Restore saves, before its first step, what the change may wipe out; and restores whether that works or not."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from alarms import alarm
from by_hand import call, planned, restored
from cloud import Cloud
from left_behind import incident
from managed import database, instance, instance_state, parameter, put_into_state
from moto.cloudwatch.models import cloudwatch_backends
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.responses import general
from moto.ec2.responses.general import General
from published import ACCOUNT, REGION, Json, changed, overwriting, stopping
from published import call as called

from tasks import restore
from tasks.domain.errors import StillRestoring
from tasks.domain.knowledge.lambda_ import FUNCTION
from tasks.resources import module
from tasks.runtime import evidence
from tasks.runtime.clients import client


@pytest.fixture(autouse=True)
def _console(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "".join(f"[{number}] started\n" for number in range(70)) + "\n\x1b[31mpassword=hunter2hunter2 oom\n"
    monkeypatch.setattr(general, "SAMPLE_CONSOLE_OUTPUT", text)


def saved(payload: Json) -> Json:
    """The evidence on the incident's record."""
    found: Json = incident(payload["incident"]["id"])["evidence"]
    return found


def measured(name: str, dimension: str, value: str) -> None:
    """A point of one of AWS's own metrics, which PutMetricData refuses."""
    at = datetime.fromtimestamp(time.time() - 600, UTC).replace(tzinfo=None)
    point = {"MetricName": name, "Dimensions": [{"Name": dimension, "Value": value}], "Value": 97.5, "Timestamp": at}
    cloudwatch_backends[ACCOUNT][REGION].put_metric_data("AWS/EC2", [point])


def test_an_instances_console_and_metrics_are_saved_before_it_is_started(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = instance()
    measured("CPUUtilization", "InstanceId", one.id)
    seen: list[str] = []
    monkeypatch.setattr(General, "get_console_output", _noting(General.get_console_output, one, seen))
    payload = planned(cloud, stopping(one.id))
    restored(payload)
    found = saved(payload)["resources"][one.arn]
    assert (seen, instance_state(one)) == (["stopped"], "running")
    assert (len(found["console"]), found["console"][0]) == (60, "[11] started")
    assert [line.split()[1] for line in found["CPUUtilization"]] == ["97.5"]
    assert saved(payload)["missing"] == []


def _noting(original: Callable[[Any], Any], one: Any, seen: list[str]) -> Callable[[Any], Any]:
    """GetConsoleOutput that notes in which state the instance is when it is asked."""

    def get_console_output(self: Any) -> Any:
        seen.append(instance_state(one))
        return original(self)

    return get_console_output


def test_secrets_and_control_characters_in_it_are_masked(cloud: Cloud) -> None:
    payload = planned(cloud, stopping(instance().id))
    restored(payload)
    text = json.dumps(saved(payload)) + cloud.log()
    assert "hunter2" not in text
    assert "\\u001b" not in json.dumps(saved(payload))
    assert "oom" in text


def test_a_databases_log_files_are_saved_by_their_names(cloud: Cloud) -> None:
    one = database()
    client("rds").stop_db_instance(DBInstanceIdentifier=one.id)
    payload = planned(cloud, called("StopDBInstance", {"requestParameters.dBInstanceIdentifier": one.id}))
    restored(payload)
    assert saved(payload)["resources"][one.arn]["log files"]


def test_of_a_functions_log_the_end_is_read(cloud: Cloud) -> None:
    logs, group = client("logs"), "/aws/lambda/pay"
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="one")
    now = int(time.time() * 1000)
    events = [{"timestamp": now + number, "message": f"line {number}"} for number in range(50)]
    logs.put_log_events(logGroupName=group, logStreamName="one", logEvents=events)
    found = module(FUNCTION).evidence(client, "pay")["log"]
    assert (len(found), found[-1]) == (40, "line 49")


def test_the_history_of_the_alarm_that_started_it_is_saved(cloud: Cloud) -> None:
    alarm("cpu-high", "else")
    payload = changed(planned(cloud, stopping(instance().id)), {("incident", "trigger"): "cpu-high"})
    restored(payload)
    assert "ALARM" in saved(payload)["resources"]["cpu-high"]["alarm history"][-1]


def test_what_cannot_be_had_is_said_and_the_restore_goes_on(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    one = instance()

    def refuse(self: General) -> Any:
        raise EC2ClientError("UnauthorizedOperation", "You are not authorized")

    monkeypatch.setattr(General, "get_console_output", refuse)
    payload = planned(cloud, stopping(one.id))
    assert restored(payload)["recovery"]["outcome"] == "RESTORED"
    (why,) = saved(payload)["missing"]
    assert why.startswith(f"of {one.arn}: An error occurred (UnauthorizedOperation)")


def test_when_its_time_is_over_the_rest_is_not_asked_for(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "SECONDS", -1.0)
    payload = planned(cloud, stopping(instance().id))
    assert restored(payload)["recovery"]["outcome"] == "RESTORED"
    assert saved(payload)["resources"] == {}
    assert all("no time was left" in why for why in saved(payload)["missing"])


def test_what_is_saved_stays_far_below_what_a_record_may_hold(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    hosts = [instance().id for _ in range(5)]
    payload = planned(cloud, stopping(*hosts))
    output = "".join(f"{number} {'word ' * 100}\n" for number in range(60))
    monkeypatch.setattr(general, "SAMPLE_CONSOLE_OUTPUT", output)
    restored(payload)
    found = saved(payload)
    assert len(json.dumps(found)) < 100_000
    assert all(sources["console"][-1].startswith("59 ") for sources in found["resources"].values())


def test_evidence_is_of_the_first_try_alone(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step that takes its time comes back many times, and a later attempt would show what we did ourselves."""
    one = instance()
    payload = planned(cloud, stopping(one.id))
    put_into_state(one, "stopping")
    with pytest.raises(StillRestoring):
        call(restore.handler, payload)
    first = saved(payload)
    monkeypatch.setattr(general, "SAMPLE_CONSOLE_OUTPUT", "another boot\n")
    put_into_state(one, "stopped")
    restored(payload)
    restored({**payload, "attempt": 1})
    assert saved(payload) == first


def test_a_type_without_any_leaves_none(cloud: Cloud) -> None:
    parameter("/app/host", "good", "bad")
    payload = planned(cloud, overwriting("/app/host", 2))
    restored(payload)
    assert "evidence" not in incident(payload["incident"]["id"])
