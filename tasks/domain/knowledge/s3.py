"""S3 buckets."""

from tasks.domain.exposure import open_blocks, public_acl, public_statements
from tasks.domain.kinds import Json, Kind, Rule, called, mapping, request
from tasks.domain.lifecycle import hasty_rules

BUCKET = "AWS::S3::Bucket"
BLOCK_REMOVED = "s3_public_access_block_removed"
POLICY_PUBLIC = "s3_bucket_policy_public"
POLICY_CHANGED = "s3_bucket_policy_changed"
ACL_PUBLIC = "s3_bucket_acl_public"
VERSIONING_SUSPENDED = "s3_versioning_suspended"
ENCRYPTION_CHANGED = "s3_default_encryption_changed"
LIFECYCLE_DELETES = "s3_lifecycle_deletes_soon"
LIFECYCLE_REMOVED = "s3_lifecycle_removed"
LOGGING_OFF = "s3_access_logging_off"
DELETED = "s3_bucket_deleted"
OBJECTS_DELETED = "s3_objects_deleted"
OBJECTS_LOST = "s3_objects_lost"
# The agent's own event, gathered from S3's one for each object.
OBJECTS_DELETED_EVENT = "Objects Deleted"

ARNS = {BUCKET: "arn:{partition}:s3:::{id}"}
_CALLS = (
    "DeleteBucketPublicAccessBlock",
    "PutBucketPublicAccessBlock",
    "PutBucketPolicy",
    "DeleteBucketPolicy",
    "PutBucketAcl",
    "PutBucketVersioning",
    "PutBucketEncryption",
    "DeleteBucketEncryption",
    "PutBucketLifecycle",
    "DeleteBucketLifecycle",
    "PutBucketLogging",
    "DeleteBucket",
)
FAULTS = (
    *(Kind("aws.s3", name, BUCKET, "requestParameters.bucketName", gone=name == "DeleteBucket") for name in _CALLS),
    Kind("aiops", OBJECTS_DELETED_EVENT, BUCKET, "bucket", detail_type=OBJECTS_DELETED_EVENT),
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


def _acl_public(facts: Json) -> str:
    given = public_acl(request(facts))
    return f"the bucket's ACL lets everybody in ({', '.join(given)})" if given else ""


def _versioning_suspended(facts: Json) -> str:
    status = mapping(request(facts).get("VersioningConfiguration")).get("Status")
    return "versioning was suspended: what is overwritten from now on is lost" if status == "Suspended" else ""


def _default_encryption(facts: Json) -> Json:
    rule = mapping(request(facts).get("ServerSideEncryptionConfiguration")).get("Rule")
    return mapping(
        mapping(rule[0] if isinstance(rule, list) and rule else rule).get("ApplyServerSideEncryptionByDefault")
    )


def _foreign_key(facts: Json) -> str:
    """An ARN's fifth part is the account; a bare key id is of the bucket's own."""
    key = str(_default_encryption(facts).get("KMSMasterKeyID", ""))
    owner = key.split(":")[4] if key.startswith("arn:") and key.count(":") >= 5 else ""
    own = facts.get("recipientAccountId")
    return f"new objects are encrypted under a key of account {owner}" if owner and own and owner != own else ""


def _weaker_encryption(facts: Json) -> str:
    weakest = _default_encryption(facts).get("SSEAlgorithm") == "AES256"
    return "default encryption was set to S3's own keys" if weakest else ""


def _lifecycle_deletes(facts: Json) -> str:
    hasty = hasty_rules(mapping(request(facts).get("LifecycleConfiguration")).get("Rule"))
    return f"the lifecycle now deletes objects within days (rule {', '.join(hasty)})" if hasty else ""


def _logging_off(facts: Json) -> str:
    status = request(facts).get("BucketLoggingStatus")
    off = isinstance(status, dict) and "LoggingEnabled" not in status
    return "access logging was switched off" if off else ""


def _objects_deleted(facts: Json) -> str:
    marked, lost = facts.get("marked"), _lost(facts)
    return f"{marked} objects were deleted, their versions are left{f'; {lost}' if lost else ''}" if marked else ""


def _lost(facts: Json) -> str:
    lost = facts.get("lost")
    return f"of at least {lost} objects every version was deleted: nothing brings them back" if lost else ""


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
    Rule(
        ACL_PUBLIC,
        ("PutBucketAcl",),
        _acl_public,
        "TAMPERING",
        "critical",
        0.95,
        "a caller opened the bucket to the world",
    ),
    Rule(
        VERSIONING_SUSPENDED,
        ("PutBucketVersioning",),
        _versioning_suspended,
        "TAMPERING",
        "high",
        0.9,
        "a caller took the bucket's protection against overwriting and deleting",
    ),
    Rule(
        ENCRYPTION_CHANGED,
        ("PutBucketEncryption",),
        _foreign_key,
        "TAMPERING",
        "high",
        0.95,
        "a caller chose a key that another account can take away",
    ),
    Rule(
        ENCRYPTION_CHANGED,
        ("PutBucketEncryption",),
        _weaker_encryption,
        "TAMPERING",
        "high",
        0.85,
        "a caller weakened the bucket's default encryption",
    ),
    Rule(
        ENCRYPTION_CHANGED,
        ("DeleteBucketEncryption",),
        called("the default encryption was removed: S3's own keys are used"),
        "TAMPERING",
        "high",
        0.9,
        "a caller removed the bucket's default encryption",
    ),
    Rule(
        LIFECYCLE_DELETES,
        ("PutBucketLifecycle",),
        _lifecycle_deletes,
        "TAMPERING",
        "high",
        0.85,
        "a caller lets the bucket's own rules delete its objects",
    ),
    Rule(
        LIFECYCLE_REMOVED,
        ("DeleteBucketLifecycle",),
        called("the lifecycle was removed: nothing expires or moves any more"),
        "TAMPERING",
        "low",
        0.85,
        "a caller removed the bucket's lifecycle",
    ),
    Rule(
        LOGGING_OFF,
        ("PutBucketLogging",),
        _logging_off,
        "TAMPERING",
        "high",
        0.9,
        "a caller hides who reads and writes the bucket",
    ),
    Rule(
        DELETED,
        ("DeleteBucket",),
        called(
            "the bucket was deleted: its objects are gone, only the empty bucket and its configuration can come back"
        ),
        "FAILURE",
        "high",
        0.95,
        "a caller deleted the bucket",
    ),
    Rule(
        OBJECTS_DELETED,
        (OBJECTS_DELETED_EVENT,),
        _objects_deleted,
        "FAILURE",
        "high",
        0.85,
        "a caller that S3 does not name deleted objects",
    ),
    Rule(
        OBJECTS_LOST,
        (OBJECTS_DELETED_EVENT,),
        _lost,
        "FAILURE",
        "critical",
        0.85,
        "a caller that S3 does not name deleted objects and their versions",
    ),
)
