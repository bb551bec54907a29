"""S3 buckets: what was changed is put back from the last good snapshot; a deleted bucket is made anew, empty;
deleted objects come back from under their delete markers.

BlockPublicPolicy does not touch a policy that already stands, so policy and ACL are read after every restore.
"""

from tasks.domain.errors import NotRecovered, StillRestoring
from tasks.domain.exposure import open_blocks, public_grants, public_statements
from tasks.domain.knowledge import s3 as issues
from tasks.domain.lifecycle import hasty_rules
from tasks.domain.payload import Json, Step
from tasks.resources import Aws
from tasks.resources.s3_bucket_actions import ACTIONS as ACTIONS
from tasks.resources.s3_bucket_actions import READS as READS
from tasks.resources.s3_objects import hidden, uncover, window
from tasks.resources.s3_parts import create, put, read

DEADLINE = 120

_CHANGED_BY = {
    "put_public_access_block": "public_access_block",
    "put_bucket_policy": "policy",
    "put_bucket_acl": "acl",
    "put_versioning": "versioning",
    "put_encryption": "encryption",
    "put_lifecycle": "lifecycle",
    "put_removed_lifecycle": "lifecycle",
    "put_logging": "logging",
    "put_bucket_tags": "tags",
    "create_bucket": "region",
}
# What has no way back to not being there.
_LASTING = ("public_access_block", "versioning", "tags")
_ENFORCED = "BucketOwnerEnforced"


def snapshot(aws: Aws, bucket: str) -> Json | None:
    """Every part of its configuration that can be put back, and region, object ownership, whether it tells events."""
    return read(aws("s3"), bucket)


def issue(good: Json, now: Json) -> tuple[str, str] | None:
    """The worst difference."""
    weaker = set(open_blocks(now["public_access_block"])) - set(open_blocks(good["public_access_block"]))
    if weaker:
        return issues.BLOCK_REMOVED, f"public access block off: {', '.join(sorted(weaker))}"
    public = set(public_statements(now["policy"])) - set(public_statements(good["policy"]))
    if public:
        return issues.POLICY_PUBLIC, f"policy lets everybody in: {', '.join(sorted(public))}"
    granted = set(public_grants(now["acl"])) - set(public_grants(good["acl"]))
    if granted:
        return issues.ACL_PUBLIC, f"ACL lets everybody in: {', '.join(sorted(granted))}"
    hasty = [] if good["lifecycle"] == now["lifecycle"] else hasty_rules(now["lifecycle"])
    found = (
        (good["policy"] != now["policy"], issues.POLICY_CHANGED, "policy"),
        (good["versioning"] == "Enabled" != now["versioning"], issues.VERSIONING_SUSPENDED, "versioning"),
        (good["encryption"] != now["encryption"], issues.ENCRYPTION_CHANGED, "default encryption"),
        (bool(hasty), issues.LIFECYCLE_DELETES, "lifecycle"),
        (bool(good["logging"] and not now["logging"]), issues.LOGGING_OFF, "access logging"),
        (bool(good["lifecycle"] and not now["lifecycle"]), issues.LIFECYCLE_REMOVED, "lifecycle"),
    )
    return next(((name, f"the {what} was changed") for differs, name, what in found if differs), None)


def missing(good: Json) -> list[str]:
    if good["versioning"] != "Enabled":
        return ["versioning is off: deleted or overwritten objects are lost"]
    return [] if good["object_events"] else ["it sends no events to EventBridge: deleted objects are not noticed"]


def target(action: str, good: Json | None, facts: Json) -> Json | None:
    """The part of the snapshot that the action puts back, and what was already open then."""
    if action == "remove_delete_markers":
        return window(facts)
    if good is None:
        return None
    part = _CHANGED_BY[action]
    if action == "create_bucket":
        return {part: good[part], "ownership": good["ownership"] or "ObjectWriter"}
    new = facts.get("eventName") == "DeleteBucket"
    if good[part] is None and (new or part in _LASTING):
        return None
    if part == "acl" and good["ownership"] == _ENFORCED:
        return None
    return {part: good[part], "open": _open(good)}


def reached(target: Json, now: Json | None) -> bool:
    """What is under delete markers does not show in the bucket's state."""
    if now is None or "since" in target:
        return False
    return all(now[part] == value for part, value in target.items() if part not in ("open", "ownership"))


def restore(aws: Aws, step: Step) -> None:
    s3, bucket = aws("s3"), step.resource.id
    now = read(s3, bucket)
    if now is None and step.action == "create_bucket":
        try:
            create(s3, bucket, region=step.target["region"], ownership=step.target["ownership"])
        except s3.exceptions.BucketAlreadyExists:
            raise NotRecovered(f"another account has taken the name {bucket}") from None
        except s3.exceptions.ClientError as refused:
            # S3 takes a while to forget a deleted bucket.
            if refused.response["Error"]["Code"] != "OperationAborted":
                raise
            raise StillRestoring(f"the deletion of {bucket} still goes on") from None
    elif now is not None and step.action == "remove_delete_markers":
        uncover(s3, bucket, step.target)
    elif now is not None and not reached(step.target, now) and step.action != "create_bucket":
        part = _CHANGED_BY[step.action]
        put(s3, bucket, part, step.target[part])


def verify(aws: Aws, step: Step, after: Json) -> str:
    """The part is back, and neither policy nor ACL lets anybody in who was not let in before."""
    now = snapshot(aws, step.resource.id)
    if now is None:
        return "the bucket is gone"
    if step.action == "remove_delete_markers":
        left = len(hidden(aws("s3"), step.resource.id, step.target))
        return f"{left} objects are still deleted" if left else ""
    if not reached(step.target, now):
        return f"the {_CHANGED_BY[step.action].replace('_', ' ')} is not what it was"
    still = [opening for opening in _open(now) if opening not in step.target.get("open", [opening])]
    return f"still open: {', '.join(still)}" if still else ""


def undo(aws: Aws, step: Step, before: Json) -> None:
    """Takes back a lifecycle that was put where none was; all else would open the bucket or weaken it again."""
    if step.action == "put_removed_lifecycle":
        put(aws("s3"), step.resource.id, "lifecycle", before["lifecycle"])


def _open(state: Json) -> list[str]:
    """What lets everybody in, as far as the public access block does not stop it."""
    off = open_blocks(state["public_access_block"])
    policy = public_statements(state["policy"]) if "RestrictPublicBuckets" in off else []
    acl = public_grants(state["acl"]) if "IgnorePublicAcls" in off else []
    return [f"policy statement {name}" for name in policy] + [f"ACL {permission}" for permission in acl]
