"""Terminated EC2 instances: what replaces them, once, and what it must never take from others."""

import base64
import json
from typing import Any

import pytest
from by_hand import call as handle
from by_hand import planned, restored
from cloud import Cloud
from managed import IMAGE, instance, put_into_state, resource, tagging
from published import Json, call

from tasks import take_snapshots, verify
from tasks.domain.errors import NotRecovered, StillRestoring
from tasks.domain.knowledge.ec2 import INSTANCE
from tasks.domain.payload import Resource, Step
from tasks.resources import ec2_instance as kind
from tasks.runtime.clients import client

pytestmark = pytest.mark.usefixtures("cloud")
SECRET = "#!/bin/sh\nexport PASSWORD=hunter2"
REPLACE, ASSOCIATE = "replace_instance", "associate_address"


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


def test_an_instance_that_is_still_shutting_down_is_gone_already() -> None:
    one = instance(stopped=False)
    put_into_state(one, "shutting-down")
    assert kind.snapshot(client, one.id) is None
