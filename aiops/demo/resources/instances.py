"""EC2 instances."""

from typing import Any

from aiops.demo.stage import TAG, Stage
from aiops.engine import ACCOUNT, REGION

STOP, TERMINATE = "StopInstances", "TerminateInstances"
STATE_CHANGE = "EC2 Instance State-change Notification"


class Instance:
    """A running instance, which is not managed without an autonomy."""

    def __init__(self, stage: Stage, autonomy: str | None = "auto") -> None:
        self._stage, self._ec2 = stage, stage.ec2
        tags = [{"ResourceType": "instance", "Tags": [{"Key": TAG, "Value": autonomy}]}] if autonomy else []
        with stage.unseen():
            image = self._ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
            made = self._ec2.run_instances(
                ImageId=image, InstanceType="t3.micro", MinCount=1, MaxCount=1, TagSpecifications=tags
            )
            self.id = str(made["Instances"][0]["InstanceId"])
            self.arn = f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/{self.id}"
            stage.until(lambda: self.state == "running", f"{self} runs")
            if autonomy:
                stage.remembered(self.arn)
            else:
                stage.settled()

    def __str__(self) -> str:
        return self.id

    def stop(self) -> None:
        self._ec2.stop_instances(InstanceIds=[self.id])

    @property
    def state(self) -> str:
        return state(self._ec2, self.id)

    @property
    def checks(self) -> list[str]:
        """The system check and the instance check."""
        (found,) = self._ec2.describe_instance_status(InstanceIds=[self.id])["InstanceStatuses"]
        return [found[name]["Status"] for name in ("SystemStatus", "InstanceStatus")]

    @property
    def replacement(self) -> str:
        """The id of the one instance that replaces it."""
        tagged = [{"Name": "tag:aiops:replaces", "Values": [self.id]}]
        (found,) = self._ec2.describe_instances(Filters=tagged)["Reservations"]
        return str(found["Instances"][0]["InstanceId"])

    @property
    def commands(self) -> list[str]:
        """The documents of the commands that were sent to it."""
        return [str(one["DocumentName"]) for one in self._stage.ssm.list_commands(InstanceId=self.id)["Commands"]]

    def give_address(self) -> str:
        """An Elastic IP for it, remembered with it."""
        with self._stage.unseen():
            address = str(self._ec2.allocate_address(Domain="vpc")["AllocationId"])
            self._ec2.associate_address(AllocationId=address, InstanceId=self.id)
            self._stage.invoke("TakeSnapshots")
        return address


def state(ec2: Any, instance_id: str) -> str:
    """Whether an instance is running, stopped and so on."""
    found = ec2.describe_instances(InstanceIds=[instance_id])["Reservations"]
    return str(found[0]["Instances"][0]["State"]["Name"])


def holder(ec2: Any, address: str) -> str:
    """The id of the instance that has an Elastic IP."""
    (found,) = ec2.describe_addresses(AllocationIds=[address])["Addresses"]
    return str(found.get("InstanceId"))
