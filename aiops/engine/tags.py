"""The tagging API sees instances and parameters too, and so do IAM conditions on an instance's tags."""

from collections.abc import Iterator
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import ec2, tagging


def _instances() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for name in ec2._instances:
        yield f"arn:aws:ec2:{get_region()}:{get_account_id()}:instance/{name}", list(ec2._tags.get(name, []))


tagging._COLLECTORS |= {"ec2": _instances, "ssm": tagging._collect_ssm}
tagging._RESOURCE_TAG_COLLECTORS |= {"ec2": _instances, "s3": tagging._collect_s3}
