"""The trail without which no CloudTrail event arrives, and the check that it is logging."""

import aws_cdk as cdk
from aws_cdk import aws_cloudtrail as cloudtrail
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from cdk_app.grants import acknowledge, arn
from cdk_app.rules import function_target, schedule
from cdk_app.settings import Settings
from cdk_app.steps import NO_RESOURCES
from cdk_app.task import Task, TaskFactory

COST = (
    "This stack makes a management trail: free if it is this region's first, except for its S3 storage; "
    "a further trail's copy costs $2.00 per 100,000 events (https://aws.amazon.com/cloudtrail/pricing/). "
    "If a trail logs write events here already, deploy with -c trail=existing."
)


def may_ask_trails(task: Task) -> None:
    """Let the function find out which trails log what."""
    task.may("cloudtrail:DescribeTrails", on="*", because=NO_RESOURCES)
    task.may(
        "cloudtrail:GetTrailStatus",
        "cloudtrail:GetEventSelectors",
        on=arn(task, "arn:{partition}:cloudtrail:*:*:trail/*"),
        because="the trail may be another region's or the organization's; a read",
    )


class Trail(Construct):
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        task: TaskFactory,
        settings: Settings,
        removal_policy: cdk.RemovalPolicy,
        unhandled: sqs.IQueue,
    ) -> None:
        super().__init__(scope, construct_id)
        if settings.trail == "create":
            self._create(settings.retention_days, removal_policy)
        self.check_trail = task(self, "CheckTrail", dead_letters=unhandled)
        may_ask_trails(self.check_trail)
        schedule(self, "trail-check", cdk.Duration.hours(1), function_target(self.check_trail, unhandled))

    def _create(self, days: int, removal_policy: cdk.RemovalPolicy) -> None:
        bucket = s3.Bucket(
            self,
            "Bucket",
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            lifecycle_rules=[s3.LifecycleRule(expiration=cdk.Duration.days(days))],
            removal_policy=removal_policy,
        )
        acknowledge(
            bucket,
            "AwsSolutions-S1",
            "it is a log itself, closed to all but CloudTrail; a log of it would need one more bucket",
        )
        cloudtrail.Trail(
            self,
            "Trail",
            trail_name="aiops",
            bucket=bucket,
            # This region's writes are all that the rules here can see; in us-east-1 IAM's are among them.
            is_multi_region_trail=False,
            include_global_service_events=True,
            management_events=cloudtrail.ReadWriteType.WRITE_ONLY,
            enable_file_validation=True,
        )
        cdk.Annotations.of(self).add_info_v2("aiops:trail-cost", COST)
