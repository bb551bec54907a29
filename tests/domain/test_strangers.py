"""What nobody tagged: attacks on it are noticed, and told if the policy says so."""

from dataclasses import replace

import pytest
from events_made import PAIRS, STACK, called, reported
from published import Json, overwriting, stopping
from test_guarding import POLICY, refusal

from tasks.domain.guards import Block, managed
from tasks.domain.incident import understand
from tasks.domain.strangers import noticed, told

SHARING = PAIRS[0][1]


def heard(event: Json, tell_from: str) -> bool:
    """Whether people hear of an event about something without a tag."""
    incident = understand(event)
    block = refusal(incident) or managed(incident, {}, POLICY)
    assert isinstance(block, Block)
    verdict = noticed(incident, block)
    return verdict is not None and told(verdict, replace(POLICY, tell_from=tell_from))


@pytest.mark.parametrize(
    ("tell_from", "is_told"), [("low", True), ("high", True), ("critical", False), ("never", False)]
)
def test_an_attack_is_told_from_the_policys_severity_on(tell_from: str, is_told: bool) -> None:
    assert heard(SHARING, tell_from) == is_told


def test_an_attack_on_a_known_type_is_told_as_well() -> None:
    assert heard(called("rds", "ModifyDBInstance", {"dBInstanceIdentifier": "db", "publiclyAccessible": True}), "high")


QUIET = [
    stopping("i-1"),
    overwriting("/a", 2),
    reported("codebuild", "CodeBuild Build State Change", **{"build-status": "FAILED"}),
    called("ec2", "ModifySnapshotAttribute", SHARING["detail"]["requestParameters"], by=STACK),
    {**SHARING, "detail": {**SHARING["detail"], "errorCode": "AccessDenied"}},
]


@pytest.mark.parametrize("event", QUIET)
def test_what_its_owner_may_do_to_it_is_not_told(event: Json) -> None:
    assert not heard(event, "low")


def test_of_what_a_policys_role_does_nothing_is_told() -> None:
    role = {
        "type": "AssumedRole",
        "arn": "arn:aws:sts::123456789012:assumed-role/deployer/x",
        "sessionContext": {"sessionIssuer": {"arn": "arn:aws:iam::123456789012:role/team/deployer"}},
    }
    assert not heard(called("ec2", "ModifySnapshotAttribute", SHARING["detail"]["requestParameters"], by=role), "low")
