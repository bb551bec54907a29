"""Which bucket policies, ACLs and access blocks let the world in."""

import json
from typing import Any

import pytest

from tasks.domain.exposure import BLOCKS, EVERYONE, document, open_blocks, public_grants, public_statements

ME, ORG = "123456789012", {"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}}
ROOT = f"arn:aws:iam::{ME}:root"


def public(condition: Any = None, **statement: Any) -> bool:
    narrowed = {"Condition": condition} if condition is not None else {}
    allow = {"Sid": "One", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", **narrowed, **statement}
    return public_statements({"Statement": [allow]}) == ["One"]


PRINCIPALS: list[tuple[Any, bool]] = [
    ("*", True),
    ({"AWS": "*"}, True),
    ({"AWS": ["*"]}, True),
    ({"AWS": [ROOT, "*"]}, True),
    (ROOT, False),
    ({"AWS": ROOT}, False),
    ({"AWS": [ROOT]}, False),
    ({"AWS": []}, False),
    ({"Service": "cloudfront.amazonaws.com"}, False),
    ({"CanonicalUser": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"}, False),
    ({}, False),
    (None, False),
]


@pytest.mark.parametrize(("principal", "lets_in"), PRINCIPALS)
def test_a_wildcard_principal_in_any_form_is_everybody(principal: Any, lets_in: bool) -> None:
    assert public(Principal=principal) == lets_in


def test_everybody_but_somebody_is_everybody() -> None:
    assert public_statements({"Statement": {"Effect": "Allow", "NotPrincipal": {"AWS": ROOT}}}) == ["number 1"]


def test_a_denial_lets_nobody_in() -> None:
    assert not public(Effect="Deny")


NARROW: list[Any] = [
    ORG,
    {"StringLike": {"aws:PrincipalOrgID": ["o-abcdefghij"]}},
    {"stringequals": {"AWS:PRINCIPALORGID": "o-abcdefghij"}},
    {"ForAnyValue:StringEquals": {"aws:PrincipalOrgPaths": "o-abcdefghij/r-ab12/ou-ab12-11111111/"}},
    {"StringEquals": {"aws:SourceAccount": ME}},
    {"StringEquals": {"aws:SourceVpce": "vpce-1a2b3c4d"}},
    {"ArnEquals": {"aws:PrincipalArn": ROOT}},
    {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ME}:role/app-*"}},
    {"ArnLike": {"aws:SourceArn": f"arn:aws:cloudfront::{ME}:distribution/*"}},
    {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
    {"IpAddress": {"aws:SourceIp": ["203.0.113.10", "2001:db8::/32"]}},
    {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
    {"Bool": {"aws:SecureTransport": "true"}, **ORG},
]


@pytest.mark.parametrize("condition", NARROW, ids=json.dumps)
def test_a_fixed_value_of_a_narrowing_key_keeps_the_world_out(condition: Any) -> None:
    assert not public(condition)


WIDE: list[Any] = [
    {},
    "rubbish",
    {"StringEquals": "rubbish"},
    {"Bool": {"aws:SecureTransport": "true"}},
    {"StringEquals": {"aws:RequestedRegion": "us-east-1"}},
    {"StringNotEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}},
    {"stringnotequals": {"aws:PrincipalOrgID": "o-abcdefghij"}},
    {"ArnNotLike": {"aws:PrincipalArn": ROOT}},
    {"NotIpAddress": {"aws:SourceIp": "203.0.113.10/32"}},
    {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-abcdefghij"}},
    {"ForAllValues:StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}},
    {"Null": {"aws:PrincipalOrgID": "false"}},
    {"StringEquals": {"aws:PrincipalOrgID": []}},
    {"StringLike": {"aws:PrincipalOrgID": "*"}},
    {"StringLike": {"aws:PrincipalOrgID": ["o-abcdefghij", "*"]}},
    {"StringLike": {"aws:PrincipalOrgID": "o-*"}},
    {"StringLike": {"aws:PrincipalAccount": "????????????"}},
    {"StringLike": {"aws:userId": "AROAEXAMPLEID:*"}},
    {"IpAddress": {"aws:SourceIp": "rubbish"}},
    {"StringEquals": {"aws:PrincipalAccount": "${aws:PrincipalAccount}"}},
    {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}},
    {"StringLike": {"aws:PrincipalArn": "arn:*"}},
    {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}},
    {"IpAddress": {"aws:SourceIp": "::/0"}},
    {"IpAddress": {"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"]}},
    {"IpAddress": {"aws:SourceIp": ["203.0.113.10/32", "64.0.0.0/2"]}},
    {"IpAddress": {"aws:SourceIp": "2000::/3"}},
]


@pytest.mark.parametrize("condition", WIDE, ids=json.dumps)
def test_a_condition_that_nearly_everybody_meets_leaves_the_world_in(condition: Any) -> None:
    """S3 User Guide, "The meaning of public": fixed values, no wildcards, no policy variables, no wide ranges."""
    assert public(condition)


def test_every_open_statement_is_named_by_sid_or_position() -> None:
    allow = {"Effect": "Allow", "Principal": "*"}
    policy = {"Statement": [{**allow, "Sid": "A"}, {**allow, "Condition": ORG}, allow, "rubbish"]}
    assert public_statements(policy) == public_statements(json.dumps(policy)) == ["A", "number 3"]


@pytest.mark.parametrize("policy", [None, "", "{", "[]", 7, [], {}, {"Statement": None}, {"Statement": 7}], ids=repr)
def test_what_is_no_policy_opens_nothing(policy: Any) -> None:
    assert public_statements(policy) == []
    assert isinstance(document(policy), dict)


@pytest.mark.parametrize("off", range(16))
def test_each_access_block_counts_on_its_own(off: int) -> None:
    """CloudTrail shows JSON booleans or texts; S3 takes a missing one for false."""
    wanted = [name for bit, name in enumerate(BLOCKS) if off >> bit & 1]
    for on, no in ((True, False), ("true", "false"), ("TRUE", "")):
        assert open_blocks({name: no if name in wanted else on for name in BLOCKS}) == wanted
    assert open_blocks({name: True for name in BLOCKS if name not in wanted}) == wanted


@pytest.mark.parametrize("configuration", [None, "", "true", [], {}], ids=repr)
def test_without_a_configuration_all_blocks_are_off(configuration: Any) -> None:
    assert open_blocks(configuration) == list(BLOCKS)


def test_an_acl_is_public_by_its_groups_alone() -> None:
    owner = {"Grantee": {"Type": "CanonicalUser", "ID": "79a59d"}, "Permission": "FULL_CONTROL"}
    groups = [{"Grantee": {"Type": "Group", "URI": uri}, "Permission": "READ"} for uri in EVERYONE]
    logs = {
        "Grantee": {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/s3/LogDelivery"},
        "Permission": "WRITE",
    }
    assert public_grants([owner, logs]) == []
    assert public_grants([owner, logs, *groups]) == ["READ", "READ"]
    assert public_grants(None) == []
