"""Terminated EC2 instances: what replaces them, once, and what it must never take from others."""

import base64
import json
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber
from by_hand import analyzed, detected, planned, restored
from by_hand import call as handle
from cloud import Cloud
from managed import IMAGE, instance, put_into_state, resource, tagging
from published import Json, call

from tasks import plan, store_metrics, take_snapshots, verify
from tasks.domain.errors import NotRecovered, StillRestoring
from tasks.domain.knowledge.ec2 import INSTANCE
from tasks.domain.payload import Resource, Step
from tasks.resources import ec2_instance as kind
from tasks.resources.ec2_replacement import replace
from tasks.resources.ec2_volumes import attach
from tasks.runtime.clients import client

pytestmark = pytest.mark.usefixtures("cloud")
SECRET = "#!/bin/sh\nexport PASSWORD=hunter2"
REPLACE, ASSOCIATE, ATTACH = "replace_instance", "associate_address", "attach_volumes"


def web_server(**tags: str) -> Resource:
    """An instance with everything that a replacement must have too."""
    ec2, iam = client("ec2"), client("iam")
    trust = {"Version": "2012-10-17", "Statement": []}
    iam.create_role(RoleName="Web", Path="/team/", AssumeRolePolicyDocument=json.dumps(trust))
    profile = iam.create_instance_profile(InstanceProfileName="web", Path="/team/")["InstanceProfile"]["Arn"]
    iam.add_role_to_instance_profile(InstanceProfileName="web", RoleName="Web")
    ec2.create_key_pair(KeyName="somebody")
    subnet = ec2.describe_subnets()["Subnets"][0]
    groups = [
        ec2.create_security_group(GroupName=name, Description=name, VpcId=subnet["VpcId"])["GroupId"] for name in "ab"
    ]
    made = ec2.run_instances(
        ImageId=IMAGE,
        InstanceType="t3.micro",
        SubnetId=subnet["SubnetId"],
        SecurityGroupIds=groups,
        KeyName="somebody",
        IamInstanceProfile={"Arn": profile},
        Monitoring={"Enabled": True},
        UserData=SECRET,
        TagSpecifications=[{"ResourceType": "instance", "Tags": tagging("auto", {"Name": "web", **tags})}],
        MinCount=1,
        MaxCount=1,
    )
    return resource(INSTANCE, made["Instances"][0]["InstanceId"])


def addressed(one: Resource) -> str:
    address = str(client("ec2").allocate_address(Domain="vpc")["AllocationId"])
    client("ec2").associate_address(AllocationId=address, InstanceId=one.id)
    return address


def terminate(one: Resource, *, let_go: bool = True) -> None:
    """Terminate, and let go of the addresses, which EC2 does and moto does not."""
    ec2 = client("ec2")
    ec2.terminate_instances(InstanceIds=[one.id])
    for address in ec2.describe_addresses()["Addresses"] if let_go else ():
        if address.get("InstanceId") == one.id:
            ec2.disassociate_address(AssociationId=address["AssociationId"])


def step(one: Resource, action: str, good: Json | None) -> Step:
    target = kind.target(action, good, {})
    assert target is not None
    return Step(one, action, "none", False, False, target)


def replacements(one: Resource) -> list[Any]:
    found = client("ec2").describe_instances(Filters=[{"Name": "tag:aiops:replaces", "Values": [one.id]}])
    return [each for reservation in found["Reservations"] for each in reservation["Instances"]]


def test_the_replacement_has_all_that_the_instance_had() -> None:
    one = web_server()
    good = kind.snapshot(client, one.id)
    (was,) = client("ec2").describe_instances(InstanceIds=[one.id])["Reservations"][0]["Instances"]
    terminate(one)
    kind.restore(client, step(one, REPLACE, good))
    (new,) = replacements(one)
    for same in ("ImageId", "InstanceType", "SubnetId", "KeyName", "Monitoring"):
        assert new[same] == was[same], same
    assert new["IamInstanceProfile"]["Arn"] == was["IamInstanceProfile"]["Arn"]
    assert {each["GroupId"] for each in new["SecurityGroups"]} == {each["GroupId"] for each in was["SecurityGroups"]}
    tags = {tag["Key"]: tag["Value"] for tag in new["Tags"]}
    assert tags == {"Name": "web", "aiops:recover": "auto", "aiops:replaces": one.id}
    data = client("ec2").describe_instance_attribute(InstanceId=new["InstanceId"], Attribute="userData")["UserData"]
    assert base64.b64decode(data["Value"]).decode() == SECRET


def test_the_snapshot_names_the_role_and_hides_the_user_data() -> None:
    good = kind.snapshot(client, web_server().id)
    assert good is not None
    assert good["launch"]["role"] == "team/Web"
    told = json.dumps(good)
    assert "PASSWORD" not in told
    assert base64.b64encode(SECRET.encode()).decode() not in told


def test_restoring_again_launches_no_second_one() -> None:
    one = web_server()
    good = kind.snapshot(client, one.id)
    terminate(one)
    for _ in range(3):
        kind.restore(client, step(one, REPLACE, good))
    (new,) = replacements(one)
    now = kind.snapshot(client, one.id)
    assert now is not None
    assert (now["replaced_by"], now["state"]) == (new["InstanceId"], "running")
    assert kind.reached(step(one, REPLACE, good).target, now)


def test_a_launch_that_is_not_to_be_seen_yet_is_found_by_its_token() -> None:
    """The same incident gives the same client token, another instance another."""
    one, other = web_server(), instance(stopped=False)
    tokens = []
    for each in (one, other):
        good = kind.snapshot(client, each.id)
        terminate(each)
        for _ in range(2):
            kind.restore(client, step(each, REPLACE, good))
            (new,) = replacements(each)
            tokens.append(new["ClientToken"])
            client("ec2").terminate_instances(InstanceIds=[new["InstanceId"]])
            client("ec2").delete_tags(Resources=[new["InstanceId"]], Tags=[{"Key": "aiops:replaces"}])
    assert tokens[0] == tokens[1] != tokens[2] == tokens[3]
    assert all(len(token) <= 64 for token in tokens)


def test_the_address_goes_to_the_replacement() -> None:
    one = web_server()
    address = addressed(one)
    good = kind.snapshot(client, one.id)
    terminate(one)
    kind.restore(client, step(one, REPLACE, good))
    assert kind.verify(client, step(one, ASSOCIATE, good), {}) == "the replacement is without the address"
    for _ in range(2):
        kind.restore(client, step(one, ASSOCIATE, good))
    (found,) = client("ec2").describe_addresses(AllocationIds=[address])["Addresses"]
    assert found["InstanceId"] == replacements(one)[0]["InstanceId"]
    for action in (REPLACE, ASSOCIATE):
        assert kind.verify(client, step(one, action, good), {}) == ""


def test_an_address_that_somebody_else_uses_by_now_is_left_alone() -> None:
    one, other = web_server(), instance(stopped=False)
    address = addressed(one)
    good = kind.snapshot(client, one.id)
    terminate(one)
    client("ec2").associate_address(AllocationId=address, InstanceId=other.id)
    kind.restore(client, step(one, REPLACE, good))
    with pytest.raises(NotRecovered, match=f"in use by {other.id}"):
        kind.restore(client, step(one, ASSOCIATE, good))


def with_data() -> tuple[Resource, str]:
    """An instance with a data volume that stays when it is terminated."""
    one = instance(stopped=False)
    ec2 = client("ec2")
    zone = ec2.describe_instances(InstanceIds=[one.id])["Reservations"][0]["Instances"][0]["Placement"]
    volume = str(ec2.create_volume(Size=1, AvailabilityZone=zone["AvailabilityZone"])["VolumeId"])
    ec2.attach_volume(VolumeId=volume, InstanceId=one.id, Device="/dev/sdf")
    return one, volume


def holders(volume: str) -> list[str]:
    (found,) = client("ec2").describe_volumes(VolumeIds=[volume])["Volumes"]
    return [str(one["InstanceId"]) for one in found["Attachments"]]


def test_data_volumes_go_to_the_replacement() -> None:
    one, volume = with_data()
    good = kind.snapshot(client, one.id)
    assert good is not None
    assert good["volumes"] == {volume: "/dev/sdf"}
    terminate(one)
    kind.restore(client, step(one, REPLACE, good))
    new = resource(INSTANCE, replacements(one)[0]["InstanceId"])
    put_into_state(new, "pending")
    with pytest.raises(StillRestoring, match=f"{new.id} is pending"):
        kind.restore(client, step(one, ATTACH, good))
    put_into_state(new, "running")
    assert kind.verify(client, step(one, ATTACH, good), {}) == f"the replacement is without {volume}"
    for _ in range(2):
        kind.restore(client, step(one, ATTACH, good))
    assert holders(volume) == [new.id]
    assert kind.verify(client, step(one, ATTACH, good), {}) == ""


def test_a_volume_that_somebody_else_uses_by_now_is_left_alone() -> None:
    (one, volume), other = with_data(), instance(stopped=False)
    good = kind.snapshot(client, one.id)
    terminate(one)
    client("ec2").attach_volume(VolumeId=volume, InstanceId=other.id, Device="/dev/sdg")
    kind.restore(client, step(one, REPLACE, good))
    with pytest.raises(NotRecovered, match=f"{volume} is in use by {other.id}"):
        kind.restore(client, step(one, ATTACH, good))


def test_an_instance_without_data_volumes_needs_no_step_for_them() -> None:
    assert kind.target(ATTACH, kind.snapshot(client, instance(stopped=False).id), {}) is None


@pytest.mark.parametrize("kept", [True, False])
def test_a_deleted_volume_comes_back_from_the_recycle_bin_if_that_kept_it(kept: bool) -> None:
    """What nothing kept is lost: nobody waits for it, and nothing is made in its place."""
    new = {"InstanceId": "i-new", "State": {"Name": "running"}}
    ec2 = boto3.client("ec2")
    with Stubber(ec2) as told:
        told.add_client_error("describe_volumes", "InvalidVolume.NotFound", expected_params={"VolumeIds": ["vol-1"]})
        found = {"Volumes": [{"VolumeId": "vol-1"}] if kept else []}
        told.add_response("list_volumes_in_recycle_bin", found, {"VolumeIds": ["vol-1"]})
        if not kept:
            attach(ec2, "i-old", new, {"vol-1": "/dev/sdf"})
            told.assert_no_pending_responses()
            return
        told.add_response("restore_volume_from_recycle_bin", {"Return": True}, {"VolumeId": "vol-1"})
        with pytest.raises(StillRestoring, match="Recycle Bin"):
            attach(ec2, "i-old", new, {"vol-1": "/dev/sdf"})
        volume = {"VolumeId": "vol-1", "State": "available", "Attachments": []}
        told.add_response("describe_volumes", {"Volumes": [volume]}, {"VolumeIds": ["vol-1"]})
        wanted = {"VolumeId": "vol-1", "Device": "/dev/sdf", "InstanceId": "i-new"}
        told.add_response("attach_volume", {"State": "attaching"}, wanted)
        attach(ec2, "i-old", new, {"vol-1": "/dev/sdf"})
        told.assert_no_pending_responses()


TEMPLATE = {"template": "lt-1", "template_version": "3"}
PLAIN = {"image": "ami-1", "type": "t3.micro", "subnet": "subnet-1", "groups": ["sg-1"]}
INSIDE = [{"DeviceIndex": 0, "SubnetId": "subnet-1", "Groups": ["sg-1"]}]
BESIDE = {"SubnetId": "subnet-1", "SecurityGroupIds": ["sg-1"]}


def launching(**more: Any) -> Json:
    """The call that is expected for a plain instance."""
    tags = [{"Key": "aiops:replaces", "Value": "i-old"}]
    return {
        "ImageId": "ami-1",
        "InstanceType": "t3.micro",
        "Monitoring": {"Enabled": False},
        "TagSpecifications": [{"ResourceType": "instance", "Tags": tags}],
        "ClientToken": ANY,
        "MinCount": 1,
        "MaxCount": 1,
        **more,
    }


@pytest.mark.parametrize(
    ("extra", "network"), [({}, BESIDE), ({"interfaces": True}, {"NetworkInterfaces": INSIDE})], ids=["plain", "own"]
)
@pytest.mark.parametrize("gone", [False, True])
def test_a_replacement_comes_from_the_launch_template_while_there_is_one(
    extra: Json, network: Json, gone: bool
) -> None:
    ec2 = boto3.client("ec2")
    made = {"Instances": [{"InstanceId": "i-new", "State": {"Name": "pending"}}]}
    nobody: Json = {"Reservations": []}
    template = {"LaunchTemplate": {"LaunchTemplateId": "lt-1", "Version": "3"}}
    with Stubber(ec2) as told:
        told.add_response("describe_instances", nobody)
        told.add_response("describe_instance_attribute", {})
        if gone:
            wanted = launching(**template, **network)
            told.add_client_error("run_instances", "InvalidLaunchTemplateId.NotFound", expected_params=wanted)
            told.add_response("describe_instance_attribute", {})
            told.add_response("run_instances", made, launching(**BESIDE))
        else:
            told.add_response("run_instances", made, launching(**template, **network))
        replace(ec2, "i-old", {**PLAIN, **TEMPLATE, **extra})
        told.assert_no_pending_responses()


def test_the_launch_template_of_an_instance_is_remembered() -> None:
    ec2, data = client("ec2"), {"InstanceType": "t3.micro"}
    interfaces = [{"DeviceIndex": 0}]
    for number, more in enumerate(({}, {"NetworkInterfaces": interfaces})):
        made = ec2.create_launch_template(LaunchTemplateName=f"web-{number}", LaunchTemplateData={**data, **more})
        name = made["LaunchTemplate"]["LaunchTemplateId"]
        tags = {"aws:ec2launchtemplate:id": name, "aws:ec2launchtemplate:version": "1"}
        good = kind.snapshot(client, instance(stopped=False, more=tags).id)
        assert good is not None
        assert (good["launch"]["template"], good["launch"]["template_version"]) == (name, "1")
        assert good["launch"].get("interfaces", False) == bool(more)
        assert not [key for key in good["launch"]["tags"] if key.startswith("aws:")]


def test_an_address_is_waited_for() -> None:
    one = web_server()
    addressed(one)
    good = kind.snapshot(client, one.id)
    terminate(one, let_go=False)
    with pytest.raises(StillRestoring, match="not to be seen yet"):
        kind.restore(client, step(one, ASSOCIATE, good))
    kind.restore(client, step(one, REPLACE, good))
    with pytest.raises(StillRestoring, match="let go"):
        kind.restore(client, step(one, ASSOCIATE, good))


def test_without_its_user_data_nothing_is_launched() -> None:
    one = web_server()
    good = kind.snapshot(client, one.id)
    assert good is not None
    good["launch"]["user_data"] = "another digest"
    terminate(one)
    with pytest.raises(NotRecovered, match="user data"):
        kind.restore(client, step(one, REPLACE, good))
    assert replacements(one) == []


def test_a_replacement_that_was_stopped_is_not_healthy() -> None:
    one = web_server()
    good = kind.snapshot(client, one.id)
    terminate(one)
    assert kind.verify(client, step(one, REPLACE, good), {}) == "the replacement is not there"
    kind.restore(client, step(one, REPLACE, good))
    client("ec2").stop_instances(InstanceIds=[replacements(one)[0]["InstanceId"]])
    assert kind.verify(client, step(one, REPLACE, good), {}) == "the instance is stopped"


def test_a_member_of_an_auto_scaling_group_is_never_replaced() -> None:
    one = instance(stopped=False, more={"aws:autoscaling:groupName": "web"})
    good = kind.snapshot(client, one.id)
    assert kind.target(REPLACE, good, {}) is None
    assert kind.target(REPLACE, None, {}) is None


def test_an_instance_without_an_address_needs_no_step_for_it() -> None:
    assert kind.target(ASSOCIATE, kind.snapshot(client, instance().id), {}) is None


def test_a_terminated_instance_heals_and_the_record_tells_its_new_id(cloud: Cloud) -> None:
    one = web_server()
    addressed(one)
    handle(take_snapshots.handler, {})
    terminate(one)
    items = [{"instanceId": one.id}]
    payload = restored(planned(cloud, call("TerminateInstances", {"requestParameters.instancesSet.items": items})))
    assert payload["recovery"]["outcome"] == "RESTORED"
    first, second = payload["recovery"]["steps"]
    (new,) = replacements(one)
    assert (first["action"], first["before"], first["after"]["replaced_by"]) == (REPLACE, None, new["InstanceId"])
    assert (second["action"], bool(second["after"]["address"])) == (ASSOCIATE, True)
    assert handle(verify.handler, payload)["outcome"] == "VERIFIED"
    assert "PASSWORD" not in json.dumps(payload) + cloud.log()


def test_whose_replacements_are_terminated_as_well_is_left_to_a_person_in_the_end(cloud: Cloud) -> None:
    """Each has an id of its own: without its predecessors' count nothing would ever recur."""
    one, outcomes = web_server(), []
    for _ in range(4):
        handle(take_snapshots.handler, {})
        terminate(one)
        items = [{"instanceId": one.id}]
        event = call("TerminateInstances", {"requestParameters.instancesSet.items": items, "eventID": one.id})
        payload = detected(cloud, event)
        if "blocked" in payload:
            outcomes.append(payload["blocked"]["reason"])
            break
        payload = analyzed(payload)
        payload = restored({**payload, "plan": handle(plan.handler, payload)})
        payload["verification"] = handle(verify.handler, payload)
        outcomes.append(handle(store_metrics.handler, payload)["outcome"])
        one = resource(INSTANCE, replacements(one)[0]["InstanceId"])
        cloud.wait(3600)
    assert outcomes == ["VERIFIED", "VERIFIED", "VERIFIED", "RECURRING"]


def test_an_instance_that_is_still_shutting_down_is_gone_already() -> None:
    one = instance(stopped=False)
    put_into_state(one, "shutting-down")
    assert kind.snapshot(client, one.id) is None
