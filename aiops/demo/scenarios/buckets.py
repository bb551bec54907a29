"""Buckets are opened, weakened and deleted, and so are their objects."""

from collections.abc import Iterator
from functools import partial

from aiops.demo.resources.buckets import OPEN, Bucket
from aiops.demo.scenario import ended, must, put_back
from aiops.demo.stage import Stage
from aiops.demo.workflow import Execution
from aiops.engine import REGION

KEY = f"arn:aws:kms:{REGION}:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
FOREIGN = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY}}
PURGE = {"ID": "purge", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}


def unblocked(stage: Stage) -> Iterator[Execution]:
    bucket = Bucket(stage)
    yield from put_back(stage, bucket, "DeleteBucketPublicAccessBlock", bucket.unblock)


def opened(stage: Stage) -> Iterator[Execution]:
    bucket = Bucket(stage, blocked=False)
    yield from put_back(stage, bucket, OPEN, bucket.open)


def bucket_weakened(stage: Stage) -> Iterator[Execution]:
    s3 = stage.s3
    for event, weaken, setting in (
        ("PutBucketVersioning", s3.put_bucket_versioning, {"VersioningConfiguration": {"Status": "Suspended"}}),
        ("PutBucketEncryption", s3.put_bucket_encryption, {"ServerSideEncryptionConfiguration": {"Rules": [FOREIGN]}}),
        ("PutBucketLifecycle", s3.put_bucket_lifecycle_configuration, {"LifecycleConfiguration": {"Rules": [PURGE]}}),
        ("PutBucketLogging", s3.put_bucket_logging, {"BucketLoggingStatus": {}}),
        ("PutBucketAcl", s3.put_bucket_acl, {"ACL": "public-read"}),
    ):
        bucket = Bucket(stage, blocked=False)
        yield from put_back(stage, bucket, event, partial(weaken, Bucket=bucket.name, **setting))


def bucket_deleted(stage: Stage) -> Iterator[Execution]:
    bucket = Bucket(stage)
    yield from put_back(stage, bucket, "DeleteBucket", bucket.delete)
    stage.told("VERIFIED", bucket.name, "its objects are gone")


def objects_deleted(stage: Stage) -> Iterator[Execution]:
    bucket = Bucket(stage).name
    stage.s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    keys = [f"orders/{number}" for number in range(3)]
    for key in keys:
        stage.s3.put_object(Bucket=bucket, Key=key, Body=b"precious")
    stage.s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in keys]})
    # They may come in several batches, of which one is enough for all.
    asking = stage.running(bucket, "Objects Deleted", "RequestReview").arn
    stage.answer(stage.execution(asking), "approve")
    stage.until(lambda: stage.execution(asking).status != "RUNNING", f"the recovery of {bucket} ends")
    yield ended(stage.execution(asking))
    found = [one["Key"] for one in stage.s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
    must(found == keys, f"{bucket} has its objects again (it has {found})")
