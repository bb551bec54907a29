"""CloudWatch alarms and the data that they judge."""

import time
from datetime import UTC, datetime
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends
from published import ACCOUNT, REGION

from tasks.runtime.clients import client

METRIC = {"Namespace": "Own", "MetricName": "Load"}


def alarm(name: str, *watched: str, state: str = "ALARM", ago: float = 0, **settings: Any) -> None:
    """An alarm on the load of these, which has been in its state for `ago` seconds."""
    dimensions = [{"Name": "Of", "Value": value} for value in watched]
    single = {**METRIC, "Dimensions": dimensions, "Statistic": "Average", "Period": settings.pop("Period", 60)}
    client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        ComparisonOperator="GreaterThanThreshold",
        Threshold=1,
        **{"EvaluationPeriods": 1, **settings},
        **({} if "Metrics" in settings else single),
    )
    client("cloudwatch").set_alarm_state(AlarmName=name, StateValue=state, StateReason="test")
    kept = cloudwatch_backends[ACCOUNT][REGION].alarms[name]
    kept.state_updated_timestamp = datetime.fromtimestamp(time.time() - ago, UTC).replace(tzinfo=None)


def measured(value: float, *watched: str, ago: float) -> None:
    """A point of the load of these, `ago` seconds ago."""
    dimensions = [{"Name": "Of", "Value": one} for one in watched]
    at = datetime.fromtimestamp(time.time() - ago, UTC)
    point = {"MetricName": "Load", "Dimensions": dimensions, "Value": value, "Timestamp": at}
    client("cloudwatch").put_metric_data(Namespace="Own", MetricData=[point])
