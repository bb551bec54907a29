"""Hosts: what is run on them comes from the policy alone, once for each attempt, and its end is read."""

from typing import Any

import boto3
import pytest
from alarming import alarm, metric, tagged_alarm
from botocore.stub import Stubber
from by_hand import call, planned
from cloud import Cloud
from managed import instance, resource
from published import Json

from tasks import restore
from tasks.domain.errors import NotRecovered, StillRestoring
from tasks.domain.knowledge.ec2 import INSTANCE
from tasks.domain.payload import Step
from tasks.resources import ec2_instance as kind
from tasks.runtime.clients import client

pytestmark = pytest.mark.usefixtures("cloud")
SERVICES = {"services": {"Other*": "other", "Example*": "nginx"}}
CLEAN = {"directories": ["/tmp", "/var/log/app"], "older_than_days": 3}
ASKED = [
    ("restart_service", SERVICES, {"host": "aiops-RestartService", "parameters": {"service": "nginx"}}),
    (
        "clean_disk",
        CLEAN,
        {"host": "aiops-CleanDisk", "parameters": {"directories": "/tmp /var/log/app", "days": "3"}},
    ),
    ("collect_evidence", {}, {"host": "aiops-CollectEvidence", "parameters": {}}),
    ("restart_service", {"services": {"Other*": "other"}}, None),
    ("restart_service", {"services": {"*": "nginx; rm -rf /"}}, None),
    ("restart_service", {"services": {"*": "$(id)"}}, None),
    ("restart_service", {"services": {"*": "nginx\n"}}, None),
    ("restart_service", {}, None),
    ("clean_disk", {}, None),
    ("clean_disk", {"directories": []}, None),
    ("clean_disk", {"directories": ["/"]}, None),
    ("clean_disk", {"directories": ["/tmp/../etc"]}, None),
    ("clean_disk", {"directories": ["/home"]}, None),
    ("clean_disk", {"directories": ["/tmp /etc"]}, None),
    ("clean_disk", {"directories": ["/tmp"], "older_than_days": 0}, None),
]


@pytest.mark.parametrize(("action", "settings", "asked"), ASKED)
def test_what_is_run_comes_from_the_policy_and_only_in_its_safe_form(
    action: str, settings: Json, asked: Json | None
) -> None:
    """Whatever the event says: it can only pick a service by the alarm's name."""
    facts = alarm()["detail"] | {"service": "evil", "directories": "/"}
    assert kind.target(action, None, facts | {"settings": settings}) == asked


HOST = resource(INSTANCE, "i-1234567890abcdef0")
STEP = Step(HOST, "restart_service", "none", True, False, {**(ASKED[0][2] or {})}, token="attempt-1")
SENT = {"CommandId": "c" * 36, "Comment": "attempt-1"}


@pytest.fixture
def ssm() -> Any:
    """A client that answers as told, and checks each call against the API and against what is expected of it."""
    stubbed = boto3.client("ssm")
    with Stubber(stubbed) as told:
        stubbed.told = told
        yield stubbed
        told.assert_no_pending_responses()


def lists(ssm: Any, *commands: Json) -> None:
    wanted = {"InstanceId": HOST.id, "Filters": [{"key": "DocumentName", "value": "aiops-RestartService"}]}
    ssm.told.add_response("list_commands", {"Commands": list(commands)}, wanted)


def ends(ssm: Any, status: str, out: str = "", error: str = "") -> None:
    wanted = {"CommandId": SENT["CommandId"], "InstanceId": HOST.id}
    said = {"Status": status, "StandardOutputContent": out, "StandardErrorContent": error}
    ssm.told.add_response("get_command_invocation", said, wanted)


def run(ssm: Any) -> str:
    return str(kind.restore(lambda _: ssm, STEP))


SEND = {
    "DocumentName": "aiops-RestartService",
    "InstanceIds": [HOST.id],
    "Parameters": {"service": ["nginx"]},
    "Comment": "attempt-1",
    "TimeoutSeconds": 60,
}


def test_a_command_is_sent_once_per_attempt_and_waited_for(ssm: Any) -> None:
    lists(ssm, {**SENT, "Comment": "an earlier attempt"})
    ssm.told.add_response("send_command", {}, SEND)
    with pytest.raises(StillRestoring, match="was sent"):
        run(ssm)
    lists(ssm, SENT)
    ssm.told.add_client_error("get_command_invocation", "InvocationDoesNotExist")
    with pytest.raises(StillRestoring, match="not reached"):
        run(ssm)
    for status in ("Pending", "InProgress", "Delayed"):
        lists(ssm, SENT)
        ends(ssm, status)
        with pytest.raises(StillRestoring, match=status):
            run(ssm)
    lists(ssm, SENT)
    ends(ssm, "Success", out="active\n\x1b[31mred\x1b[0m" + 2000 * "x")
    said = run(ssm)
    assert said.startswith("active red")
    assert len(said) <= 1000


@pytest.mark.parametrize("status", ["Failed", "TimedOut", "Cancelled"])
def test_a_command_that_failed_says_why(ssm: Any, status: str) -> None:
    lists(ssm, SENT)
    ends(ssm, status, out="tried", error="no such unit")
    with pytest.raises(NotRecovered, match=f"restart_service on {HOST.id} ended {status}: no such unit"):
        run(ssm)


def test_a_host_without_the_agent_is_told_with_what_it_needs(ssm: Any) -> None:
    lists(ssm)
    ssm.told.add_client_error("send_command", "InvalidInstanceId")
    with pytest.raises(NotRecovered, match="Systems Manager's agent"):
        run(ssm)


@pytest.mark.parametrize(
    ("measured", "action", "autonomy"),
    [
        ("CPUUtilization", "collect_evidence", "auto"),
        ("disk_used_percent", "clean_disk", "approve"),
        ("NetworkIn", "enable_detailed_monitoring", "approve"),
    ],
)
def test_only_a_look_at_a_host_needs_no_person(cloud: Cloud, measured: str, action: str, autonomy: str) -> None:
    one = instance(stopped=False)
    tagged_alarm(one.arn)
    plan = planned(cloud, alarm(metric(measured)))["plan"]
    assert (plan["steps"][0]["action"], plan["autonomy"]) == (action, autonomy)
    assert plan["steps"][0]["undo"] == "none"


def test_without_a_service_of_the_policy_nothing_is_restarted(cloud: Cloud) -> None:
    tagged_alarm(instance(stopped=False).arn)
    plan = planned(cloud, alarm(metric("mem_used_percent")))["plan"]
    assert (plan["autonomy"], plan["steps"]) == ("notify", [])
    assert "actions.restart_service" in plan["reason"]


def test_evidence_is_collected_once_and_kept_with_the_incident(cloud: Cloud) -> None:
    one = instance(stopped=False)
    tagged_alarm(one.arn)
    payload = planned(cloud, alarm())
    with pytest.raises(StillRestoring):
        call(restore.handler, payload)

    def prints(parsed: Json, **_: Any) -> None:
        parsed["StandardOutputContent"] = "load average: 9.5"

    cloud.interfere("ssm", "after-call.ssm.GetCommandInvocation", prints)
    for _ in range(2):
        done = call(restore.handler, payload)
    assert "output" in done["steps"][0]
    assert len(client("ssm").list_commands(InstanceId=one.id)["Commands"]) == 1


def test_detailed_monitoring_is_switched_on() -> None:
    stubbed = boto3.client("ec2")
    with Stubber(stubbed) as told:
        told.add_response("monitor_instances", {}, {"InstanceIds": [HOST.id]})
        asked = kind.target("enable_detailed_monitoring", None, {})
        kind.restore(lambda _: stubbed, Step(HOST, "enable_detailed_monitoring", "none", False, False, asked or {}))
        told.assert_no_pending_responses()
