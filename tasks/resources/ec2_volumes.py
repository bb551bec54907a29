"""The data volumes of a terminated instance: what stayed, and what the Recycle Bin kept, goes to its replacement.

The root volume is lost (docs.aws.amazon.com/ebs, "Recover deleted EBS volumes using Recycle Bin").
"""

from typing import Any

from tasks.domain.errors import NotRecovered, StillRestoring
from tasks.domain.payload import Json


def volumes(instance: Any) -> dict[str, str]:
    """Volume id to device, without the root."""
    mapped = instance.get("BlockDeviceMappings", [])
    found = {one["Ebs"]["VolumeId"]: one["DeviceName"] for one in mapped if "Ebs" in one}
    return {name: device for name, device in found.items() if device != instance.get("RootDeviceName")}


def attach(ec2: Any, replaced: str, new: Any, devices: Json) -> None:
    """Ensure that what is left of the volumes is attached to the replacement, never taking one from anything else."""
    for name, device in devices.items():
        volume = _find(ec2, name)
        if volume is None:
            # What neither stayed nor was kept is lost: there is nothing to wait for.
            if ec2.list_volumes_in_recycle_bin(VolumeIds=[name])["Volumes"]:
                ec2.restore_volume_from_recycle_bin(VolumeId=name)
                raise StillRestoring(f"{name} is coming back from the Recycle Bin")
        elif new["InstanceId"] not in (holders := _holders(volume)):
            _attach(ec2, volume, device, new, others=[one for one in holders if one != replaced])


def left_out(ec2: Any, new: str, devices: Json) -> list[str]:
    """The volumes that are there and not attached to the replacement."""
    found = {name: _find(ec2, name) for name in devices}
    return [name for name, volume in found.items() if volume is not None and new not in _holders(volume)]


def _attach(ec2: Any, volume: Any, device: str, new: Any, *, others: list[str]) -> None:
    name = volume["VolumeId"]
    if others:
        raise NotRecovered(f"{name} is in use by {', '.join(others)}")
    if volume["State"] != "available" or new["State"]["Name"] == "pending":
        raise StillRestoring(f"{name} is {volume['State']}, {new['InstanceId']} is {new['State']['Name']}")
    ec2.attach_volume(VolumeId=name, Device=device, InstanceId=new["InstanceId"])


def _holders(volume: Any) -> list[str]:
    return [one["InstanceId"] for one in volume.get("Attachments", []) if one["State"] != "detached"]


def _find(ec2: Any, name: str) -> Any:
    try:
        (found,) = ec2.describe_volumes(VolumeIds=[name])["Volumes"]
    except ec2.exceptions.ClientError as refused:
        if refused.response["Error"]["Code"] != "InvalidVolume.NotFound":
            raise
        return None
    return None if found["State"] in ("deleting", "deleted") else found
