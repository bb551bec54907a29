"""CloudWatch's alarms."""

from aiops.demo.stage import Stage

ALARM = "CloudWatch Alarm State Change"


class Alarm:
    """An alarm on one metric that says by its tag what it is about."""

    def __init__(self, stage: Stage, name: str, *, namespace: str, metric: str, threshold: float, target: str) -> None:
        self.name, self._metric = name, {"Namespace": namespace, "MetricName": metric}
        self._cloudwatch = stage.engine.client("cloudwatch")
        self._cloudwatch.put_metric_alarm(
            AlarmName=name,
            AlarmDescription="rings in the demo",
            **self._metric,
            Statistic="Average",
            Period=60,
            EvaluationPeriods=1,
            Threshold=threshold,
            ComparisonOperator="GreaterThanThreshold",
            Tags=[{"Key": "aiops:target", "Value": target}],
        )

    def measure(self, value: float) -> None:
        """One value of the metric, which CloudWatch then evaluates."""
        namespace, name = self._metric["Namespace"], self._metric["MetricName"]
        self._cloudwatch.put_metric_data(Namespace=namespace, MetricData=[{"MetricName": name, "Value": value}])


def ring(stage: Stage, name: str, instance_id: str) -> None:
    """An alarm on an instance begins to ring."""
    watch, dimensions = stage.engine.client("cloudwatch"), [{"Name": "InstanceId", "Value": instance_id}]
    watch.put_metric_alarm(
        AlarmName=name,
        Namespace="Demo",
        MetricName="Errors",
        Dimensions=dimensions,
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
    )
    watch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="the demo says so")
