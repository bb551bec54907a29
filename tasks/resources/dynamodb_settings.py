"""The settings of a table that neither its data nor its throughput are: how each is put."""

import json
from collections.abc import Callable
from typing import Any

from tasks.domain.payload import Json, Step
from tasks.resources import Aws
from tasks.resources import dynamodb_scaling as scaling


def put(aws: Aws, step: Step) -> None:
    """Put what the step's action is for, from its target."""
    _PUT[step.action](aws, step, step.target)


def policy(dynamo: Any, arn: str) -> str | None:
    """The table's own policy as canonical JSON text, None when it has none."""
    try:
        found = json.loads(dynamo.get_resource_policy(ResourceArn=arn)["Policy"])
    except dynamo.exceptions.PolicyNotFoundException:
        return None
    return json.dumps(found, sort_keys=True, separators=(",", ":"))


def _time_to_live(aws: Aws, step: Step, wanted: Json) -> None:
    expiry = {"Enabled": True, "AttributeName": wanted["time_to_live"]}
    aws("dynamodb").update_time_to_live(TableName=step.resource.id, TimeToLiveSpecification=expiry)


def _stream(aws: Aws, step: Step, wanted: Json) -> None:
    stream = {"StreamEnabled": True, "StreamViewType": wanted["stream"]}
    aws("dynamodb").update_table(TableName=step.resource.id, StreamSpecification=stream)


def _tags(aws: Aws, step: Step, wanted: Json) -> None:
    tags = [{"Key": key, "Value": value} for key, value in wanted["tags"].items()]
    aws("dynamodb").tag_resource(ResourceArn=step.resource.arn, Tags=tags)


def _recovery(aws: Aws, step: Step, wanted: Json) -> None:
    recovery = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": wanted["recovery_days"]}
    aws("dynamodb").update_continuous_backups(TableName=step.resource.id, PointInTimeRecoverySpecification=recovery)


_PUT: dict[str, Callable[[Aws, Step, Json], Any]] = {
    "put_time_to_live": _time_to_live,
    "put_stream": _stream,
    "put_tags": _tags,
    "put_table_policy": lambda aws, step, wanted: aws("dynamodb").put_resource_policy(
        ResourceArn=step.resource.arn, Policy=wanted["policy"]
    ),
    "put_scaling": lambda aws, step, wanted: scaling.put(aws("application-autoscaling"), wanted["scaling"]),
    "enable_point_in_time_recovery": _recovery,
    "enable_deletion_protection": lambda aws, step, wanted: aws("dynamodb").update_table(
        TableName=step.resource.id, DeletionProtectionEnabled=True
    ),
}
