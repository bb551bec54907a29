"""EC2's calls in CloudTrail's spelling: the names of its XML, most lists wrapped in `items`."""

from datetime import datetime
from typing import Any

Tree = dict[str, Any]

# EC2's request lists: the set that CloudTrail shows, and the key of a bare value in it. Other lists stay lists.
_EC2_SETS = {
    "Groups": ("groupSet", "groupId"),
    "IpPermissions": ("ipPermissions", ""),
    "IpRanges": ("ipRanges", ""),
    "Ipv6Ranges": ("ipv6Ranges", ""),
    "PrefixListIds": ("prefixListIds", ""),
    "UserIdGroupPairs": ("groups", ""),
    "InstanceIds": ("instancesSet", "instanceId"),
    "NetworkInterfaces": ("networkInterfaceSet", ""),
    "Resources": ("resourcesSet", "resourceId"),
    "SecurityGroupIds": ("groupSet", "groupId"),
    "TagSpecifications": ("tagSpecificationSet", ""),
}
_EC2_OF_INSTANCES = ("ImageId", "MinCount", "MaxCount", "KeyName")


def request(given: Tree) -> Tree:
    """`requestParameters` of a request in the SDK's names."""
    instance = {first_small(name): given.pop(name) for name in _EC2_OF_INSTANCES if name in given}
    tags = given.pop("Tags", None)
    shown: Tree = _ec2_sets(given)
    if instance:
        shown["instancesSet"] = {"items": [instance]}
    if tags is not None:
        shown["tagSet"] = {"items": _ec2_sets(tags)}
    return shown


def _ec2_sets(value: Any, key: str = "") -> Any:
    if isinstance(value, list):
        return [{key: item} if key else _ec2_sets(item) for item in value]
    if not isinstance(value, dict):
        return value
    shown: Tree = {}
    for name, item in value.items():
        group, bare = _EC2_SETS.get(name, ("", ""))
        shown[group or first_small(name)] = {"items": _ec2_sets(item, bare)} if group else _ec2_sets(item)
    return shown


def first_small(name: str) -> str:
    return name[0].lower() + name[1:]


def response(value: Any, shape: Any) -> Any:
    """`responseElements` of a response in the SDK's names, which has this shape."""
    if isinstance(value, datetime):
        return int(value.timestamp() * 1000)
    if shape.type_name == "structure":
        known = [(member.serialization.get("name", name), value[name], member)
                 for name, member in shape.members.items() if name in value]  # fmt: skip
        return {"_return" if name == "return" else name: response(item, member) for name, item, member in known}
    if shape.type_name == "list":
        return {"items": [response(item, shape.member) for item in value]} if value else {}
    return value
