"""Instances tell their states and the calls on them, and can break."""

from collections.abc import Callable
from typing import Any

import pytest
from published import Json, sample

from aiops.engine import Engine
from engine.listener import Listener
from engine.shapes import TAG, outline, shape, whole

ACTS: dict[str, Callable[[Any, str], Any]] = {
    "StopInstances": lambda ec2, instance: ec2.stop_instances(InstanceIds=[instance]),
    "StartInstances": lambda ec2, instance: ec2.start_instances(InstanceIds=[instance]),
    "CreateTags": lambda ec2, instance: ec2.create_tags(Resources=[instance], Tags=[TAG]),
}


def test_an_instance_tells_its_states(engine: Engine) -> None:
    """Each change of state is AWS's own event, the passing states included, and a stop has its reason."""
    states = Listener(engine, "states", {"detail-type": ["EC2 Instance State-change Notification"]})
    ec2 = engine.client("ec2")
    [launched] = ec2.run_instances(ImageId="ami-0abcdef1234567890", MinCount=1, MaxCount=1)["Instances"]
    name = launched["InstanceId"]
    assert launched["State"]["Name"] == "pending"
    stopping = ec2.stop_instances(InstanceIds=[name])["StoppingInstances"][0]
    assert (stopping["PreviousState"]["Name"], stopping["CurrentState"]["Name"]) == ("running", "stopping")
    assert described(engine, name)["StateReason"]["Code"] == "Client.UserInitiatedShutdown"
    ec2.start_instances(InstanceIds=[name])
    assert "StateReason" not in described(engine, name)
    ec2.terminate_instances(InstanceIds=[name])
    last = states.until(lambda event: event["detail"] == {"instance-id": name, "state": "terminated"})
    assert shape(last) == shape(sample("ec2_instance_state_change"))
    told = [event["detail"]["state"] for event in states.received]
    assert told == ["pending", "running", "stopping", "stopped", "pending", "running", "shutting-down", "terminated"]


def test_a_guests_shutdown_is_no_api_call(engine: Engine, calls: Listener, instance: str) -> None:
    calls.forget()
    engine.shut_down_inside(instance)
    assert described(engine, instance)["State"]["Name"] == "stopped"
    assert described(engine, instance)["StateReason"]["Code"] == "Client.InstanceInitiatedShutdown"
    assert calls.all() == []


def test_a_hardware_fault_shows_in_the_status_checks(engine: Engine, instance: str) -> None:
    assert statuses(engine, instance) == ["ok", "ok"]
    engine.impair(instance)
    assert statuses(engine, instance) == ["impaired", "impaired"]
    engine.impair(instance, impaired=False)
    assert statuses(engine, instance) == ["ok", "ok"]


def test_a_guest_that_hangs_fails_its_own_check_until_it_is_rebooted(engine: Engine, instance: str) -> None:
    engine.hang(instance)
    assert statuses(engine, instance) == ["ok", "impaired"]
    engine.client("ec2").reboot_instances(InstanceIds=[instance])
    assert statuses(engine, instance) == ["ok", "ok"]


def test_launching_is_the_event_that_aws_publishes(calls: Listener, user: Callable[[str], Any]) -> None:
    """All but the description of the instance equals the sample: that holds what MiniStack knows of an instance."""
    tags = [{"ResourceType": "instance", "Tags": [TAG]}]
    image = {"ImageId": "ami-0abcdef1234567890", "InstanceType": "t3.micro"}
    user("ec2").run_instances(**image, MinCount=1, MaxCount=1, TagSpecifications=tags)
    event = calls.call("RunInstances")
    expected = sample("cloudtrail_RunInstances")
    [instance], [expected_instance] = (
        each["detail"]["responseElements"]["instancesSet"].pop("items") for each in (event, expected)
    )
    assert shape(event) == shape(expected)
    assert instance["instanceId"].startswith("i-")
    for same in ("instanceState", "tagSet", "groupSet", "placement"):
        assert shape(instance[same]) == shape(expected_instance[same])


def test_terminating_is_the_event_that_aws_publishes(engine: Engine, calls: Listener, instance: str) -> None:
    """And the instance's Elastic IP is free again."""
    ec2 = engine.client("ec2")
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    ec2.associate_address(AllocationId=address, InstanceId=instance)
    calls.forget()
    ec2.terminate_instances(InstanceIds=[instance])
    event, parts = calls.call("TerminateInstances"), ("requestParameters", "responseElements")
    assert outline(event, *parts) == outline(sample("cloudtrail_TerminateInstances"), *parts)
    assert "InstanceId" not in ec2.describe_addresses(AllocationIds=[address])["Addresses"][0]


@pytest.mark.parametrize("name", ACTS)
def test_a_call_on_an_instance_is_the_event_that_aws_publishes(
    calls: Listener, user: Callable[[str], Any], instance: str, name: str
) -> None:
    ACTS[name](user("ec2"), instance)
    assert whole(calls.call(name)) == whole(sample(f"cloudtrail_{name}"))


def described(engine: Engine, name: str) -> Json:
    found: Json = engine.client("ec2").describe_instances(InstanceIds=[name])
    [instance] = found["Reservations"][0]["Instances"]
    return dict(instance)


def statuses(engine: Engine, name: str) -> list[str]:
    """The system check and the instance check."""
    [found] = engine.client("ec2").describe_instance_status(InstanceIds=[name])["InstanceStatuses"]
    return [found["SystemStatus"]["Status"], found["InstanceStatus"]["Status"]]
