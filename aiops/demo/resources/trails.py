"""CloudTrail's trails."""

from typing import Any

from aiops.demo.stage import TAG, Stage
from aiops.engine import ACCOUNT, REGION
from tasks.domain.selectors import log_writes


class Trail:
    """A trail that logs: the named one, or a new one with a bucket of its own."""

    def __init__(self, stage: Stage, name: str = "") -> None:
        self._cloudtrail = stage.cloudtrail
        self.name = name or stage.numbered("demo-trail-")
        with stage.unseen():
            if name:
                stage.invoke("TakeSnapshots")
            else:
                stage.s3.create_bucket(Bucket=f"aiops-{self.name}")
                tags = [{"Key": TAG, "Value": "auto"}]
                self._cloudtrail.create_trail(Name=self.name, S3BucketName=f"aiops-{self.name}", TagsList=tags)
                self._cloudtrail.start_logging(Name=self.name)
            stage.remembered(f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/{self.name}")

    def stop(self) -> None:
        self._cloudtrail.stop_logging(Name=self.name)

    def log_reads_only(self) -> None:
        reads = [{"ReadWriteType": "ReadOnly", "IncludeManagementEvents": True}]
        self._cloudtrail.put_event_selectors(TrailName=self.name, EventSelectors=reads)

    def delete(self) -> None:
        self._cloudtrail.delete_trail(Name=self.name)

    @property
    def logs(self) -> bool:
        """Whether it is logging, and not reads only."""
        try:
            if not self._cloudtrail.get_trail_status(Name=self.name)["IsLogging"]:
                return False
        except self._cloudtrail.exceptions.TrailNotFoundException:
            return False
        return log_writes(self._cloudtrail.get_event_selectors(TrailName=self.name))

    def settings(self) -> dict[str, Any]:
        """How it is made, if it logs at all."""
        return {"logs": True, **self._cloudtrail.get_trail(Name=self.name)["Trail"]} if self.logs else {"logs": False}
