"""Alarms ring as on AWS."""

import json

from published import sample

from aiops.engine import Engine
from engine.listener import Listener
from engine.shapes import shape


def test_an_alarms_change_of_state_is_the_event_that_aws_publishes(engine: Engine) -> None:
    expected = sample("cloudwatch_alarm_state_change")
    heard = Listener(engine, "alarms", {"source": ["aws.cloudwatch"]})
    cloudwatch = engine.client("cloudwatch")
    measured = {"Namespace": "Test", "MetricName": "CPUUtilization"}
    dimensions = [{"Name": "InstanceId", "Value": "i-1234567890abcdef0"}]
    cloudwatch.put_metric_alarm(
        AlarmName="ExampleCpuTooHigh",
        AlarmDescription="Goes into alarm when server CPU utilization is too high",
        **measured,
        Dimensions=dimensions,
        Statistic="Average",
        Period=300,
        EvaluationPeriods=1,
        Threshold=50,
        ComparisonOperator="GreaterThanThreshold",
    )
    for value in (10.0, 190.0):
        data = [{"MetricName": "CPUUtilization", "Dimensions": dimensions, "Value": value}]
        cloudwatch.put_metric_data(Namespace="Test", MetricData=data)
    event = heard.until(lambda event: event["detail"]["state"]["value"] == "ALARM")
    assert shape(event) == shape(expected)
    told, published = (json.loads(one["detail"]["state"]["reasonData"]) for one in (event, expected))
    assert shape(told) == shape(published)
    assert event["detail"]["previousState"]["value"] == "OK"
