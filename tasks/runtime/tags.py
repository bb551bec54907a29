"""The tags of resources, whatever their type (Resource Groups Tagging API)."""

from collections.abc import Iterator, Sequence
from typing import Any

from tasks.domain.opting import AUTONOMY, TAG


def of(tagging: Any, arns: Sequence[str]) -> dict[str, dict[str, str]]:
    """ARN to tags, for at most 100 resources; one without tags, or gone, is missing."""
    return dict(_read(tagging.get_resources(ResourceARNList=list(arns))))


def of_group(autoscaling: Any, name: str, arn: str) -> dict[str, str]:
    """The tags of an Auto Scaling group, none when it is gone or only another one has its name."""
    found = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"]
    return {tag["Key"]: tag["Value"] for one in found if one["AutoScalingGroupARN"] == arn for tag in one["Tags"]}


def of_alarm(cloudwatch: Any, arn: str) -> dict[str, str]:
    """The tags of an alarm, none when it is gone."""
    try:
        return {tag["Key"]: tag["Value"] for tag in cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"]}
    except cloudwatch.exceptions.ResourceNotFoundException:
        return {}


def carrying(tagging: Any, key: str, value: str) -> list[str]:
    """The ARNs of the first 100 resources with this tag."""
    found = tagging.get_resources(TagFilters=[{"Key": key, "Values": [value]}], ResourcesPerPage=100)
    return [arn for arn, _ in _read(found)]


def managed(tagging: Any, resource_types: Sequence[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """ARN and tags of every opted-in resource of these types, as the API names them (`ec2:instance`)."""
    pages = tagging.get_paginator("get_resources").paginate(
        TagFilters=[{"Key": TAG, "Values": list(AUTONOMY)}], ResourceTypeFilters=list(resource_types)
    )
    for page in pages:
        yield from _read(page)


def count(tagging: Any, key: str, value: str, resource_type: str) -> int:
    """How many resources of a type have a tag; several hundred are counted as 500."""
    pages = tagging.get_paginator("get_resources").paginate(
        TagFilters=[{"Key": key, "Values": [value]}],
        ResourceTypeFilters=[resource_type],
        PaginationConfig={"MaxItems": 500},
    )
    return sum(len(page["ResourceTagMappingList"]) for page in pages)


def _read(page: Any) -> Iterator[tuple[str, dict[str, str]]]:
    for one in page["ResourceTagMappingList"]:
        yield one["ResourceARN"], {tag["Key"]: tag["Value"] for tag in one["Tags"]}
