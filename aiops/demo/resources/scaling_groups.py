"""Auto Scaling groups."""

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
