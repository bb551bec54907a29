"""Deleted objects: gathered from a queue, so that a thousand of them are one incident of their bucket."""

import aws_cdk as cdk
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from cdk_app.dead_letters import DeadLetters
from cdk_app.grants import arn
from cdk_app.rules import may_put_events, rule
from cdk_app.steps import NO_RESOURCES
from cdk_app.storage import Storage
from cdk_app.task import TaskFactory

PATTERN = {"source": ["aws.s3"], "detail-type": ["Object Deleted"], "detail": {"reason": ["DeleteObject"]}}


class Deletions(Construct):
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        task: TaskFactory,
        storage: Storage,
        kill_switch: ssm.IStringParameter,
        dead_letters: DeadLetters,
    ) -> None:
        super().__init__(scope, construct_id)
        gather = task(self, "GatherDeletions")
        gather.may("tag:GetResources", on="*", because=NO_RESOURCES)
        gather.may("dynamodb:GetItem", on=storage.claims.table_arn)
        gather.may("ssm:GetParameter", on=kill_switch.parameter_arn)
        gather.may("s3:ListBucketVersions", on=arn(self, "arn:{partition}:s3:::*"), because="any bucket may opt in")
        may_put_events(gather)
        # What comes while its bucket is under repair, or nothing may act, comes back every five minutes, for a day.
        queue = sqs.Queue(
            self,
            "Queue",
            queue_name="aiops-deletions",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            visibility_timeout=cdk.Duration.minutes(5),
            dead_letter_queue=sqs.DeadLetterQueue(queue=dead_letters.unhandled, max_receive_count=288),
        )
        batches = sources.SqsEventSource(
            queue,
            batch_size=1000,
            max_batching_window=cdk.Duration.seconds(30),
            report_batch_item_failures=True,
        )
        gather.function.add_event_source(batches)
        target = targets.SqsQueue(
            queue,
            dead_letter_queue=dead_letters.unhandled,
            max_event_age=cdk.Duration.hours(24),
            retry_attempts=185,
        )
        rule(self, "deletions", PATTERN, target)
