"""Rules of security groups: how they are written, and which let the world in."""

from typing import Any

import pytest
from published import Json, call

from tasks.domain.ingress import described, permission, requested, world

WORLD, WORLD_6 = "0.0.0.0/0", "::/0"
SSH = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22}
PERMISSIONS: list[Json] = [
    {**SSH, "IpRanges": [{"CidrIp": WORLD}, {"CidrIp": "10.0.0.0/8"}], "Ipv6Ranges": [{"CidrIpv6": WORLD_6}]},
    {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-1", "UserId": "1"}], "IpRanges": []},
    {"IpProtocol": "icmp", "FromPort": -1, "ToPort": -1, "PrefixListIds": [{"PrefixListId": "pl-1"}]},
]
RULES = [
    "-1 from sg-1",
    "icmp -1--1 from pl-1",
    "tcp 22-22 from 0.0.0.0/0",
    "tcp 22-22 from 10.0.0.0/8",
    "tcp 22-22 from ::/0",
]


def test_every_source_is_a_rule_of_its_own_in_a_fixed_order() -> None:
    assert described(PERMISSIONS) == described(PERMISSIONS[::-1]) == RULES


def test_both_forms_of_a_request_say_what_was_asked_for() -> None:
    flat = call("AuthorizeSecurityGroupIngress")["detail"]["requestParameters"]
    nested = {
        "fromPort": 22,
        "toPort": 22,
        "ipProtocol": "6",
        "groups": {},
        "ipRanges": {"items": [{"cidrIp": WORLD, "description": "all"}]},
        "ipv6Ranges": {"items": [{"cidrIpv6": WORLD_6}]},
        "prefixListIds": {},
    }
    assert requested(flat) == ["tcp 22-22 from 0.0.0.0/0"]
    assert requested({"groupId": "sg-1", "ipPermissions": {"items": [nested]}}) == [
        "tcp 22-22 from 0.0.0.0/0",
        "tcp 22-22 from ::/0",
    ]


@pytest.mark.parametrize("rubbish", [{}, {"ipPermissions": None}, {"ipPermissions": {"items": ["x", {"ipRanges": 7}]}}])
def test_a_request_without_rules_asks_for_none(rubbish: Any) -> None:
    assert requested(rubbish) == []


@pytest.mark.parametrize("source", [WORLD, WORLD_6, "0.0.0.0/1", "128.0.0.0/1", "2000::/3"])
def test_the_world_is_let_in(source: str) -> None:
    assert world([f"tcp 22-22 from {source}"])


@pytest.mark.parametrize("source", ["10.0.0.0/8", "203.0.113.0/24", "fc00::/7", "2001:db8::/32", "sg-1", "pl-1", "x"])
def test_a_network_or_a_group_is_not_the_world(source: str) -> None:
    assert not world([f"tcp 22-22 from {source}"])


@pytest.mark.parametrize("rule", ["tcp 22-22 from 0.0.0.0/0", "-1 from ::/0", "icmp -1--1 from 0.0.0.0/0"])
def test_a_rule_that_lets_the_world_in_can_be_named_to_ec2_again(rule: str) -> None:
    assert described([permission(rule)]) == [rule]


def test_what_is_no_rule_cannot_be_named_to_ec2() -> None:
    with pytest.raises(ValueError, match="not a rule"):
        permission("everything")
