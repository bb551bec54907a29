"""What is missing for a resource to come back, and what of it is news."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cdk_app import policy_file
from tasks.domain.catalogue import TYPES
from tasks.domain.coverage import MOST, Cover, lacks, marks, message, news
from tasks.domain.payload import Resource
from tasks.domain.planning import Action
from tasks.domain.policy import Policy, Recovery, parse
from tasks.resources import module

ACTIONS = {"restore": Action("none", (), then=("settle",)), "settle": Action("none", ())}
BUCKET = Resource("AWS::S3::Bucket", "abc", "arn:aws:s3:::abc", "auto")
ROW: dict[str, Any] = {"state": {}, "kept": {}}


def policy(autonomy: str = "auto", **more: Any) -> Policy:
    rest: dict[str, Any] = {"denied_actions": (), "denied_resources": ()} | more
    return Policy({"broken": Recovery("restore", autonomy, 0.0)}, (), (), (), 3600, **rest)


def missing(**given: Any) -> tuple[str, ...]:
    some: dict[str, Any] = {"resource": BUCKET, "row": ROW, "policy": policy(), "of_type": (), "keeps": False} | given
    return lacks(some.pop("resource"), some.pop("row"), some.pop("policy"), actions=ACTIONS, **some)


def test_nothing_is_missing_for_a_remembered_resource_that_policy_and_tag_let_be_restored() -> None:
    assert missing() == ()
    assert missing(resource=replace(BUCKET, autonomy="approve"), policy=policy("approve")) == ()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"row": None}, "no good state"),
        ({"keeps": True}, "not in the vault"),
        ({"of_type": ["versioning is off"]}, "versioning is off"),
        ({"resource": replace(BUCKET, autonomy="notify")}, "tagged notify"),
        ({"policy": policy(denied_resources=("arn:aws:s3:::a*",))}, "arn:aws:s3:::a*"),
        ({"policy": policy(denied_actions=("settle",))}, "never lets settle"),
    ],
)
def test_each_thing_that_is_missing_is_said(given: Any, told: str) -> None:
    (what,) = missing(**given)
    assert told in what


def test_a_policy_that_names_no_action_or_only_tells_lets_nothing_be_done() -> None:
    for rules in (replace(policy(), recover={}), policy("notify")):
        assert [what.split()[4] for what in missing(policy=rules)] == ["restore", "settle"]


def test_the_policy_that_is_delivered_uses_every_action_of_every_type() -> None:
    delivered = parse(policy_file.read(Path(policy_file.ROOT / "policy.yaml")))
    for one in TYPES:
        of_type = Resource(one, "x", "arn:x", "auto")
        assert lacks(of_type, ROW, delivered, actions=module(one).ACTIONS, of_type=(), keeps=False) == (), one


def cover(*missing: str, name: str = "abc") -> Cover:
    return Cover(name, "AWS::S3::Bucket", "auto", f"arn:aws:s3:::{name}", missing)


def test_news_is_what_was_not_told_before() -> None:
    known = marks([cover("one thing")])
    assert news([cover(), cover("one thing")], known) == []
    assert news([cover("one thing", "another")], known) == [cover("one thing", "another")]
    assert news([cover("one thing", name="other")], known) == [cover("one thing", name="other")]


def test_the_message_names_so_many_harms_nobody_and_fits_a_subject() -> None:
    hostile = "<b>\u00fc*" * 40
    told = message([cover(hostile, name=f"{number}{hostile}") for number in range(MOST + 3)])
    assert len(told.subject) <= 100
    assert told.subject.isascii()
    assert "and 3 more" in told.body
    assert "<" not in told.body + told.subject
