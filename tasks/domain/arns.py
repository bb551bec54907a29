"""What ARNs are made of."""

from tasks.domain.knowledge.ssm import PARAMETER


def in_arn(resource_type: str, resource_id: str) -> str:
    """The id as the ARN has it: a parameter's name may start with a slash, its ARN has only one."""
    return resource_id.lstrip("/") if resource_type == PARAMETER else resource_id


def partition(region: str) -> str:
    """The partition of a region, by its prefix (AWS General Reference, ARNs)."""
    return {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(region.rsplit("-", 2)[0], "aws")
