"""Alarm events with other metrics, numbers and targets than the published one."""

import json
from typing import Any

from published import Json, sample

from tasks.runtime.clients import client

NAME = "ExampleCpuTooHigh"


def metric(name: str, namespace: str = "AWS/EC2", **more: Any) -> Json:
    """One entry of an alarm's configuration.metrics."""
    measured = {"dimensions": {"InstanceId": "i-1234567890abcdef0"}, "name": name, "namespace": namespace}
    return {
        "id": "m1",
        "metricStat": {"metric": measured, "period": 300, "stat": "Average"},
        "returnData": True,
        **more,
    }


def alarm(
    *metrics: Json, values: list[Any] | None = None, threshold: Any = 50.0, period: Any = 300, **changes: Any
) -> Json:
    """An alarm that went off, on CPUUtilization at 99.5 over 50 for one period of 5 minutes unless told otherwise."""
    data = {"version": "1.0", "period": period, "recentDatapoints": values or [99.5], "threshold": threshold}
    told = {
        "detail.configuration.metrics": list(metrics) or [metric("CPUUtilization")],
        "detail.state.reasonData": json.dumps(data),
    }
    return sample("cloudwatch_alarm_state_change", told | {f"detail.{path}": value for path, value in changes.items()})


def tagged_alarm(target: str) -> None:
    """The alarm of the published event, with its target as a tag."""
    client("cloudwatch").put_metric_alarm(
        AlarmName=NAME,
        Namespace="AWS/EC2",
        MetricName="CPUUtilization",
        Statistic="Average",
        Period=300,
        EvaluationPeriods=1,
        Threshold=50,
        ComparisonOperator="GreaterThanThreshold",
        Tags=[{"Key": "aiops:target", "Value": target}] if target else [],
    )
