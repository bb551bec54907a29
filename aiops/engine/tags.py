"""The tagging API sees EC2, SSM, CloudTrail, RDS and log groups too, and so do IAM conditions on tags."""

import re
from collections.abc import Iterator
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import autoscaling, cloudtrail, cloudwatch_logs, ec2, rds, tagging

Tagged = Iterator[tuple[str, list[dict[str, Any]]]]


def _of_ec2() -> Tagged:
    for kind, names in (("instance", list(ec2._instances)), ("security-group", list(ec2._security_groups))):
        for name in names:
            yield f"arn:aws:ec2:{get_region()}:{get_account_id()}:{kind}/{name}", list(ec2._tags.get(name, []))


def _trails() -> Tagged:
    for _region, _name, trail in cloudtrail._visible_trail_items():
        yield trail["TrailARN"], tagging._normalise_flat(cloudtrail._trail_tags.get(trail["TrailARN"]) or {})


def _databases() -> Tagged:
    for one in rds._instances.values():
        yield one["DBInstanceArn"], list(rds._tags.get(one["DBInstanceArn"], []))


def _groups() -> Tagged:
    for one in autoscaling._asgs.values():
        yield one["AutoScalingGroupARN"], list(one["Tags"])


def _log_groups() -> Tagged:
    for one in cloudwatch_logs._log_groups.values():
        yield one["arn"].removesuffix(":*"), tagging._normalise_flat(one["tags"])


_fits = tagging._matches_type_filters


def _fits_by_type(arn: str, filters: list[str]) -> bool:
    """A resource's type ends at the first colon or slash, also where its name has slashes (a log group's)."""
    *head, resource = arn.split(":", 5)
    return bool(_fits(":".join([*head, re.split("[:/]", resource)[0] + "/"]), filters))


tagging._matches_type_filters = _fits_by_type

# To the tagging API Auto Scaling groups are unknown, on AWS as here.
tagging._COLLECTORS |= {
    "ec2": _of_ec2,
    "ssm": tagging._collect_ssm,
    "cloudtrail": _trails,
    "rds": _databases,
    "logs": _log_groups,
}
tagging._RESOURCE_TAG_COLLECTORS |= {
    "ec2": _of_ec2,
    "s3": tagging._collect_s3,
    "rds": _databases,
    "autoscaling": _groups,
    "ecs": tagging._collect_ecs,
}
