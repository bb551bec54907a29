"""S3 buckets: public access block and policy are put back from the last good snapshot.

BlockPublicPolicy does not touch a policy that already stands, so policy and ACL are read after every restore.
"""

import json
from typing import Any

from tasks.domain.exposure import BLOCKS, open_blocks, public_grants, public_statements
from tasks.domain.knowledge import ARNS
from tasks.domain.knowledge.s3 import BLOCK_REMOVED, BUCKET, POLICY_CHANGED, POLICY_PUBLIC
from tasks.domain.payload import Json, Step
from tasks.domain.planning import Action, Permission
from tasks.resources import Aws

READS = {
    "s3:GetBucketPublicAccessBlock": ARNS[BUCKET],
    "s3:GetBucketPolicy": ARNS[BUCKET],
    "s3:GetBucketAcl": ARNS[BUCKET],
}
LOOK = tuple(Permission(action, resource) for action, resource in READS.items())
ACTIONS = {
    "put_public_access_block": Action(
        undo="none", permissions=(*LOOK, Permission("s3:PutBucketPublicAccessBlock", ARNS[BUCKET]))
    ),
    "put_bucket_policy": Action(
        undo="none",
        permissions=(
            *LOOK,
            Permission("s3:PutBucketPolicy", ARNS[BUCKET]),
            Permission("s3:DeleteBucketPolicy", ARNS[BUCKET]),
        ),
    ),
}
DEADLINE = 120

_CHANGED_BY = {"put_public_access_block": "public_access_block", "put_bucket_policy": "policy"}
_ABSENT = ("NoSuchPublicAccessBlockConfiguration", "NoSuchBucketPolicy")


def snapshot(aws: Aws, bucket: str) -> Json | None:
    """Public access block, policy (canonical JSON text) and ACL grants; None when the bucket is gone."""
    s3 = aws("s3")
    try:
        block = _or_none(s3, lambda: s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"])
        policy = _or_none(s3, lambda: s3.get_bucket_policy(Bucket=bucket)["Policy"])
        grants = s3.get_bucket_acl(Bucket=bucket)["Grants"]
    except s3.exceptions.ClientError as refused:
        if refused.response["Error"]["Code"] == "NoSuchBucket":
            return None
        raise
    return {
        "public_access_block": {name: bool(block.get(name)) for name in BLOCKS} if block else None,
        "policy": _canonical(policy) if policy else None,
        "acl": grants,
    }


def issue(good: Json, now: Json) -> tuple[str, str] | None:
    weaker = set(open_blocks(now["public_access_block"])) - set(open_blocks(good["public_access_block"]))
    if weaker:
        return BLOCK_REMOVED, f"public access block off: {', '.join(sorted(weaker))}"
    if good["policy"] == now["policy"]:
        return None
    public = set(public_statements(now["policy"])) - set(public_statements(good["policy"]))
    if public:
        return POLICY_PUBLIC, f"policy lets everybody in: {', '.join(sorted(public))}"
    return POLICY_CHANGED, "the policy was changed" if now["policy"] else "the policy was deleted"


def target(action: str, good: Json | None, facts: Json) -> Json | None:
    """The part of the snapshot that the action puts back, and what was already open then."""
    if good is None:
        return None
    part = _CHANGED_BY[action]
    if part == "public_access_block" and good[part] is None:
        return None
    return {part: good[part], "open": _open(good)}


def reached(target: Json, now: Json | None) -> bool:
    return now is not None and all(now[part] == value for part, value in target.items() if part != "open")


def restore(aws: Aws, step: Step) -> None:
    s3 = aws("s3")
    bucket, now = step.resource.id, snapshot(aws, step.resource.id)
    if now is None or reached(step.target, now):
        return
    if step.action == "put_public_access_block":
        s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=step.target["public_access_block"])
    elif step.target["policy"] is None:
        s3.delete_bucket_policy(Bucket=bucket)
    else:
        s3.put_bucket_policy(Bucket=bucket, Policy=step.target["policy"])


def verify(aws: Aws, step: Step, after: Json) -> str:
    """The part is back, and neither policy nor ACL lets anybody in who was not let in before."""
    now = snapshot(aws, step.resource.id)
    if now is None:
        return "the bucket is gone"
    if not reached(step.target, now):
        return f"the {_CHANGED_BY[step.action].replace('_', ' ')} is not what it was"
    still = [opening for opening in _open(now) if opening not in step.target["open"]]
    return f"still open: {', '.join(still)}" if still else ""


def undo(aws: Aws, step: Step, before: Json) -> None:
    """Nothing: taking this back would open the bucket again."""


def _open(state: Json) -> list[str]:
    """What lets everybody in, as far as the public access block does not stop it."""
    off = open_blocks(state["public_access_block"])
    policy = public_statements(state["policy"]) if "RestrictPublicBuckets" in off else []
    acl = public_grants(state["acl"]) if "IgnorePublicAcls" in off else []
    return [f"policy statement {name}" for name in policy] + [f"ACL {permission}" for permission in acl]


def _canonical(policy: str) -> str:
    return json.dumps(json.loads(policy), sort_keys=True, separators=(",", ":"))


def _or_none(s3: Any, read: Any) -> Any:
    try:
        return read()
    except s3.exceptions.ClientError as refused:
        if refused.response["Error"]["Code"] in _ABSENT:
            return None
        raise
