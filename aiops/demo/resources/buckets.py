"""S3 buckets."""

import json
from typing import Any

from aiops.demo.stage import TAG, Stage
from aiops.engine import ACCOUNT

OPEN = "PutBucketPolicy"
ALL_BLOCKED = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
TIDY = {
    "ID": "tidy",
    "Status": "Enabled",
    "Filter": {"Prefix": "tmp/"},
    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 30},
}
LOGS = {"TargetBucket": "aiops-demo-logs", "TargetPrefix": "access/"}


class Bucket:
    """A private bucket with a policy of its own, its public access block on or off."""

    def __init__(self, stage: Stage, *, blocked: bool = True) -> None:
        self._s3, self.name = stage.s3, stage.numbered("aiops-demo-")
        self.arn = f"arn:aws:s3:::{self.name}"
        s3, bucket = self._s3, {"Bucket": self.name}
        with stage.unseen():
            s3.create_bucket(**bucket, ObjectOwnership="BucketOwnerPreferred")
            block = ALL_BLOCKED if blocked else dict.fromkeys(ALL_BLOCKED, False)
            s3.put_public_access_block(**bucket, PublicAccessBlockConfiguration=block)
            s3.put_bucket_policy(**bucket, Policy=policy(self.name, f"arn:aws:iam::{ACCOUNT}:root"))
            s3.put_bucket_versioning(**bucket, VersioningConfiguration={"Status": "Enabled"})
            s3.put_bucket_lifecycle_configuration(**bucket, LifecycleConfiguration={"Rules": [TIDY]})
            s3.put_bucket_logging(**bucket, BucketLoggingStatus={"LoggingEnabled": LOGS})
            s3.put_bucket_tagging(**bucket, Tagging={"TagSet": [{"Key": TAG, "Value": "auto"}]})
            stage.remembered(self.arn)

    def open(self) -> None:
        """Let everybody read it."""
        self._s3.put_bucket_policy(Bucket=self.name, Policy=policy(self.name, "*"))

    def unblock(self) -> None:
        self._s3.delete_public_access_block(Bucket=self.name)

    def delete(self) -> None:
        self._s3.delete_bucket(Bucket=self.name)

    @property
    def policy(self) -> dict[str, Any]:
        return dict(json.loads(self._s3.get_bucket_policy(Bucket=self.name)["Policy"]))

    def settings(self) -> dict[str, Any]:
        """What a deletion, or a call that weakens it, takes from it."""
        s3, bucket = self._s3, {"Bucket": self.name}
        return {
            "block": s3.get_public_access_block(**bucket)["PublicAccessBlockConfiguration"],
            "policy": self.policy,
            "public": [one for one in s3.get_bucket_acl(**bucket)["Grants"] if "URI" in one["Grantee"]],
            "versioning": s3.get_bucket_versioning(**bucket).get("Status"),
            "encryption": s3.get_bucket_encryption(**bucket)["ServerSideEncryptionConfiguration"],
            "lifecycle": s3.get_bucket_lifecycle_configuration(**bucket)["Rules"],
            "logging": s3.get_bucket_logging(**bucket).get("LoggingEnabled"),
            "tags": s3.get_bucket_tagging(**bucket)["TagSet"],
        }


def policy(bucket: str, principal: str) -> str:
    """A policy that lets one principal read the bucket."""
    allow = {"Sid": "Read", "Effect": "Allow", "Principal": {"AWS": principal}, "Action": "s3:GetObject"}
    statement = {**allow, "Resource": f"arn:aws:s3:::{bucket}/*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
