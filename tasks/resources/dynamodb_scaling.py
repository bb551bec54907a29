"""Auto scaling of a table and its global indexes: what Application Auto Scaling knows of it, and a restore does not.

docs.aws.amazon.com/amazondynamodb, "Managing throughput capacity automatically with DynamoDB auto scaling".
"""

from typing import Any

from tasks.domain.payload import Json
from tasks.domain.planning import Permission

_NAMESPACE = {"ServiceNamespace": "dynamodb"}
READS = {f"application-autoscaling:Describe{name}": "*" for name in ("ScalableTargets", "ScalingPolicies")}
_TARGETS = "arn:{partition}:application-autoscaling:{region}:{account}:scalable-target/*"
_ALARMS = "arn:{partition}:cloudwatch:{region}:{account}:alarm:TargetTracking-table/{id}*"
# A scalable target has an id of its own; the service makes a policy's alarms with its caller's rights.
PUTS = (
    *(
        Permission(
            f"application-autoscaling:{name}",
            _TARGETS,
            {"StringEquals": {"application-autoscaling:service-namespace": "dynamodb"}},
        )
        for name in ("RegisterScalableTarget", "PutScalingPolicy")
    ),
    Permission("cloudwatch:DescribeAlarms", "*"),
    Permission("cloudwatch:PutMetricAlarm", _ALARMS),
)


def read(scaling: Any, table: Json) -> list[Json]:
    """Limits and target tracking policies of a described table and its indexes, by what is scaled."""
    own = f"table/{table['TableName']}"
    names = [own, *(f"{own}/index/{one['IndexName']}" for one in table.get("GlobalSecondaryIndexes", []))]
    pages = scaling.get_paginator("describe_scalable_targets").paginate(**_NAMESPACE, ResourceIds=names)
    targets = [one for page in pages for one in page["ScalableTargets"]]
    policies = [one for name in {target["ResourceId"] for target in targets} for one in _policies(scaling, name)]
    found = [
        {
            **_scaled(target),
            "MinCapacity": target["MinCapacity"],
            "MaxCapacity": target["MaxCapacity"],
            "policies": {
                one["PolicyName"]: one["TargetTrackingScalingPolicyConfiguration"]
                for one in policies
                if _scaled(one) == _scaled(target) and one["PolicyType"] == "TargetTrackingScaling"
            },
        }
        for target in targets
    ]
    return sorted(found, key=lambda one: (one["ResourceId"], one["ScalableDimension"]))


def put(scaling: Any, wanted: list[Json]) -> None:
    """Ensure limits and policies."""
    for one in wanted:
        limits = {key: one[key] for key in ("MinCapacity", "MaxCapacity")}
        scaling.register_scalable_target(**_NAMESPACE, **_scaled(one), **limits)
        for name, configuration in one["policies"].items():
            scaling.put_scaling_policy(
                **_NAMESPACE,
                **_scaled(one),
                PolicyName=name,
                PolicyType="TargetTrackingScaling",
                TargetTrackingScalingPolicyConfiguration=configuration,
            )


def _policies(scaling: Any, name: str) -> list[Json]:
    pages = scaling.get_paginator("describe_scaling_policies").paginate(**_NAMESPACE, ResourceId=name)
    return [one for page in pages for one in page["ScalingPolicies"]]


def _scaled(one: Json) -> Json:
    return {key: one[key] for key in ("ResourceId", "ScalableDimension")}
