"""What the stage's alarms ring for: groups of hosts, and the alarms themselves."""

from typing import Any

from aiops.demo.stage import TAG, Stage
from aiops.engine import REGION


class Group:
    """An Auto Scaling group of one instance, which may grow to three."""

    def __init__(self, stage: Stage, name: str = "demo-group") -> None:
        self.name, self._autoscaling = name, stage.engine.client("autoscaling")
        launch = {"ImageId": "ami-0abcdef1234567890", "InstanceType": "t3.micro"}
        stage.ec2.create_launch_template(LaunchTemplateName=name, LaunchTemplateData=launch)
        tag = {"Key": TAG, "Value": "auto", "ResourceId": name, "ResourceType": "auto-scaling-group"}
        self._autoscaling.create_auto_scaling_group(
            AutoScalingGroupName=name,
            MinSize=1,
            MaxSize=3,
            DesiredCapacity=1,
            LaunchTemplate={"LaunchTemplateName": name, "Version": "$Latest"},
            AvailabilityZones=[f"{REGION}a"],
            Tags=[{**tag, "PropagateAtLaunch": False}],
        )

    @property
    def arn(self) -> str:
        return str(self._described()["AutoScalingGroupARN"])

    @property
    def instances(self) -> int:
        return len(self._described()["Instances"])

    def _described(self) -> dict[str, Any]:
        (found,) = self._autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[self.name])[
            "AutoScalingGroups"
        ]
        return dict(found)


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


def commands_sent(stage: Stage, instance_id: str) -> list[str]:
    """The documents of the commands that were sent to a host."""
    return [str(one["DocumentName"]) for one in stage.ssm.list_commands(InstanceId=instance_id)["Commands"]]
