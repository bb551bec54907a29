"""What is unusual in the metrics of managed resources, looked at on a schedule."""

import aws_cdk as cdk
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from cdk_app.rules import function_target, may_put_events, schedule
from cdk_app.steps import NO_RESOURCES
from cdk_app.storage import Storage
from cdk_app.task import TaskFactory


class MetricAnalysis(Construct):
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        task: TaskFactory,
        every: cdk.Duration,
        storage: Storage,
        unhandled: sqs.IQueue,
    ) -> None:
        super().__init__(scope, construct_id)
        self.analyze_metrics = task(self, "AnalyzeMetrics", timeout_seconds=300, dead_letters=unhandled)
        self.analyze_metrics.may(
            "dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", on=storage.patterns.table_arn
        )
        may_put_events(self.analyze_metrics)
        self.analyze_metrics.may("tag:GetResources", "cloudwatch:GetMetricData", on="*", because=NO_RESOURCES)
        schedule(self, "metric-analysis", every, function_target(self.analyze_metrics, unhandled))
