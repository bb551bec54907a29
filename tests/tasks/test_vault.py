"""What no table may hold is kept in the vault, and forgotten when its resource is."""

import time
from typing import Any

import pytest
from botocore.exceptions import ClientError
from by_hand import call, planned, restored
from cloud import SNAPSHOTS, VAULT, Cloud
from left_behind import everything, snapshot
from managed import bucket, parameter, put_value
from published import Json, overwriting
from sweeping import sweep

from tasks import verify
from tasks.domain.moment import iso
from tasks.domain.payload import Resource
from tasks.runtime.clients import client
from tasks.store import snapshots

VALUE = "AWS.SSM.Parameter/app/secret/value"


def secret(value: str = "canary", autonomy: str = "auto") -> Resource:
    return parameter("/app/secret", value, autonomy=autonomy, Type="SecureString")


def versions() -> list[Json]:
    """Every version in the vault, the newest first."""
    return list(client("s3").list_object_versions(Bucket=VAULT).get("Versions", []))


def stored(version: str) -> str:
    found = client("s3").get_object(Bucket=VAULT, Key=VALUE, VersionId=version)
    return str(found["Body"].read().decode())


def test_a_value_is_kept_in_the_vault_and_its_place_in_the_snapshot(cloud: Cloud) -> None:
    one = secret()
    sweep()
    ((key, at),) = snapshot(one.arn)["kept"].items()
    assert (key, stored(at["version"])) == (VALUE, "canary")
    assert "canary" not in str(everything(SNAPSHOTS)) + cloud.log()


def test_what_is_unchanged_is_not_stored_again(cloud: Cloud) -> None:
    one = secret()
    sweep()
    client("ssm").add_tags_to_resource(ResourceType="Parameter", ResourceId=one.id, Tags=[{"Key": "a", "Value": "b"}])
    before = snapshot(one.arn)
    sweep()
    after = snapshot(one.arn)
    assert (after["state"] != before["state"], after["kept"] == before["kept"]) == (True, True)
    assert len(versions()) == 1


def test_what_is_verified_is_kept_and_what_was_bad_is_not(cloud: Cloud) -> None:
    one = secret("good")
    sweep()
    put_value(one, "bad", Type="SecureString")
    sweep()
    payload = restored(planned(cloud, overwriting(one.id, 2)))
    call(verify.handler, payload)
    (at,) = snapshot(one.arn)["kept"].values()
    assert [stored(version["VersionId"]) for version in versions()] == ["good", "good"]
    assert stored(at["version"]) == "good"


@pytest.mark.parametrize("autonomy", ["notify", "auto"])
def test_only_what_the_agent_may_restore_is_kept(cloud: Cloud, autonomy: str) -> None:
    secret(autonomy=autonomy)
    bucket("abc")
    sweep()
    assert len(versions()) == (autonomy == "auto")


def test_a_parameter_whose_value_may_not_be_read_is_remembered_without_it_and_asked_again(cloud: Cloud) -> None:
    """A key's policy may keep the agent out."""
    one = secret()

    def refuse(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "its key's policy"}}, "GetParameter")

    cloud.interfere("ssm", "before-call.ssm.GetParameter", refuse)
    sweep()
    assert (snapshot(one.arn)["state"]["version"], snapshot(one.arn)["kept"]) == (1, {})
    assert "not kept" in cloud.log()
    cloud.leave_alone()
    sweep()
    assert list(snapshot(one.arn)["kept"]) == [VALUE]


def unseen_for(one: Resource, days: float) -> None:
    snapshots.mark_unseen(client("dynamodb"), SNAPSHOTS, one.arn, since=iso(time.time() - days * 86_400))


@pytest.mark.parametrize(("days", "kept"), [(0.0, True), (89.0, True), (91.0, False)])
def test_what_is_gone_is_forgotten_after_the_retention(cloud: Cloud, days: float, kept: bool) -> None:
    one = secret()
    sweep()
    client("ssm").delete_parameter(Name=one.id)
    if days:
        unseen_for(one, days)
    sweep()
    assert bool(snapshot(one.arn)) == kept
    assert "Contents" in client("s3").list_objects_v2(Bucket=VAULT) or not kept
    assert len(versions()) == 1, "the bucket's lifecycle removes it, not the agent"


def test_what_was_away_and_is_there_again_is_not_forgotten(cloud: Cloud) -> None:
    one = secret()
    sweep()
    unseen_for(one, 91)
    sweep()
    assert "unseen_since" not in snapshot(one.arn)
    assert list(snapshot(one.arn)["kept"]) == [VALUE]
