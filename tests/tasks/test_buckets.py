"""S3 buckets: access block and policy come back, and who else is let in is looked at afterwards."""

import json
from typing import Any

import pytest
from managed import CLOSED, access_block, bucket, bucket_policy, policy_of
from published import Json

from tasks.domain.payload import Resource, Step
from tasks.resources import s3_bucket as kind
from tasks.runtime.clients import client

pytestmark = pytest.mark.usefixtures("cloud")
BLOCK, POLICY = "put_public_access_block", "put_bucket_policy"
OPEN = policy_of("abc", "*")


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
    assert kind.target(BLOCK, None, {}) is kind.target(POLICY, None, {}) is kind.target(BLOCK, unblocked, {}) is None
    assert kind.target(POLICY, unblocked, {}) == {"policy": None, "open": []}


def test_the_same_policy_written_otherwise_is_no_difference() -> None:
    one = bucket("abc", policy=policy_of("abc"))
    good = state(one)
    client("s3").put_bucket_policy(Bucket="abc", Policy=json.dumps(policy_of("abc"), indent=4))
    assert kind.issue(good, state(one)) is None


def differing(**now: Any) -> Any:
    good = {"public_access_block": CLOSED, "policy": json.dumps(policy_of("abc")), "acl": []}
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
