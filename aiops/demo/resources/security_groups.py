"""Security groups."""

from typing import Any

from aiops.demo.stage import TAG, Stage
from aiops.engine import ACCOUNT, REGION


class SecurityGroup:
    """A group that lets one private network in."""

    def __init__(self, stage: Stage) -> None:
        self._ec2 = stage.ec2
        tags = [{"ResourceType": "security-group", "Tags": [{"Key": TAG, "Value": "auto"}]}]
        with stage.unseen():
            made = self._ec2.create_security_group(
                GroupName=stage.numbered("demo-"), Description="demo", TagSpecifications=tags
            )
            self.name = str(made["GroupId"])
            self.let_in("10.0.0.0/8")
            stage.invoke("TakeSnapshots")
            stage.remembered(f"arn:aws:ec2:{REGION}:{ACCOUNT}:security-group/{self.name}")

    def let_in(self, network: str) -> None:
        """To port 22."""
        rule = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": network}]}
        self._ec2.authorize_security_group_ingress(GroupId=self.name, IpPermissions=[rule])

    def settings(self) -> dict[str, Any]:
        """The address ranges that it lets in."""
        (found,) = self._ec2.describe_security_groups(GroupIds=[self.name])["SecurityGroups"]
        return {"ranges": [one["CidrIp"] for rule in found["IpPermissions"] for one in rule["IpRanges"]]}
