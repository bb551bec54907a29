"""Buckets tell the calls on them, and keep what they were told."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from published import Json, sample

from engine.identities import policy
from engine.listener import Listener
from engine.shapes import TAG, whole

OPEN = {"BlockPublicAcls": False, "IgnorePublicAcls": False, "BlockPublicPolicy": False, "RestrictPublicBuckets": False}
PUBLIC = {"Sid": "s", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acts/*"}
TAGS = [TAG, {"Key": "team", "Value": "example"}]
OWNER = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"
GRANTS = {
    "Owner": {"ID": OWNER},
    "Grants": [
        {"Grantee": {"Type": "CanonicalUser", "ID": OWNER}, "Permission": "FULL_CONTROL"},
        {
            "Grantee": {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers"},
            "Permission": "READ",
        },
    ],
}
ENCRYPTION = {
    "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/example"},
    "BucketKeyEnabled": True,
}
EXPIRY = {"ID": "ExampleRule", "Status": "Enabled", "Filter": {"Prefix": "*"}, "Expiration": {"Days": 1}}
# The published event, and how to ask for it on the bucket `acts`.
ACTS: dict[str, tuple[str, Json]] = {
    "CreateBucket": ("create_bucket", {"Bucket": "created"}),
    "PutBucketTagging": ("put_bucket_tagging", {"Tagging": {"TagSet": TAGS}}),
    "PutBucketPolicy": ("put_bucket_policy", {"Policy": policy(PUBLIC)}),
    "DeleteBucketPolicy": ("delete_bucket_policy", {}),
    "PutBucketAcl": ("put_bucket_acl", {"ACL": "public-read"}),
    "PutBucketAcl_grants": ("put_bucket_acl", {"AccessControlPolicy": GRANTS}),
    "PutBucketPublicAccessBlock": ("put_public_access_block", {"PublicAccessBlockConfiguration": OPEN}),
    "PutBucketVersioning": ("put_bucket_versioning", {"VersioningConfiguration": {"Status": "Suspended"}}),
    "PutBucketEncryption": ("put_bucket_encryption", {"ServerSideEncryptionConfiguration": {"Rules": [ENCRYPTION]}}),
    "DeleteBucketEncryption": ("delete_bucket_encryption", {}),
    "PutBucketLifecycle": ("put_bucket_lifecycle_configuration", {"LifecycleConfiguration": {"Rules": [EXPIRY]}}),
    "DeleteBucketLifecycle": ("delete_bucket_lifecycle", {}),
    "PutBucketLogging": ("put_bucket_logging", {"BucketLoggingStatus": {}}),
    "DeleteBucket": ("delete_bucket", {"Bucket": "unwanted"}),
    "DeleteBucketPublicAccessBlock": ("delete_public_access_block", {}),
}


@pytest.fixture(scope="module")
def s3(user: Callable[[str], Any]) -> Any:
    """A client, and the buckets `acts` and `unwanted`."""
    client = user("s3")
    for name in ("acts", "unwanted"):
        make_bucket(client, name)
    return client


def make_bucket(s3: Any, name: str) -> None:
    """A bucket that takes ACLs."""
    s3.create_bucket(Bucket=name, ObjectOwnership="BucketOwnerPreferred")
    s3.delete_public_access_block(Bucket=name)


@pytest.mark.parametrize("name", ACTS)
def test_a_call_on_a_bucket_is_the_event_that_aws_publishes(calls: Listener, s3: Any, name: str) -> None:
    """Key for key, in envelope and record."""
    method, parameters = ACTS[name]
    getattr(s3, method)(**{"Bucket": "acts", **parameters})
    assert whole(calls.call(name.removesuffix("_grants"))) == whole(sample(f"cloudtrail_{name}"))


def test_blocks_and_lists_of_a_bucket_can_be_read_back(s3: Any) -> None:
    make_bucket(s3, "readable")
    s3.put_public_access_block(Bucket="readable", PublicAccessBlockConfiguration={**OPEN, "BlockPublicAcls": True})
    assert s3.get_public_access_block(Bucket="readable")["PublicAccessBlockConfiguration"]["BlockPublicAcls"] is True
    s3.delete_public_access_block(Bucket="readable")
    with pytest.raises(ClientError, match="NoSuchPublicAccessBlockConfiguration"):
        s3.get_public_access_block(Bucket="readable")
    s3.put_bucket_acl(Bucket="readable", ACL="public-read")
    assert [grant["Permission"] for grant in s3.get_bucket_acl(Bucket="readable")["Grants"]] == ["FULL_CONTROL", "READ"]
