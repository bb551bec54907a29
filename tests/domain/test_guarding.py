"""What keeps the agent's hands off, and why."""

from dataclasses import replace
from typing import Any

import pytest
import yaml
from published import ACCOUNT, actors, call, sample, stopping

from tasks.domain.guards import Block, managed, refuse
from tasks.domain.incident import understand
from tasks.domain.payload import Actor, Incident
from tasks.domain.policy import Policy, parse
from tasks.domain.wildcard import fits

ROLE = f"arn:aws:iam::{ACCOUNT}:role/aiops-recovery"
ROLES = ("arn:aws:iam::*:role/cdk-*-cfn-exec-role-*", f"arn:aws:iam::{ACCOUNT}:role/team/deployer")
POLICY = parse(
    yaml.safe_load(
        """
        recover: {}
        review: {expires_minutes: 60}
        intended:
          invoked_by: [cloudformation.amazonaws.com, autoscaling.amazonaws.com]
          tags: ["aiops:change", "aws:autoscaling:groupName"]
        """
    )
)
POLICY = replace(POLICY, intended_roles=ROLES)


def by(issuer: str = "", **actor: Any) -> Incident:
    return replace(understand(stopping("i-1")), actor=Actor("role", issuer=issuer, **actor))


def refusal(incident: Incident) -> Block | None:
    return refuse(incident, POLICY, recovery_role=ROLE)


def role(name: str, account: str = ACCOUNT) -> str:
    return f"arn:aws:iam::{account}:role/{name}"


INTENDED: list[tuple[Incident, str]] = [
    (by(ROLE), "the agent did it itself"),
    (by(invoked_by="cloudformation.amazonaws.com"), "cloudformation.amazonaws.com did it on somebody's behalf"),
    (by(role("any"), invoked_by="autoscaling.amazonaws.com"), "autoscaling.amazonaws.com did it"),
    (by(role("cdk-hnb659fds-cfn-exec-role-123456789012-us-east-1")), f"(policy: {ROLES[0]})"),
    (by(role("team/deployer")), f"(policy: {ROLES[1]})"),
]
NOT_INTENDED: list[Incident] = [
    understand(stopping("i-1")),
    understand(sample("ec2_instance_state_change")),
    by(role("aiops-recovery-not")),
    by(role("aiops-recovery", "111122223333")),
    by(invoked_by="cloudformation.amazonaws.com.example.com"),
    by(role("team/deployer-of-something-else")),
    by(role("cdk-x-cfn-exec-role-y", "111122223333")),
    by(role(f":iam::{ACCOUNT}:role/cdk-x-cfn-exec-role-y", "111122223333")),
    by(f"arn:aws:iam::{ACCOUNT}:user/cdk-x-cfn-exec-role-y"),
]


@pytest.mark.parametrize(("incident", "why"), INTENDED)
def test_a_change_by_ourselves_a_listed_service_or_role_is_intended(incident: Incident, why: str) -> None:
    block = refusal(incident)
    assert block is not None
    assert block.reason == "INTENDED"
    assert why in block.why


@pytest.mark.parametrize("incident", NOT_INTENDED)
def test_a_change_by_anybody_else_is_not_intended(incident: Incident) -> None:
    """Only roles of the own account count, whatever another account calls its roles."""
    assert refusal(incident) is None


@pytest.mark.parametrize("name", actors())
def test_of_the_published_actors_only_cloudformation_and_auto_scaling_are_intended(name: str) -> None:
    block = refusal(understand(call("StopInstances", {"userIdentity": actors()[name]})))
    assert (block is not None) == ("cloudformation" in name or "autoscaling" in name)


@pytest.mark.parametrize(("many", "reason"), [(1, None), (25, None), (26, "STORM"), (100, "STORM")])
def test_more_than_25_resources_at_once_are_a_storm(many: int, reason: str | None) -> None:
    block = refusal(understand(stopping(*(f"i-{number}" for number in range(many)))))
    assert (block.reason if block else None) == reason
    assert block is None or str(many) in block.why


def test_an_event_without_a_known_resource_is_unknown() -> None:
    block = refusal(understand(sample("health_event")))
    assert block == Block("UNKNOWN_EVENT", "aws.health AWS Health Event names no resource that the agent knows")


TAGS: list[tuple[dict[str, str], str]] = [  # tags, autonomy or why not
    ({"aiops:recover": "auto"}, "auto"),
    ({"aiops:recover": "approve", "Name": "web"}, "approve"),
    ({"aiops:recover": "notify"}, "notify"),
    ({}, "UNMANAGED: no tag aiops:recover = auto | approve | notify"),
    ({"aiops:recover": "AUTO"}, "UNMANAGED"),
    ({"aiops:recover": ""}, "UNMANAGED"),
    ({"aiops:recover": "none"}, "UNMANAGED"),
    ({"aiops:recover": "auto", "aiops:change": ""}, "INTENDED: tagged aiops:change"),
    ({"aiops:recover": "auto", "aws:autoscaling:groupName": "web"}, "INTENDED: tagged aws:autoscaling:groupName"),
    ({"aiops:change": "CHG-1"}, "UNMANAGED"),
]


@pytest.mark.parametrize(("tags", "expected"), TAGS)
def test_the_tags_of_a_resource_decide_whether_it_is_managed(tags: dict[str, str], expected: str) -> None:
    incident = understand(stopping("i-1"))
    arn = incident.resources[0].arn
    found = managed(incident, {arn: tags}, POLICY)
    if isinstance(found, Block):
        assert found.reason == expected.split(":")[0]
        assert f"{arn} {expected}" in found.why
    else:
        assert found.resources[0].autonomy == expected


def test_what_is_not_managed_is_dropped_and_listed_and_the_rest_goes_on() -> None:
    incident = understand(stopping("i-1", "i-2", "i-3"))
    one, two, three = (resource.arn for resource in incident.resources)
    kept = managed(
        incident, {two: {"aiops:recover": "auto"}, three: {"aiops:recover": "auto", "aiops:change": ""}}, POLICY
    )
    assert isinstance(kept, Incident)
    assert [resource.id for resource in kept.resources] == ["i-2"]
    assert {arn: why.split(":")[0] for arn, why in kept.dropped.items()} == {one: "UNMANAGED", three: "INTENDED"}
    assert kept.id == incident.id


FITS: list[tuple[str, str, bool]] = [
    ("abc", "abc", True),
    ("abc", "a*", True),
    ("a/b:c", "a*c", True),
    ("abc", "a?c", False),
    ("a?c", "a?c", True),
    ("abc", "a[b]c", False),
    ("a[b]c", "a[b]c", True),
    ("ABC", "abc", False),
    ("xabc", "abc", False),
]


@pytest.mark.parametrize(("text", "pattern", "does"), FITS)
def test_only_the_asterisk_is_a_wildcard(text: str, pattern: str, does: bool) -> None:
    assert fits(text, ["never", pattern]) == (pattern if does else "")


def test_a_policy_without_the_optional_sections_intends_and_denies_nothing() -> None:
    assert parse({"recover": {}, "review": {"expires_minutes": 5}}) == Policy({}, (), (), (), 300, (), ())
