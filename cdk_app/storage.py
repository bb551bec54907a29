"""The tables: what happened, what was learned, who is at work, and how it looked when it was well."""

from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from tasks.store.incidents import OF_TYPE


@dataclass(frozen=True)
class Index:
    """An index by two of the items' attributes. `copies` are what else it holds of an item.

    Every write of what an index holds is paid for once more (docs.aws.amazon.com/amazondynamodb, "Using Global
    Secondary Indexes", "Write capacity units").
    """

    partition: str
    sort: str
    copies: tuple[str, ...]


INCIDENT_INDEXES = {
    "resource-type-index": Index("resource_type", "timestamp", OF_TYPE),
    "resource-timestamp-index": Index("resource_id", "timestamp", ("workflow_state",)),
    "workflow-state-index": Index("workflow_state", "timestamp", ("resource_type", "resource_id")),
}
PATTERN_INDEXES = {"resource-pattern-index": Index("resource_id", "pattern_id", ("issue", "metric"))}


class Storage(Construct):
    def __init__(self, scope: Construct, construct_id: str, *, removal_policy: cdk.RemovalPolicy) -> None:
        super().__init__(scope, construct_id)
        self._removal_policy = removal_policy
        self.incidents = self._table("Incidents", key="incident_id", indexes=INCIDENT_INDEXES, expires=True)
        self.patterns = self._table("Patterns", key="pattern_id", indexes=PATTERN_INDEXES, expires=True)
        self.claims = self._table("Claims", key="pk", expires=True)
        self.snapshots = self._table("Snapshots", key="resource_arn")

    def _table(
        self, name: str, *, key: str, indexes: dict[str, Index] | None = None, expires: bool = False
    ) -> dynamodb.Table:
        table = dynamodb.Table(
            self,
            name,
            table_name=f"aiops-{name.lower()}",
            partition_key=_text(key),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            time_to_live_attribute="expires_at" if expires else None,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            removal_policy=self._removal_policy,
        )
        for index, it in (indexes or {}).items():
            table.add_global_secondary_index(
                index_name=index,
                partition_key=_text(it.partition),
                sort_key=_text(it.sort),
                projection_type=dynamodb.ProjectionType.INCLUDE,
                non_key_attributes=list(it.copies),
            )
        return table


def _text(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
