"""Which CloudWatch metrics of which resources are watched, and how their values are asked for.

Names and dimensions: each service's page "CloudWatch metrics" in its user guide.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tasks.domain.kinds import Json
from tasks.domain.payload import Resource

PERIOD = 300  # seconds: what EC2's basic monitoring gives
HISTORY = 14 * 86_400  # seconds that a new series is learned from; CloudWatch keeps this period for 63 days
# GetMetricData takes 500 queries and answers 100,800 values at a time, as many as 25 series of such a history have.
AT_ONCE = 25


@dataclass(frozen=True)
class Watched:
    """A namespace, the dimension that names the resource, and metric name -> statistic."""

    namespace: str
    dimension: str
    metrics: tuple[tuple[str, str], ...]


WATCHED = {
    "AWS::EC2::Instance": Watched(
        "AWS/EC2", "InstanceId", (("CPUUtilization", "Average"), ("NetworkIn", "Sum"), ("NetworkOut", "Sum"))
    ),
    "AWS::AutoScaling::AutoScalingGroup": Watched(
        "AWS/EC2", "AutoScalingGroupName", (("CPUUtilization", "Average"), ("NetworkIn", "Sum"))
    ),
    "AWS::RDS::DBInstance": Watched(
        "AWS/RDS",
        "DBInstanceIdentifier",
        (
            ("CPUUtilization", "Average"),
            ("FreeStorageSpace", "Minimum"),
            ("FreeableMemory", "Minimum"),
            ("DatabaseConnections", "Average"),
            ("ReadLatency", "Average"),
            ("WriteLatency", "Average"),
        ),
    ),
    "AWS::Lambda::Function": Watched(
        "AWS/Lambda", "FunctionName", (("Errors", "Sum"), ("Throttles", "Sum"), ("Duration", "Average"))
    ),
    "AWS::DynamoDB::Table": Watched(
        "AWS/DynamoDB", "TableName", (("ConsumedReadCapacityUnits", "Sum"), ("ConsumedWriteCapacityUnits", "Sum"))
    ),
}


@dataclass(frozen=True)
class Series:
    """One metric of one resource."""

    resource: Resource
    metric: str
    statistic: str

    @property
    def key(self) -> str:
        """32 hex digits that no other series has."""
        return hashlib.sha256(f"METRIC|{self.resource.arn}|{self.metric}|{self.statistic}".encode()).hexdigest()[:32]


def series_of(resources: Iterable[Resource]) -> Iterator[Series]:
    for one in resources:
        if watched := WATCHED.get(one.type):
            yield from (Series(one, name, statistic) for name, statistic in watched.metrics)


def query(series: Series, number: int) -> Json:
    """The GetMetricData query of a series, under the id `m<number>`."""
    watched = WATCHED[series.resource.type]
    metric = {
        "Namespace": watched.namespace,
        "MetricName": series.metric,
        "Dimensions": [{"Name": watched.dimension, "Value": series.resource.id}],
    }
    return {"Id": f"m{number}", "MetricStat": {"Metric": metric, "Period": PERIOD, "Stat": series.statistic}}
