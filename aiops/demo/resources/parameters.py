"""SSM parameters."""

from datetime import UTC, datetime, timedelta

from aiops.demo.stage import TAG, Stage
from aiops.engine import ACCOUNT, REGION

PUT = "PutParameter"


class Parameter:
    """An encrypted parameter."""

    def __init__(self, stage: Stage, value: str) -> None:
        self._stage, self._ssm = stage, stage.ssm
        self.name = stage.numbered("/demo/secret-")
        self.arn = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter{self.name}"
        with stage.unseen():
            tags = [{"Key": TAG, "Value": "auto"}]
            self._ssm.put_parameter(Name=self.name, Value=value, Type="SecureString", Tags=tags)
            stage.remembered(self.arn)

    def overwrite(self, value: str) -> None:
        self._ssm.put_parameter(Name=self.name, Value=value, Type="SecureString", Overwrite=True)

    def delete(self) -> None:
        """CloudTrail tells it half a minute later: the name is not free before."""
        with self._stage.deaf("aws.ssm"):
            self._ssm.delete_parameter(Name=self.name)
            event = self._stage.recorded("DeleteParameter", self.name)
        deleted = datetime.now(UTC) - timedelta(seconds=31)
        event["detail"]["eventTime"] = event["time"] = f"{deleted:%Y-%m-%dT%H:%M:%SZ}"
        self._stage.engine.deliver(event)

    @property
    def value(self) -> tuple[str, str]:
        """Its value and its type."""
        found = self._ssm.get_parameter(Name=self.name, WithDecryption=True)["Parameter"]
        return found["Value"], found["Type"]
