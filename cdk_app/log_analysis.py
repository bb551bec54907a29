"""Reading the logs of what is looked after, to warn before it fails."""

import aws_cdk as cdk
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from cdk_app.grants import arn
from cdk_app.notifications import Notifications
from cdk_app.rules import function_target, may_put_events, schedule
from cdk_app.steps import NO_RESOURCES
from cdk_app.storage import Storage
from cdk_app.task import TaskFactory
from tasks.domain.catalogue import ARNS
from tasks.domain.knowledge.logs import LOG_GROUP


class LogAnalysis(Construct):
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        task: TaskFactory,
        every: cdk.Duration,
        storage: Storage,
        notifications: Notifications,
        unhandled: sqs.IQueue,
    ) -> None:
        super().__init__(scope, construct_id)
        # The most of a log that is read at once (20 MB) is worked on in 150 MB, and 7 s of a whole processor.
        self.analyze_logs = task(self, "AnalyzeLogs", timeout_seconds=280, memory_mb=1024, dead_letters=unhandled)
        self.analyze_logs.may("tag:GetResources", on="*", because=NO_RESOURCES)
        self.analyze_logs.may(
            "logs:FilterLogEvents", on=arn(self, ARNS[LOG_GROUP]), because="any log group may be opted in; a read"
        )
        self.analyze_logs.may("dynamodb:GetItem", "dynamodb:PutItem", on=storage.patterns.table_arn)
        self.analyze_logs.may("dynamodb:GetItem", on=storage.claims.table_arn)
        may_put_events(self.analyze_logs)
        notifications.may_publish(self.analyze_logs)
        schedule(self, "log-analysis", every, function_target(self.analyze_logs, unhandled))
