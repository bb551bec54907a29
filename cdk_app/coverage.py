"""What could not come back if it broke, looked at daily."""

import aws_cdk as cdk
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from cdk_app.bedrock import allow_model
from cdk_app.notifications import Notifications
from cdk_app.rules import function_target, schedule
from cdk_app.steps import NO_RESOURCES
from cdk_app.storage import Storage
from cdk_app.task import TaskFactory
from cdk_app.trail import may_ask_trails


class Coverage(Construct):
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        task: TaskFactory,
        every: cdk.Duration,
        model_id: str,
        storage: Storage,
        notifications: Notifications,
        unhandled: sqs.IQueue,
    ) -> None:
        super().__init__(scope, construct_id)
        self.check_coverage = task(self, "CheckCoverage", timeout_seconds=280, dead_letters=unhandled)
        self.check_coverage.may("tag:GetResources", on="*", because=NO_RESOURCES)
        self.check_coverage.may("dynamodb:GetItem", on=storage.snapshots.table_arn)
        self.check_coverage.may("dynamodb:GetItem", "dynamodb:PutItem", on=storage.patterns.table_arn)
        self.check_coverage.may("sns:ListSubscriptionsByTopic", on=notifications.topic.topic_arn)
        notifications.may_publish(self.check_coverage)
        may_ask_trails(self.check_coverage)
        if model_id:
            allow_model(self.check_coverage.role, model_id)
        schedule(self, "coverage", every, function_target(self.check_coverage, unhandled))
