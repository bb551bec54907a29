"""Remembering the good state: on a schedule, and as soon as a resource appears or opts in."""

import aws_cdk as cdk
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from cdk_app.recovery import may_keep_all, may_read_all
from cdk_app.rules import function_target, may_put_events, rule, schedule
from cdk_app.steps import NO_RESOURCES
from cdk_app.storage import Storage
from cdk_app.task import KEEPING_MB, TaskFactory
from cdk_app.vault import Vault
from tasks.domain.events import SOURCES, creation_pattern


class Snapshots(Construct):
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        task: TaskFactory,
        every: cdk.Duration,
        storage: Storage,
        vault: Vault,
        unhandled: sqs.IQueue,
    ) -> None:
        super().__init__(scope, construct_id)
        self.take_snapshots = task(
            self, "TakeSnapshots", timeout_seconds=300, memory_mb=KEEPING_MB, dead_letters=unhandled
        )
        self.take_snapshots.may(
            "dynamodb:DeleteItem",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:Scan",
            "dynamodb:UpdateItem",
            on=storage.snapshots.table_arn,
        )
        vault.may_store(self.take_snapshots)
        vault.may_forget(self.take_snapshots)
        self.take_snapshots.may("dynamodb:GetItem", on=storage.incidents.table_arn)
        self.take_snapshots.may("dynamodb:GetItem", "dynamodb:UpdateItem", on=storage.patterns.table_arn)
        may_put_events(self.take_snapshots)
        self.take_snapshots.may("tag:GetResources", "cloudtrail:LookupEvents", on="*", because=NO_RESOURCES)
        may_read_all(self.take_snapshots)
        may_keep_all(self.take_snapshots)

        target = function_target(self.take_snapshots, unhandled)
        schedule(self, "snapshots", every, target)
        for source in SOURCES:
            if pattern := creation_pattern(source):
                rule(self, f"creations-{source}", pattern, target)
