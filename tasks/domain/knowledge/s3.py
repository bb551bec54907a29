"""S3 buckets."""

from tasks.domain.exposure import open_blocks, public_statements
from tasks.domain.kinds import Json, Kind, Rule, called, request

BUCKET = "AWS::S3::Bucket"
BLOCK_REMOVED = "s3_public_access_block_removed"
POLICY_PUBLIC = "s3_bucket_policy_public"
POLICY_CHANGED = "s3_bucket_policy_changed"

ARNS = {BUCKET: "arn:{partition}:s3:::{id}"}
FAULTS = tuple(
    Kind("aws.s3", name, BUCKET, "requestParameters.bucketName")
    for name in ("DeleteBucketPublicAccessBlock", "PutBucketPublicAccessBlock", "PutBucketPolicy", "DeleteBucketPolicy")
)
CREATIONS = tuple(
    Kind("aws.s3", name, BUCKET, "requestParameters.bucketName") for name in ("CreateBucket", "PutBucketTagging")
)


def _block_weakened(facts: Json) -> str:
    off = open_blocks(request(facts).get("PublicAccessBlockConfiguration"))
    return f"public access block switched off: {', '.join(off)}" if off else ""


def _policy_public(facts: Json) -> str:
    statements = public_statements(request(facts).get("bucketPolicy"))
    return f"the bucket policy lets everybody in (statement {', '.join(statements)})" if statements else ""


RULES = (
    Rule(
        BLOCK_REMOVED,
        ("DeleteBucketPublicAccessBlock",),
        called("the public access block was deleted"),
        "TAMPERING",
        "high",
        0.95,
        "a caller removed the bucket's protection against public access",
    ),
    Rule(
        BLOCK_REMOVED,
        ("PutBucketPublicAccessBlock",),
        _block_weakened,
        "TAMPERING",
        "high",
        0.95,
        "a caller weakened the bucket's protection against public access",
    ),
    Rule(
        POLICY_PUBLIC,
        ("PutBucketPolicy",),
        _policy_public,
        "TAMPERING",
        "critical",
        0.95,
        "a caller opened the bucket to the world",
    ),
    Rule(
        POLICY_CHANGED,
        ("DeleteBucketPolicy",),
        called("the bucket policy was deleted"),
        "TAMPERING",
        "medium",
        0.85,
        "a caller removed the bucket's policy",
    ),
)
