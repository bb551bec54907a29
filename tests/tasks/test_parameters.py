"""SSM parameters: the good version is put back as it was, and values stay where they belong."""

import json
from typing import Any

import pytest
from managed import parameter, put_value, values

from tasks.domain.errors import NotRecovered
from tasks.domain.payload import Resource, Step
from tasks.resources import ssm_parameter as kind
from tasks.runtime.clients import client

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
    kept = {"version": 2, "type": "SecureString", "key_id": KEY, "tier": "Standard", "data_type": "text"}
    assert state(one) == kept
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


def test_any_other_version_differs() -> None:
    assert kind.issue({"version": 1}, {"version": 2}) == ("ssm_parameter_overwritten", "version 1 -> 2")
    assert kind.issue({"version": 2}, {"version": 2}) is None
