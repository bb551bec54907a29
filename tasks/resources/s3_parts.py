"""The parts of a bucket's configuration: how each is read, as JSON, and put. None is a part that is not there."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from tasks.domain.exposure import BLOCKS
from tasks.domain.payload import Json

_ABSENT = (
    "NoSuchPublicAccessBlockConfiguration",
    "NoSuchBucketPolicy",
    "NoSuchLifecycleConfiguration",
    "NoSuchTagSet",
    "OwnershipControlsNotFoundError",
    "ServerSideEncryptionConfigurationNotFoundError",
)


def read(s3: Any, bucket: str) -> Json | None:
    """Every part; None when the bucket is gone."""
    try:
        return {part: _or_none(s3, look, bucket) for part, look in _READ.items()}
    except s3.exceptions.ClientError as refused:
        if refused.response["Error"]["Code"] == "NoSuchBucket":
            return None
        raise


def put(s3: Any, bucket: str, part: str, value: Any) -> None:
    """Make a part what it was, or remove it."""
    _PUT[part](s3, bucket, value)


def create(s3: Any, bucket: str, *, region: str, ownership: str) -> None:
    """Make the bucket in its region (us-east-1 has no constraint)."""
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=bucket, ObjectOwnership=ownership, **where)


def _or_none(s3: Any, look: Callable[[Any, str], Any], bucket: str) -> Any:
    try:
        return look(s3, bucket)
    except s3.exceptions.ClientError as refused:
        if refused.response["Error"]["Code"] in _ABSENT:
            return None
        raise


def _block(s3: Any, bucket: str) -> Json:
    block = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    return {name: bool(block.get(name)) for name in BLOCKS}


def _policy(s3: Any, bucket: str) -> str:
    """Canonical JSON text."""
    policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    return json.dumps(policy, sort_keys=True, separators=(",", ":"))


def _lifecycle(s3: Any, bucket: str) -> Any:
    """Dates become text, which S3 takes as well."""
    rules = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    return json.loads(json.dumps(rules, default=datetime.isoformat))


def _tags(s3: Any, bucket: str) -> dict[str, str]:
    """Without AWS's own, which cannot be put."""
    tags = {tag["Key"]: tag["Value"] for tag in s3.get_bucket_tagging(Bucket=bucket)["TagSet"]}
    return {key: tags[key] for key in sorted(tags) if not key.startswith("aws:")}


_READ: dict[str, Callable[[Any, str], Any]] = {
    "public_access_block": _block,
    "policy": _policy,
    "acl": lambda s3, bucket: s3.get_bucket_acl(Bucket=bucket)["Grants"],
    "versioning": lambda s3, bucket: s3.get_bucket_versioning(Bucket=bucket).get("Status"),
    "encryption": lambda s3, bucket: s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"][
        "Rules"
    ],
    "lifecycle": _lifecycle,
    "logging": lambda s3, bucket: s3.get_bucket_logging(Bucket=bucket).get("LoggingEnabled"),
    "tags": _tags,
    "region": lambda s3, bucket: s3.get_bucket_location(Bucket=bucket).get("LocationConstraint") or "us-east-1",
    "ownership": lambda s3, bucket: s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"][0][
        "ObjectOwnership"
    ],
    "object_events": lambda s3, bucket: (
        "EventBridgeConfiguration" in s3.get_bucket_notification_configuration(Bucket=bucket)
    ),
}


def _put_policy(s3: Any, bucket: str, policy: str | None) -> None:
    s3.put_bucket_policy(Bucket=bucket, Policy=policy) if policy else s3.delete_bucket_policy(Bucket=bucket)


def _put_acl(s3: Any, bucket: str, grants: Any) -> None:
    owner = s3.get_bucket_acl(Bucket=bucket)["Owner"]
    s3.put_bucket_acl(Bucket=bucket, AccessControlPolicy={"Owner": owner, "Grants": grants})


def _put_encryption(s3: Any, bucket: str, rules: Any) -> None:
    if rules:
        s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": rules})
    else:
        s3.delete_bucket_encryption(Bucket=bucket)


def _put_lifecycle(s3: Any, bucket: str, rules: Any) -> None:
    if rules:
        s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})
    else:
        s3.delete_bucket_lifecycle(Bucket=bucket)


def _put_tags(s3: Any, bucket: str, tags: dict[str, str]) -> None:
    pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": pairs})


_PUT: dict[str, Callable[[Any, str, Any], Any]] = {
    "public_access_block": lambda s3, bucket, block: s3.put_public_access_block(
        Bucket=bucket, PublicAccessBlockConfiguration=block
    ),
    "policy": _put_policy,
    "acl": _put_acl,
    "versioning": lambda s3, bucket, status: s3.put_bucket_versioning(
        Bucket=bucket, VersioningConfiguration={"Status": status}
    ),
    "encryption": _put_encryption,
    "lifecycle": _put_lifecycle,
    "logging": lambda s3, bucket, enabled: s3.put_bucket_logging(
        Bucket=bucket, BucketLoggingStatus={"LoggingEnabled": enabled} if enabled else {}
    ),
    "tags": _put_tags,
}
