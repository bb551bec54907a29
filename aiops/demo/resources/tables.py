"""DynamoDB tables."""

from typing import Any

from aiops.demo.stage import TAG, Stage
from aiops.engine import ACCOUNT, REGION


class Table:
    """A table with an item, protected, with every setting that its backup would not bring back."""

    def __init__(self, stage: Stage) -> None:
        self._dynamo, self.name = stage.dynamo, stage.numbered("aiops-demo-table-")
        with stage.unseen():
            self._make()
            arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{self.name}"
            self._dynamo.tag_resource(ResourceArn=arn, Tags=[{"Key": TAG, "Value": "auto"}])
            stage.remembered(arn)

    def _make(self) -> None:
        self._dynamo.create_table(
            TableName=self.name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            ProvisionedThroughput={"ReadCapacityUnits": 10, "WriteCapacityUnits": 10},
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
            DeletionProtectionEnabled=True,
        )
        self._dynamo.put_item(TableName=self.name, Item={"id": {"S": "precious"}})
        expiry = {"Enabled": True, "AttributeName": "expires"}
        self._dynamo.update_time_to_live(TableName=self.name, TimeToLiveSpecification=expiry)
        self.update_backups(on=True)

    def update(self, **changes: Any) -> None:
        self._dynamo.update_table(TableName=self.name, **changes)

    def update_backups(self, *, on: bool) -> None:
        recovery = {"PointInTimeRecoveryEnabled": on}
        self._dynamo.update_continuous_backups(TableName=self.name, PointInTimeRecoverySpecification=recovery)

    def delete(self) -> None:
        self._dynamo.delete_table(TableName=self.name)

    def settings(self) -> dict[str, Any]:
        """What a deletion, or a call that weakens it, takes from it; and its items' keys."""
        dynamo, name = self._dynamo, self.name
        table = dynamo.describe_table(TableName=name)["Table"]
        backups = dynamo.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
        return {
            "status": table["TableStatus"],
            "units": [table["ProvisionedThroughput"][f"{kind}CapacityUnits"] for kind in ("Read", "Write")],
            "protected": table["DeletionProtectionEnabled"],
            "stream": table.get("StreamSpecification"),
            "recovery": backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"],
            "expiry": dynamo.describe_time_to_live(TableName=name)["TimeToLiveDescription"],
            "tags": dynamo.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"],
            "items": [item["id"]["S"] for item in dynamo.scan(TableName=name)["Items"]],
        }
