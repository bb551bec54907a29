"""S3 buckets: access block and policy come back, and who else is let in is looked at afterwards."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from managed import CLOSED, access_block, bucket, bucket_policy, policy_of, resource
from published import REGION, Json

from tasks.domain.errors import NotRecovered, StillRestoring
from tasks.domain.knowledge.s3 import BUCKET
from tasks.domain.payload import Resource, Step
from tasks.resources import s3_bucket as kind
from tasks.runtime.clients import client

pytestmark = pytest.mark.usefixtures("cloud")
BLOCK, POLICY = "put_public_access_block", "put_bucket_policy"
OPEN = policy_of("abc", "*")


NOTHING = dict.fromkeys(
    ("public_access_block", "policy", "versioning", "encryption", "lifecycle", "logging", "tags", "ownership")
) | {"acl": [], "region": REGION}
WORLD: Json = {
    "Grantee": {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers"},
    "Permission": "READ",
}
KEY = f"arn:aws:kms:{REGION}:111122223333:key/abc"
BY_S3, BY_KEY = (
    [{"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": False}]
    for default in ({"SSEAlgorithm": "AES256"}, {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY})
)
TIDY = [{"ID": "tidy", "Status": "Enabled", "Filter": {"Prefix": "tmp/"}, "Expiration": {"Days": 365}}]
PURGE = [{"ID": "purge", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}]
LOGS = {"TargetBucket": "access-log", "TargetPrefix": "abc/"}


def configured(name: str, **settings: Any) -> Resource:
    """A bucket with everything that is put back, logging to one of its own."""
    s3, one = client("s3"), bucket(name, policy=policy_of(name), **settings)
    s3.create_bucket(Bucket="access-log")
    s3.put_bucket_acl(Bucket="access-log", ACL="log-delivery-write")
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": BY_S3})
    s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": TIDY})
    s3.put_bucket_logging(Bucket=name, BucketLoggingStatus={"LoggingEnabled": LOGS})
    return one


def state(one: Resource) -> Any:
    return kind.snapshot(client, one.id)


def step(one: Resource, action: str, good: Json) -> Step:
    target = kind.target(action, good, {})
    assert target is not None
    return Step(one, action, "none", False, False, target)


def put_policy(one: Resource, policy: Json) -> None:
    client("s3").put_bucket_policy(Bucket=one.id, Policy=json.dumps(policy))


def test_a_removed_access_block_comes_back() -> None:
    one = bucket("abc")
    good = state(one)
    client("s3").delete_public_access_block(Bucket="abc")
    for _ in range(2):
        kind.restore(client, step(one, BLOCK, good))
    assert access_block(one) == CLOSED
    assert kind.verify(client, step(one, BLOCK, good), {}) == ""


def test_a_partly_weakened_access_block_comes_back_as_it_was() -> None:
    was = {**CLOSED, "IgnorePublicAcls": False}
    one = bucket("abc", block=was)
    good = state(one)
    client("s3").put_public_access_block(Bucket="abc", PublicAccessBlockConfiguration=dict.fromkeys(CLOSED, False))
    kind.restore(client, step(one, BLOCK, good))
    assert access_block(one) == was


@pytest.mark.parametrize("changed", [OPEN, None])
def test_a_changed_or_deleted_policy_comes_back(changed: Json | None) -> None:
    one = bucket("abc", policy=policy_of("abc"))
    good = state(one)
    put_policy(one, changed) if changed else client("s3").delete_bucket_policy(Bucket="abc")
    for _ in range(2):
        kind.restore(client, step(one, POLICY, good))
    assert bucket_policy(one) == policy_of("abc")


def test_a_policy_where_none_was_is_deleted() -> None:
    one = bucket("abc")
    good = state(one)
    put_policy(one, OPEN)
    for _ in range(2):
        kind.restore(client, step(one, POLICY, good))
    assert bucket_policy(one) is None


def test_undoing_opens_nothing() -> None:
    one = bucket("abc", policy=policy_of("abc"))
    for action in (BLOCK, POLICY):
        kind.undo(
            client("s3"), step(one, action, state(one)), {"public_access_block": None, "policy": json.dumps(OPEN)}
        )
    assert (access_block(one), bucket_policy(one)) == (CLOSED, policy_of("abc"))


def test_after_the_block_is_back_a_policy_that_it_does_not_stop_is_found() -> None:
    """BlockPublicPolicy does not affect a policy that already stands."""
    one = bucket("abc", block={**CLOSED, "RestrictPublicBuckets": False})
    good = state(one)
    client("s3").delete_public_access_block(Bucket="abc")
    put_policy(one, OPEN)
    kind.restore(client, step(one, BLOCK, good))
    assert kind.verify(client, step(one, BLOCK, good), {}) == "still open: policy statement Read"


def test_after_the_policy_is_back_an_acl_that_lets_everybody_in_is_found() -> None:
    one = bucket("abc", policy=policy_of("abc"), block=None)
    good = state(one)
    put_policy(one, OPEN)
    client("s3").put_bucket_acl(Bucket="abc", ACL="public-read")
    kind.restore(client, step(one, POLICY, good))
    assert kind.verify(client, step(one, POLICY, good), {}) == "still open: ACL READ"


def test_what_was_open_before_may_stay_open() -> None:
    one = bucket("abc", policy=OPEN, block=None)
    good = state(one)
    client("s3").delete_bucket_policy(Bucket="abc")
    kind.restore(client, step(one, POLICY, good))
    assert kind.verify(client, step(one, POLICY, good), {}) == ""


def test_a_bucket_is_not_healthy_until_its_part_is_back() -> None:
    one = bucket("abc", policy=policy_of("abc"))
    good = state(one)
    client("s3").delete_bucket_policy(Bucket="abc")
    assert kind.verify(client, step(one, POLICY, good), {}) == "the policy is not what it was"


def test_a_bucket_that_is_gone_is_neither_restored_nor_healthy() -> None:
    one = bucket("abc", policy=policy_of("abc"))
    good = state(one)
    client("s3").delete_bucket_policy(Bucket="abc")
    client("s3").delete_bucket(Bucket="abc")
    kind.restore(client, step(one, POLICY, good))
    assert state(one) is None
    assert kind.verify(client, step(one, POLICY, good), {}) == "the bucket is gone"


def test_without_a_snapshot_or_a_block_in_it_nothing_can_be_put_back() -> None:
    unblocked: Json = {"public_access_block": None, "policy": None, "acl": []}
    unblocked = {**NOTHING, "public_access_block": None}
    assert kind.target(BLOCK, None, {}) is kind.target(POLICY, None, {}) is kind.target(BLOCK, unblocked, {}) is None
    assert kind.target(POLICY, unblocked, {}) == {"policy": None, "open": []}


def test_the_same_policy_written_otherwise_is_no_difference() -> None:
    one = bucket("abc", policy=policy_of("abc"))
    good = state(one)
    client("s3").put_bucket_policy(Bucket="abc", Policy=json.dumps(policy_of("abc"), indent=4))
    assert kind.issue(good, state(one)) is None


def differing(before: Json | None = None, **now: Any) -> Any:
    before = before or {}
    good = {**NOTHING, "public_access_block": CLOSED, "policy": json.dumps(policy_of("abc")), **before}
    found = kind.issue(good, {**good, **now})
    return found[0] if found else None


def test_a_difference_is_named_by_its_worst_part() -> None:
    assert differing() is None
    assert differing(public_access_block=None) == "s3_public_access_block_removed"
    assert differing(public_access_block={**CLOSED, "BlockPublicAcls": False}, policy=None) == differing(
        public_access_block=None
    )
    assert differing(policy=json.dumps(policy_of("abc", "*", Sid="Other"))) == "s3_bucket_policy_public"
    assert differing(policy=None) == differing(policy=json.dumps(policy_of("xyz"))) == "s3_bucket_policy_changed"
    assert differing(acl=[WORLD]) == "s3_bucket_acl_public"
    assert differing({"versioning": "Enabled"}, versioning="Suspended") == "s3_versioning_suspended"
    assert differing({"encryption": BY_S3}, encryption=BY_KEY) == "s3_default_encryption_changed"
    assert differing({"lifecycle": TIDY}, lifecycle=PURGE) == "s3_lifecycle_deletes_soon"
    assert differing({"lifecycle": TIDY}, lifecycle=None) == "s3_lifecycle_removed"
    assert differing({"logging": LOGS}, logging=None) == "s3_access_logging_off"


def test_what_protects_better_is_no_difference() -> None:
    assert differing(versioning="Enabled") is differing(logging=LOGS) is differing(lifecycle=TIDY) is None
    assert differing({"lifecycle": PURGE}, lifecycle=PURGE) is differing({"acl": [WORLD]}) is None


WEAKENED: dict[str, tuple[str, dict[str, Any], str]] = {
    "put_bucket_acl": ("put_bucket_acl", {"ACL": "public-read"}, "s3_bucket_acl_public"),
    "put_versioning": (
        "put_bucket_versioning",
        {"VersioningConfiguration": {"Status": "Suspended"}},
        "s3_versioning_suspended",
    ),
    "put_encryption": (
        "put_bucket_encryption",
        {"ServerSideEncryptionConfiguration": {"Rules": BY_KEY}},
        "s3_default_encryption_changed",
    ),
    "put_lifecycle": (
        "put_bucket_lifecycle_configuration",
        {"LifecycleConfiguration": {"Rules": PURGE}},
        "s3_lifecycle_deletes_soon",
    ),
    "put_removed_lifecycle": ("delete_bucket_lifecycle", {}, "s3_lifecycle_removed"),
    "put_logging": ("put_bucket_logging", {"BucketLoggingStatus": {}}, "s3_access_logging_off"),
}


@pytest.mark.parametrize("action", WEAKENED)
def test_what_was_weakened_is_noticed_and_comes_back(action: str) -> None:
    one = configured("abc", block=None)
    good = state(one)
    call, settings, issue = WEAKENED[action]
    getattr(client("s3"), call)(Bucket="abc", **settings)
    found = kind.issue(good, state(one))
    assert found is not None
    assert found[0] == issue
    assert kind.verify(client, step(one, action, good), {}).endswith("is not what it was")
    for _ in range(2):
        kind.restore(client, step(one, action, good))
    assert state(one) == good
    assert kind.verify(client, step(one, action, good), {}) == ""


def test_an_encryption_or_lifecycle_where_none_was_is_removed() -> None:
    one = bucket("abc")
    good = state(one)
    client("s3").put_bucket_encryption(Bucket="abc", ServerSideEncryptionConfiguration={"Rules": BY_S3})
    client("s3").put_bucket_lifecycle_configuration(Bucket="abc", LifecycleConfiguration={"Rules": PURGE})
    for action in ("put_encryption", "put_lifecycle"):
        kind.restore(client, step(one, action, good))
    assert state(one) == good


def test_only_a_lifecycle_put_where_none_was_is_taken_back() -> None:
    """Whoever removed it may have wanted to keep the objects; all else would weaken the bucket again."""
    one = configured("abc")
    good = state(one)
    client("s3").delete_bucket_lifecycle(Bucket="abc")
    before = state(one)
    kind.restore(client, step(one, "put_removed_lifecycle", good))
    kind.undo(client, step(one, "put_removed_lifecycle", good), before)
    assert state(one) == before
    assert kind.ACTIONS["put_removed_lifecycle"].data_risk
    for action in ("put_versioning", "put_encryption", "put_logging", "put_bucket_acl"):
        kind.undo(client, step(one, action, good), {**before, "versioning": "Suspended", "logging": None})
    assert state(one) == before


def test_a_deleted_bucket_comes_back_with_its_configuration() -> None:
    one = configured("abc")
    good = state(one)
    client("s3").delete_bucket_policy(Bucket="abc")
    client("s3").delete_bucket(Bucket="abc")
    assert state(one) is None
    followed = [name for name in kind.ACTIONS["create_bucket"].then if kind.target(name, good, GONE)]
    for action in ("create_bucket", *followed):
        for _ in range(2):
            kind.restore(client, Step(one, action, "none", False, False, kind.target(action, good, GONE) or {}))
    assert {**state(one), "ownership": good["ownership"]} == good
    assert kind.verify(client, step(one, "create_bucket", good), {}) == ""


GONE = {"eventName": "DeleteBucket"}


def test_only_what_the_bucket_had_must_follow_its_creation() -> None:
    then = kind.ACTIONS["create_bucket"].then
    had = {**NOTHING, "public_access_block": CLOSED, "ownership": "BucketOwnerEnforced", "versioning": "Enabled"}
    assert [name for name in then if kind.target(name, had, GONE)] == [BLOCK, "put_versioning"]


def test_a_bucket_that_stands_is_not_created_again() -> None:
    """In us-east-1 that would reset its ACL."""
    one = bucket("abc", block=None)
    client("s3").put_bucket_acl(Bucket="abc", ACL="public-read")
    before = state(one)
    kind.restore(client, step(one, "create_bucket", before))
    assert state(one) == before


@pytest.mark.parametrize(
    ("code", "raised"),
    [("BucketAlreadyExists", NotRecovered), ("OperationAborted", StillRestoring), ("AccessDenied", ClientError)],
)
def test_why_a_bucket_cannot_be_made_is_told_apart(code: str, raised: type[Exception]) -> None:
    one = resource(BUCKET, "abc")
    target = {"region": "eu-west-1", "ownership": "BucketOwnerEnforced"}
    s3 = client("s3")
    with Stubber(s3) as answers:
        answers.add_client_error("get_public_access_block", "NoSuchBucket")
        answers.add_client_error(
            "create_bucket",
            code,
            expected_params={
                "Bucket": "abc",
                "ObjectOwnership": "BucketOwnerEnforced",
                "CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"},
            },
        )
        with pytest.raises(raised):
            kind.restore(lambda _: s3, Step(one, "create_bucket", "none", False, False, target))
