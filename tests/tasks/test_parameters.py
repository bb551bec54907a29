"""SSM parameters: the good version is put back as it was, and values stay where they belong."""

import json
import time
from dataclasses import replace
from typing import Any

import pytest
from cloud import VAULT
from managed import parameter, put_value, values

from tasks.domain.errors import NotRecovered, StillRestoring
from tasks.domain.moment import iso
from tasks.domain.payload import Resource, Step
from tasks.resources import ssm_parameter as kind
from tasks.runtime.clients import client
from tasks.store import vault

pytestmark = pytest.mark.usefixtures("cloud")
KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def step(one: Resource, version: int = 1) -> Step:
    return Step(one, "put_previous_version", "put_replaced_version", False, False, {"version": version})


def state(one: Resource) -> dict[str, Any]:
    found = kind.snapshot(client, one.id)
    assert found
    return found


def settings(one: Resource) -> dict[str, Any]:
    newest = client("ssm").get_parameter_history(Name=one.id, WithDecryption=True)["Parameters"][-1]
    return {key: newest[key] for key in ("Type", "KeyId", "Tier", "Description", "AllowedPattern") if key in newest}


def test_the_earlier_value_is_put_back_as_a_new_version() -> None:
    one = parameter("/app/host", "good", "bad")
    kind.restore(client, step(one))
    assert values(one) == ["good", "bad", "good"]


def test_restoring_again_changes_nothing() -> None:
    one = parameter("/app/host", "good", "bad")
    for _ in range(3):
        kind.restore(client, step(one))
    assert len(values(one)) == 3


def test_a_secure_string_keeps_its_type_and_key() -> None:
    one = parameter("/app/secret", "good", Type="SecureString", KeyId=KEY)
    put_value(one, "bad", Type="SecureString", KeyId="alias/other")
    kind.restore(client, step(one))
    assert settings(one) == {"Type": "SecureString", "KeyId": KEY, "Tier": "Standard"}
    assert values(one)[-1] == "good"


def test_a_parameter_keeps_its_tier_description_and_pattern() -> None:
    one = parameter("/app/host", "good", Tier="Advanced", Description="the host", AllowedPattern="[a-z]+")
    put_value(one, "bad", Tier="Advanced", Description="changed")
    kind.restore(client, step(one))
    assert settings(one) == {
        "Type": "String",
        "Tier": "Advanced",
        "Description": "the host",
        "AllowedPattern": "[a-z]+",
    }


def test_another_key_alone_is_put_right_too() -> None:
    """The same value under an attacker's key is not the same."""
    one = parameter("/app/secret", "good", Type="SecureString", KeyId=KEY)
    put_value(one, "good", Type="SecureString", KeyId="alias/theirs")
    kind.restore(client, step(one))
    assert settings(one)["KeyId"] == KEY


def test_a_version_that_is_no_longer_in_the_history_cannot_be_put_back() -> None:
    one = parameter("/app/host", "good", "bad")
    with pytest.raises(NotRecovered, match="version 9"):
        kind.restore(client, step(one, 9))


def test_a_history_of_several_pages_is_read_whole() -> None:
    one = parameter("/app/host", *(str(number) for number in range(70)))
    assert state(one)["version"] == 70
    kind.restore(client, step(one, 3))
    assert values(one)[-1] == "2"


def test_undoing_puts_the_replaced_version_back() -> None:
    one = parameter("/app/host", "good", "bad", "good")
    kind.undo(client, step(one), {"version": 2})
    assert values(one)[-1] == "bad"


def test_a_snapshot_holds_no_value() -> None:
    one = parameter("/app/secret", "canary-1", "canary-2", Type="SecureString", KeyId=KEY)
    assert state(one)["version"] == 2
    assert state(one)["settings"]["KeyId"] == KEY
    assert "canary" not in json.dumps(state(one))


def test_a_parameter_is_healthy_while_it_is_what_was_put() -> None:
    one = parameter("/app/host", "good", "bad", "good")
    after = state(one)
    assert kind.verify(client, step(one), after) == ""
    put_value(one, "bad")
    assert "version 4 stands where version 3 was put" in kind.verify(client, step(one), after)
    client("ssm").delete_parameter(Name=one.id)
    assert kind.verify(client, step(one), after) == "the parameter is gone"


def test_a_parameter_that_is_gone_has_no_state() -> None:
    assert kind.snapshot(client, "/never/was") is None


TARGETS: list[tuple[Any, Any, Any]] = [  # snapshot, response of the call, target
    ({"version": 4}, {"version": 7}, {"version": 4}),
    (None, {"version": 7}, {"version": 6}),
    (None, {"version": 1}, None),
    (None, None, None),
    (None, {}, None),
    (None, {"version": "7"}, None),
]


@pytest.mark.parametrize(("good", "response", "target"), TARGETS)
def test_the_target_is_the_last_good_version_or_else_the_one_before(good: Any, response: Any, target: Any) -> None:
    assert kind.target("put_previous_version", good, {"responseElements": response}) == target


def test_any_other_version_differs_and_so_does_another_parameter_under_the_same_name() -> None:
    first = {"version": 1, "modified": 1.5}
    assert kind.issue(first, {"version": 2, "modified": 1.5}) == ("ssm_parameter_overwritten", "version 1 -> 2")
    assert kind.issue(first, {"version": 1, "modified": 9.5}) == (
        "ssm_parameter_overwritten",
        "deleted and made anew",
    )
    assert kind.issue(first, first) is None


@pytest.fixture
def deleted() -> Step:
    """The step that brings back a secret that was kept, and deleted long ago."""
    settings = {"Type": "SecureString", "KeyId": KEY, "Tier": "Advanced", "Description": "the key", "DataType": "text"}
    return gone("/app/secret", "old", "canary", **settings)


def gone(name: str, *given: str, at: str = "2026-03-01T12:00:00Z", **settings: Any) -> Step:
    one = parameter(name, *given, **settings)
    good = kept(one)
    client("ssm").delete_parameter(Name=name)
    wanted = kind.target("recreate_parameter", good, {"eventTime": at})
    assert wanted
    return Step(one, "recreate_parameter", "none", False, False, wanted)


def kept(one: Resource) -> dict[str, Any]:
    """Its state as Plan sees it: with what the vault has."""
    now = state(one)
    return {**now, "kept": vault.store(client("s3"), VAULT, one, kind.keep(client, one.id, now), former={})}


def test_a_deleted_parameter_comes_back_whole_as_version_1(deleted: Step) -> None:
    kind.restore(client, deleted)
    after = state(deleted.resource)
    assert (after["version"], values(deleted.resource)) == (1, ["canary"])
    assert (after["settings"], after["tags"]) == (deleted.target["settings"], deleted.target["tags"])
    assert kind.verify(client, deleted, after) == ""


def test_recreating_again_changes_nothing(deleted: Step) -> None:
    for _ in range(3):
        kind.restore(client, deleted)
    assert state(deleted.resource)["version"] == 1


def test_a_recreated_parameter_with_another_value_is_not_healthy(deleted: Step) -> None:
    client("ssm").put_parameter(Name=deleted.resource.id, Value="theirs", Type="String")
    kind.restore(client, deleted)
    wrong = kind.verify(client, deleted, state(deleted.resource))
    assert wrong == "not as it was: settings, tags, value"


def test_the_name_of_a_deleted_parameter_is_free_after_30_seconds() -> None:
    now = gone("/app/host", "good", at=iso(time.time() - 20))
    with pytest.raises(StillRestoring, match="30 seconds"):
        kind.restore(client, now)
    assert kind.snapshot(client, "/app/host") is None
    before = replace(now, target={**now.target, "deleted_at": iso(time.time() - 31)})
    kind.restore(client, before)
    assert values(now.resource) == ["good"]


def test_what_no_vault_has_cannot_be_recreated(deleted: Step) -> None:
    assert kind.target("recreate_parameter", {**deleted.target, "kept": {}}, {}) is None
    assert kind.target("recreate_parameter", None, {}) is None
    client("s3").put_object(Bucket=VAULT, Key=next(iter(deleted.target["kept"])), Body=b"theirs")
    kind.restore(client, deleted)  # the version that was stored, whatever came later
    assert values(deleted.resource) == ["canary"]


def test_what_the_vault_lost_is_not_recovered(deleted: Step) -> None:
    ((key, at),) = deleted.target["kept"].items()
    client("s3").delete_object(Bucket=VAULT, Key=key, VersionId=at["version"])
    with pytest.raises(NotRecovered, match="no longer has the value"):
        kind.restore(client, deleted)


def test_what_is_not_what_was_stored_is_not_put_back(deleted: Step) -> None:
    ((key, at),) = deleted.target["kept"].items()
    theirs = client("s3").put_object(Bucket=VAULT, Key=key, Body=b"theirs")["VersionId"]
    swapped = replace(deleted, target={**deleted.target, "kept": {key: {**at, "version": theirs}}})
    with pytest.raises(NotRecovered, match="not what was stored"):
        kind.restore(client, swapped)


def test_a_parameter_that_was_deleted_and_made_anew_gets_its_value_from_the_vault() -> None:
    """Its history knows a version of the same number, with another value."""
    one = parameter("/app/secret", "good", Type="SecureString", KeyId=KEY)
    good = {**kept(one), "modified": state(one)["modified"] - 60}
    client("ssm").delete_parameter(Name=one.id)
    client("ssm").put_parameter(Name=one.id, Value="theirs", Type="String")
    wanted = kind.target("put_previous_version", good, {})
    assert wanted
    assert not kind.reached(wanted, state(one))
    kind.restore(client, Step(one, "put_previous_version", "put_replaced_version", False, False, wanted))
    assert values(one) == ["theirs", "good"]
    assert settings(one)["KeyId"] == KEY


def test_a_parameter_that_stands_is_not_to_be_recreated(deleted: Step) -> None:
    assert not kind.reached(deleted.target, None)
    assert kind.reached(deleted.target, {"version": 7})
