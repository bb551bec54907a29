"""What looking at S3 buckets, and putting back or making anew what they were, takes."""

from tasks.domain.knowledge.s3 import ARNS, BUCKET
from tasks.domain.planning import Action, Permission

ARN = ARNS[BUCKET]
READS = {
    f"s3:Get{name}": ARN
    for name in (
        "BucketAcl",
        "BucketLocation",
        "BucketLogging",
        "BucketNotification",
        "BucketOwnershipControls",
        "BucketPolicy",
        "BucketPublicAccessBlock",
        "BucketTagging",
        "BucketVersioning",
        "EncryptionConfiguration",
        "LifecycleConfiguration",
    )
} | {"s3:ListBucketVersions": ARN}


def _may(*names: str) -> tuple[Permission, ...]:
    return tuple(Permission(action, ARN) for action in (*READS, *(f"s3:{name}" for name in names)))


LIFECYCLE = _may("PutLifecycleConfiguration")
SETTINGS = {
    "put_public_access_block": Action(undo="none", permissions=_may("PutBucketPublicAccessBlock")),
    "put_bucket_policy": Action(undo="none", permissions=_may("PutBucketPolicy", "DeleteBucketPolicy")),
    "put_bucket_acl": Action(undo="none", permissions=_may("PutBucketAcl")),
    "put_versioning": Action(
        undo="none",
        permissions=_may("PutBucketVersioning"),
        lost="what was overwritten or deleted meanwhile",
    ),
    "put_encryption": Action(
        undo="none",
        permissions=_may("PutEncryptionConfiguration"),
        lost="nothing, but objects written meanwhile stay under the other key",
    ),
    "put_lifecycle": Action(
        undo="none",
        permissions=LIFECYCLE,
        lost="what expired meanwhile",
    ),
    "put_logging": Action(
        undo="none",
        permissions=_may("PutBucketLogging"),
        lost="who read and wrote meanwhile",
    ),
    "put_bucket_tags": Action(undo="none", permissions=_may("PutBucketTagging")),
}
ACTIONS = {
    **SETTINGS,
    "put_removed_lifecycle": Action(
        undo="put_replaced_lifecycle",
        permissions=LIFECYCLE,
        undo_permissions=LIFECYCLE,
        data_risk=True,
        lost="objects that the former rules would have deleted by now",
    ),
    "create_bucket": Action(
        undo="none",
        permissions=_may("CreateBucket", "PutBucketOwnershipControls"),
        recreates=True,
        then=tuple(SETTINGS),
        lost="every object; CORS, website, replication and notifications",
    ),
    "remove_delete_markers": Action(
        undo="none",
        permissions=(*_may(), Permission("s3:DeleteObjectVersion", f"{ARN}/*")),
        lost="objects of which every version was deleted",
    ),
}
