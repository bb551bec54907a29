"""What a terminated instance is replaced with: a new one of the same settings, found again by its tag.

A terminated instance cannot come back, and its volumes are gone where they were to be deleted with it
(docs.aws.amazon.com/AWSEC2, "Terminate Amazon EC2 instances").
"""

import base64
import hashlib
import json
from typing import Any

from tasks.domain.errors import NotRecovered, StillRestoring
from tasks.domain.payload import Json
from tasks.resources import Aws

REPLACES = "aiops:replaces"
_GROUP = "aws:autoscaling:groupName"
_METADATA = ("HttpTokens", "HttpPutResponseHopLimit", "HttpEndpoint", "InstanceMetadataTags")
_LIVE = ("pending", "running", "stopping", "stopped")


def settings(aws: Aws, instance: Any) -> Json | None:
    """What launching an instance like this takes, user data as its digest; None for one that others look after."""
    tags = {tag["Key"]: tag["Value"] for tag in instance.get("Tags", [])}
    if _GROUP in tags or instance.get("InstanceLifecycle"):
        return None
    name = instance["InstanceId"]
    profile = instance.get("IamInstanceProfile", {}).get("Arn", "")
    metadata = {key: instance.get("MetadataOptions", {}).get(key) for key in _METADATA}
    known = {
        "image": instance["ImageId"],
        "type": instance["InstanceType"],
        "subnet": instance.get("SubnetId"),
        "groups": sorted(group["GroupId"] for group in instance.get("SecurityGroups", [])),
        "key": instance.get("KeyName"),
        "profile": profile,
        "role": _role(aws("iam"), profile) if profile else None,
        "monitoring": instance.get("Monitoring", {}).get("State") in ("enabled", "pending"),
        "metadata": {key: value for key, value in metadata.items() if value},
        "tags": {key: value for key, value in tags.items() if not key.startswith("aws:")},
        "user_data": _digest(_user_data(aws("ec2"), name)),
        **_template(aws("ec2"), tags),
    }
    return {key: value for key, value in known.items() if value}


def stop_loses(ec2: Any, instance: Any, address: str | None) -> list[str]:
    """What stopping the instance would take from it for good: data on instance store, an address that is not its own.

    `address` is what address_of says.
    """
    public = instance.get("PublicIpAddress") and not address
    losses = {
        "instance store": instance.get("RootDeviceType") == "instance-store" or _stores(ec2, instance["InstanceType"]),
        "public address": public,
    }
    return [what for what, lost in losses.items() if lost]


def find(ec2: Any, replaced: str) -> Any:
    """The instance that replaces another, None while there is none."""
    filters = [
        {"Name": f"tag:{REPLACES}", "Values": [replaced]},
        {"Name": "instance-state-name", "Values": list(_LIVE)},
    ]
    found = ec2.describe_instances(Filters=filters)["Reservations"]
    return found[0]["Instances"][0] if found else None


def replacement(ec2: Any, replaced: str) -> Any:
    """The instance that replaces another; StillRestoring until it is to be seen."""
    new = find(ec2, replaced)
    if new is None:
        raise StillRestoring(f"the replacement of {replaced} is not to be seen yet")
    return new


def address_of(ec2: Any, name: str) -> str | None:
    """The allocation id of the instance's Elastic IP."""
    found = ec2.describe_addresses(Filters=[{"Name": "instance-id", "Values": [name]}])["Addresses"]
    return min((one["AllocationId"] for one in found if one.get("InstanceId") == name), default=None)


def replace(ec2: Any, replaced: str, target: Json) -> None:
    """Ensure that there is a replacement."""
    new = find(ec2, replaced) or _launch(ec2, replaced, target)
    if new["State"]["Name"] not in _LIVE:
        raise NotRecovered(f"{new['InstanceId']}, launched for {replaced}, is {new['State']['Name']}")


def associate(ec2: Any, replaced: str, address: str) -> None:
    """Ensure that the replacement has the Elastic IP, never taking it from anything else that has it by now.

    StillRestoring until the address is free and the replacement runs.
    """
    new = replacement(ec2, replaced)
    (found,) = ec2.describe_addresses(AllocationIds=[address])["Addresses"]
    holder = found.get("InstanceId")
    if holder == new["InstanceId"]:
        return
    if holder == replaced or new["State"]["Name"] == "pending":
        raise StillRestoring(f"{address} waits for {replaced} to let go and {new['InstanceId']} to run")
    if found.get("AssociationId"):
        raise NotRecovered(f"{address}, which {replaced} had, is in use by {holder or 'something else'}")
    ec2.associate_address(AllocationId=address, InstanceId=new["InstanceId"], AllowReassociation=False)


def _template(ec2: Any, tags: Json) -> Json:
    """The launch template that the instance came from, and whether the template lays out the network itself."""
    name, version = (tags.get(f"aws:ec2launchtemplate:{part}") for part in ("id", "version"))
    if not (name and version):
        return {}
    try:
        found = ec2.describe_launch_template_versions(LaunchTemplateId=name, Versions=[version])
    except ec2.exceptions.ClientError as refused:
        if not refused.response["Error"]["Code"].startswith("InvalidLaunchTemplate"):
            raise
        return {}
    interfaces = any(one["LaunchTemplateData"].get("NetworkInterfaces") for one in found["LaunchTemplateVersions"])
    return {"template": name, "template_version": version, "interfaces": interfaces}


def _launch(ec2: Any, replaced: str, target: Json) -> Any:
    """From the launch template, if it is still there, which knows more than we remember, with what the instance had."""
    try:
        return _run(ec2, replaced, target)
    except ec2.exceptions.ClientError as refused:
        if not refused.response["Error"]["Code"].startswith("InvalidLaunchTemplate"):
            raise
    own = {key: value for key, value in target.items() if key not in ("template", "template_version", "interfaces")}
    return _run(ec2, replaced, own)


def _run(ec2: Any, replaced: str, target: Json) -> Any:
    data = _user_data(ec2, replaced)
    if _digest(data) != target.get("user_data"):
        raise NotRecovered(f"the user data of {replaced} can no longer be read: launch its replacement by hand")
    tags = {**target.get("tags", {}), REPLACES: replaced}
    subnet, groups = target.get("subnet"), target.get("groups")
    # EC2 takes subnet and groups only where the template takes them too.
    inside = [{"DeviceIndex": 0, "SubnetId": subnet, "Groups": groups}] if target.get("interfaces") else None
    template = {"LaunchTemplateId": target.get("template"), "Version": target.get("template_version")}
    given = {
        "LaunchTemplate": template if target.get("template") else None,
        "NetworkInterfaces": inside,
        "SubnetId": None if inside else subnet,
        "SecurityGroupIds": None if inside else groups,
        "KeyName": target.get("key"),
        "IamInstanceProfile": {"Arn": target["profile"]} if "profile" in target else None,
        "MetadataOptions": target.get("metadata"),
        "UserData": base64.b64decode(data) if data else None,
    }
    # The same token gives the same instance, also where a describe call does not show it yet.
    token = _digest(json.dumps([replaced, target], sort_keys=True)) or ""
    made = ec2.run_instances(
        ImageId=target["image"],
        InstanceType=target["type"],
        Monitoring={"Enabled": bool(target.get("monitoring"))},
        TagSpecifications=[
            {"ResourceType": "instance", "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}
        ],
        ClientToken=token,
        MinCount=1,
        MaxCount=1,
        **{key: value for key, value in given.items() if value},
    )
    return made["Instances"][0]


# Instance types that are known to come without instance store, which does not change.
_without_store: set[str] = set()


def _stores(ec2: Any, name: str) -> bool:
    """Whether an instance type may have instance store; an unknown one counts as one that has."""
    if name not in _without_store:
        found = ec2.describe_instance_types(Filters=[{"Name": "instance-type", "Values": [name]}])["InstanceTypes"]
        if [one.get("InstanceStorageSupported", True) for one in found if one["InstanceType"] == name] == [False]:
            _without_store.add(name)
    return name not in _without_store


def _role(iam: Any, profile: str) -> str | None:
    """Path and name of the role of an instance profile."""
    try:
        found = iam.get_instance_profile(InstanceProfileName=profile.rpartition("/")[2])["InstanceProfile"]["Roles"]
    except iam.exceptions.NoSuchEntityException:
        return None
    return str(found[0]["Arn"].partition(":role/")[2]) if found else None


def _user_data(ec2: Any, name: str) -> str | None:
    """The user data in base64, None when there is none to be had. It may hold secrets: it is only passed on."""
    try:
        found = ec2.describe_instance_attribute(InstanceId=name, Attribute="userData").get("UserData") or {}
    except ec2.exceptions.ClientError as refused:
        if refused.response["Error"]["Code"] in ("InvalidInstanceID.NotFound", "IncorrectInstanceState"):
            return None
        raise
    return found.get("Value")


def _digest(text: str | None) -> str | None:
    return hashlib.sha256(text.encode()).hexdigest() if text else None
