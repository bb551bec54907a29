"""The bucket for what restoring needs and no table may hold: secret values, code."""

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from cdk_app.grants import acknowledge, arn
from cdk_app.task import Task
from tasks.store.vault import BUCKET

# A failed execution can be redriven for 14 days, and its plan names a version.
REPLACED_DAYS = 30


class Vault(Construct):
    def __init__(self, scope: Construct, construct_id: str, *, removal_policy: cdk.RemovalPolicy) -> None:
        super().__init__(scope, construct_id)
        self.key = kms.Key(
            self,
            "Key",
            description="aiops: what resources are restored from",
            enable_key_rotation=True,
            removal_policy=removal_policy,
        )
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            bucket_name=arn(self, BUCKET).rpartition(":")[2],
            encryption=s3.BucketEncryption.KMS,
            encryption_key=self.key,
            bucket_key_enabled=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            versioned=True,
            # Only what was replaced or forgotten: the current version serves a resource that may be alive for years.
            lifecycle_rules=[
                s3.LifecycleRule(
                    noncurrent_version_expiration=cdk.Duration.days(REPLACED_DAYS),
                    expired_object_delete_marker=True,
                    abort_incomplete_multipart_upload_after=cdk.Duration.days(1),
                )
            ],
            removal_policy=removal_policy,
        )
        acknowledge(
            self.bucket,
            "AwsSolutions-S1",
            "read in sessions of the recovery role alone, which CloudTrail tells; a log would need one more bucket",
        )

    def may_store(self, task: Task) -> None:
        self._may(task, "s3:PutObject")
        task.may("kms:GenerateDataKey", on=self.key.key_arn)

    def may_forget(self, task: Task) -> None:
        self._may(task, "s3:DeleteObject")

    def _may(self, task: Task, action: str) -> None:
        task.may(action, on=self.bucket.arn_for_objects("*"), because="an object for each part of any resource")
