"""EC2 security groups: exactly the rule that let the world in goes."""

from typing import Any

import pytest
from managed import resource, security_group
from published import Json, call

from tasks.domain.knowledge.ec2 import GROUP, GROUP_OPENED
from tasks.domain.payload import Resource, Step
from tasks.resources import ec2_securitygroup as kind
from tasks.runtime.clients import client

pytestmark = pytest.mark.usefixtures("cloud")
SSH, RDP = ({"IpProtocol": "tcp", "FromPort": port, "ToPort": port} for port in (22, 3389))
OFFICE, WORLD, WORLD_6 = (
    {"IpRanges": [{"CidrIp": "203.0.113.0/24"}]},
    {"IpRanges": [{"CidrIp": "0.0.0.0/0"}]},
    {"Ipv6Ranges": [{"CidrIpv6": "::/0"}]},
)
OPENED = call("AuthorizeSecurityGroupIngress")["detail"]


def group(*permissions: Json) -> Resource:
    one = security_group()
    for permission in permissions:
        authorize(one, permission)
    return one


def authorize(one: Resource, permission: Json) -> None:
    client("ec2").authorize_security_group_ingress(GroupId=one.id, IpPermissions=[permission])


def ingress(one: Resource) -> Any:
    state = kind.snapshot(client, one.id)
    return state and state["ingress"]


def step(one: Resource, good: Json | None, facts: Json = OPENED) -> Step:
    target = kind.target("revoke_ingress", good, facts)
    assert target is not None
    return Step(one, "revoke_ingress", "none", False, False, target)


def test_the_added_rule_is_revoked_and_nothing_else() -> None:
    one = group({**SSH, **OFFICE}, {**RDP, **WORLD})
    good = kind.snapshot(client, one.id)
    authorize(one, {**SSH, **WORLD})
    for _ in range(2):
        kind.restore(client, step(one, good))
    assert ingress(one) == ["tcp 22-22 from 203.0.113.0/24", "tcp 3389-3389 from 0.0.0.0/0"]
    assert kind.verify(client, step(one, good), {}) == ""
    assert kind.reached(step(one, good).target, kind.snapshot(client, one.id))


def test_without_a_snapshot_the_calls_own_rule_is_revoked() -> None:
    one = group({**SSH, **OFFICE}, {**SSH, **WORLD}, {**RDP, **WORLD_6})
    kind.restore(client, step(one, None))
    assert ingress(one) == ["tcp 22-22 from 203.0.113.0/24", "tcp 3389-3389 from ::/0"]


def test_what_the_sweep_finds_is_what_is_revoked() -> None:
    one = group({**SSH, **OFFICE})
    good = kind.snapshot(client, one.id)
    for added in (WORLD, WORLD_6, {"IpRanges": [{"CidrIp": "198.51.100.7/32"}]}):
        authorize(one, {**SSH, **added})
    now = kind.snapshot(client, one.id)
    assert good is not None
    assert now is not None
    issue, difference = kind.issue(good, now) or ("", "")
    assert issue == GROUP_OPENED
    kind.restore(client, step(one, good, {"issue": issue, "difference": difference}))
    assert ingress(one) == ["tcp 22-22 from 198.51.100.7/32", "tcp 22-22 from 203.0.113.0/24"]


def test_what_was_open_when_all_was_well_stays_open() -> None:
    one = group({**SSH, **WORLD})
    good = kind.snapshot(client, one.id)
    assert kind.target("revoke_ingress", good, OPENED) is None
    assert good is not None
    assert kind.issue(good, good) is None


def test_a_private_rule_more_or_less_is_no_harm() -> None:
    assert kind.issue({"ingress": ["tcp 22-22 from 0.0.0.0/0"]}, {"ingress": ["tcp 22-22 from 10.0.0.0/8"]}) is None


@pytest.mark.parametrize("facts", [{}, {"difference": "this and that"}, {"difference": "tcp 1-1 from 10.0.0.0/8"}])
def test_without_a_rule_that_lets_the_world_in_there_is_nothing_to_revoke(facts: Json) -> None:
    assert kind.target("revoke_ingress", {"ingress": []}, facts) is None


def test_a_group_is_not_healthy_while_the_rule_stands() -> None:
    one = group({**SSH, **WORLD})
    assert kind.verify(client, step(one, None), {}) == "still open: tcp 22-22 from 0.0.0.0/0"


def test_undoing_lets_nobody_in() -> None:
    one = group()
    kind.undo(client, step(one, None), {"ingress": ["tcp 22-22 from 0.0.0.0/0"]})
    assert ingress(one) == []


@pytest.mark.parametrize("name", ["sg-0123456789abcdef0", "nonsense"])
def test_a_group_that_is_gone_is_neither_restored_nor_healthy(name: str) -> None:
    gone = resource(GROUP, name)
    kind.restore(client, step(gone, None))
    assert ingress(gone) is None
    assert kind.verify(client, step(gone, None), {}) == "the security group is gone"
    assert not kind.reached(step(gone, None).target, None)
