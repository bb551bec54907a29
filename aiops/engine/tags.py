"""The tagging API sees instances, parameters, trails and databases too, and so do IAM conditions on tags."""

from collections.abc import Iterator
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import cloudtrail, ec2, rds, tagging


def _instances() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for name in ec2._instances:
        yield f"arn:aws:ec2:{get_region()}:{get_account_id()}:instance/{name}", list(ec2._tags.get(name, []))


def _trails() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for _region, _name, trail in cloudtrail._visible_trail_items():
        yield trail["TrailARN"], tagging._normalise_flat(cloudtrail._trail_tags.get(trail["TrailARN"]) or {})


def _databases() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for one in rds._instances.values():
        yield one["DBInstanceArn"], list(rds._tags.get(one["DBInstanceArn"], []))


tagging._COLLECTORS |= {
    "ec2": _instances,
    "ssm": tagging._collect_ssm,
    "cloudtrail": _trails,
    "rds": _databases,
}
tagging._RESOURCE_TAG_COLLECTORS |= {"ec2": _instances, "s3": tagging._collect_s3, "rds": _databases}
