"""RDS databases."""

from typing import Any

from aiops.demo.stage import TAG, Stage
from aiops.engine import ACCOUNT, REGION

PARTS = (
    "DBInstanceStatus",
    "DBInstanceClass",
    "BackupRetentionPeriod",
    "DeletionProtection",
    "PubliclyAccessible",
    "MultiAZ",
    "VpcSecurityGroups",
    "TagList",
)


class Database:
    """A protected database in security and parameter groups of its own."""

    def __init__(self, stage: Stage) -> None:
        self._stage, self._rds = stage, stage.rds
        self.name = stage.numbered("demo-database-")
        group = {"DBParameterGroupName": self.name, "DBParameterGroupFamily": "postgres16", "Description": self.name}
        with stage.unseen():
            self._rds.create_db_parameter_group(**group)
            self._rds.create_db_instance(
                DBInstanceIdentifier=self.name,
                DBInstanceClass="db.t3.micro",
                Engine="postgres",
                MasterUsername="owner",
                MasterUserPassword="demonstration",
                AllocatedStorage=20,
                DBParameterGroupName=self.name,
                VpcSecurityGroupIds=["sg-0123456789abcdef0"],
                BackupRetentionPeriod=7,
                DeletionProtection=True,
                PubliclyAccessible=False,
                Tags=[{"Key": TAG, "Value": "auto"}],
            )
            stage.remembered(f"arn:aws:rds:{REGION}:{ACCOUNT}:db:{self.name}")

    def stop(self) -> None:
        self._rds.stop_db_instance(DBInstanceIdentifier=self.name)

    def modify(self, **changes: Any) -> None:
        self._rds.modify_db_instance(DBInstanceIdentifier=self.name, ApplyImmediately=True, **changes)

    def delete(self, **how: Any) -> None:
        """Delete it, when somebody had unprotected it before unheard."""
        with self._stage.deaf("aws.rds"):
            self.modify(DeletionProtection=False)
        self._rds.delete_db_instance(DBInstanceIdentifier=self.name, **how)

    def settings(self) -> dict[str, Any]:
        """What of it matters to those who use it."""
        one = self._rds.describe_db_instances(DBInstanceIdentifier=self.name)["DBInstances"][0]
        group = one["DBParameterGroups"][0]["DBParameterGroupName"]
        return {**{part: one[part] for part in PARTS}, "parameters": group}
