"""The rules' patterns deliver exactly the events that can matter."""

import json
from typing import Any

import pytest
from events_made import PAIRS, ROLE, called
from published import EVENTS, Json, call, overwriting, sample

from tasks.domain.events import SOURCES, creation_pattern, fault_pattern, kind_of, matches
from tasks.domain.watched import WATCHED

# Calls that read, calls of every day, and services that no rule listens to: understood from a file alone.
UNDELIVERED = (
    *("GetPasswordData", "DescribeInstanceAttribute"),
    *("AddPermission", "DeleteLogGroup", "ModifyDBClusterParameterGroup", "ModifySubnetAttribute", "UpdateProject"),
    *("DeleteProtection", "PutStage", "SetUserPoolMfaConfig", "UpdateDomainConfig"),
)
FAULTS = {
    "cloudwatch_alarm_state_change",
    "ec2_instance_state_change",
    "cloudtrail_StopInstances",
    "cloudtrail_AuthorizeSecurityGroupIngress",
    "cloudtrail_TerminateInstances",
    "cloudtrail_PutParameter",
    "cloudtrail_DeleteParameter",
    "cloudtrail_DeleteParameters",
    "cloudtrail_DeleteBucketPublicAccessBlock",
    "cloudtrail_PutBucketPublicAccessBlock",
    "cloudtrail_PutBucketPolicy",
    "cloudtrail_DeleteBucketPolicy",
    "cloudtrail_PutBucketAcl",
    "cloudtrail_PutBucketVersioning",
    "cloudtrail_PutBucketEncryption",
    "cloudtrail_DeleteBucketEncryption",
    "cloudtrail_PutBucketLifecycle",
    "cloudtrail_DeleteBucketLifecycle",
    "cloudtrail_PutBucketLogging",
    "cloudtrail_DeleteBucket",
    "cloudtrail_PutBucketAcl_grants",
    "cloudtrail_UpdateFunctionCode20150331v2",
    "cloudtrail_UpdateFunctionConfiguration20150331v2",
    "cloudtrail_UpdateAlias20150331",
    "cloudtrail_AddPermission20150331v2",
    "cloudtrail_PutFunctionConcurrency20171031",
    "cloudtrail_DeleteFunction20150331",
    "cloudtrail_DeleteTable",
    "cloudtrail_UpdateTable",
    "cloudtrail_UpdateContinuousBackups",
    "rds_db_instance_event",
    "cloudtrail_StopDBInstance",
    "cloudtrail_ModifyDBInstance",
    "cloudtrail_DeleteDBInstance",
    "cloudtrail_StopLogging",
    "cloudtrail_PutEventSelectors",
    "cloudtrail_UpdateTrail",
    "cloudtrail_DeleteTrail",
    "cloudtrail_PutRule",
    "cloudtrail_DisableRule",
    "cloudtrail_DeleteRule",
    "cloudtrail_PutTargets",
    "cloudtrail_RemoveTargets",
}
CREATIONS = {
    "cloudtrail_RunInstances",
    "cloudtrail_CreateDBInstance",
    "cloudtrail_AddTags",
    "cloudtrail_StartLogging",
    "cloudtrail_CreateTags",
    "cloudtrail_AddTagsToResource",
    "cloudtrail_CreateBucket",
    "cloudtrail_PutBucketTagging",
    "cloudtrail_CreateTable",
    "cloudtrail_TagResource",
    "cloudtrail_CreateFunction20150331",
    "cloudtrail_TagResource20170331v2",
    "cloudtrail_TagResource_rule",
}
ALL = sorted(file.stem for file in EVENTS.glob("*.json") if file.stem != "actors")
DRIFT = {**sample("ec2_instance_state_change"), "source": "aiops", "detail-type": "Drift"}


def delivered(event: Json) -> bool:
    return any(matches(fault_pattern(source), event) for source in SOURCES)


def remembered(event: Json) -> bool:
    patterns = [creation_pattern(source) for source in SOURCES]
    return any(pattern is not None and matches(pattern, event) for pattern in patterns)


@pytest.mark.parametrize("name", ALL)
def test_of_the_published_events_only_faults_start_the_workflow(name: str) -> None:
    assert delivered(sample(name)) == (name in FAULTS)


@pytest.mark.parametrize("name", ALL)
def test_of_the_published_events_only_creations_are_remembered(name: str) -> None:
    assert remembered(sample(name)) == (name in CREATIONS)


def test_a_drift_starts_the_workflow() -> None:
    assert delivered(DRIFT)


@pytest.mark.parametrize("name", sorted(name for name in FAULTS if name.startswith("cloudtrail")))
def test_a_refused_call_is_not_delivered(name: str) -> None:
    assert not delivered(sample(name, {"detail.errorCode": "AccessDenied"}))


@pytest.mark.parametrize("name", sorted(CREATIONS))
def test_a_refused_creation_is_not_delivered(name: str) -> None:
    assert not remembered(sample(name, {"detail.errorCode": "AccessDenied"}))


CASES: list[tuple[Json, bool, bool]] = [  # event, is a fault, is a creation
    (overwriting("/a", 2), True, False),
    (overwriting("/a", 1), True, True),
    (overwriting("/a", 1, **{"requestParameters.overwrite": False}), False, True),
    (call("PutParameter", {"requestParameters": {"name": "/a"}, "responseElements": {"version": 1}}), False, True),
    (call("PutParameter", {"requestParameters": None}), False, False),
    (sample("ec2_instance_state_change", {"detail.state": "running"}), False, False),
    (sample("ec2_instance_state_change", {"detail.state": "stopping"}), False, False),
    (sample("ec2_instance_state_change", {"source": "custom"}), False, False),
    (sample("cloudtrail_StopInstances", {"source": "aws.s3"}), False, False),
    (sample("cloudtrail_StopInstances", {"detail-type": "AWS Console Sign In via CloudTrail"}), False, False),
    (call("StopInstances", {"errorCode": None}), False, False),
]


@pytest.mark.parametrize(("event", "fault", "creation"), CASES)
def test_what_is_delivered_depends_on_the_values(event: Json, fault: bool, creation: bool) -> None:
    assert (delivered(event), remembered(event)) == (fault, creation)


VALUES: list[tuple[Any, Any, bool]] = [  # wanted, value, does it match
    ([True], True, True),
    ([True], 1, False),
    ([1], True, False),
    ([1], 1, True),
    ([False], 0, False),
    (["a", "b"], "b", True),
    (["a"], "A", False),
    ([{"exists": False}], None, False),
    ([{"exists": True}], None, True),
    ([{"exists": True}], {"leaf": "no"}, False),
    ([{"prefix": "public-"}], "public-read", True),
    ([{"prefix": "public-"}], "private", False),
    ([{"prefix": "1"}], 1, False),
    ([{"suffix": "Access"}], "ReadOnlyAccess", True),
    ([{"wildcard": "a*c"}], "abc", True),
    ([{"wildcard": "a*c"}], "abcd", False),
    ([{"anything-but": {"suffix": ".com"}}], "123", True),
    ([{"anything-but": {"suffix": ".com"}}], "a.com", False),
    (["a"], ["b", "a"], True),
    ({"leaf": ["a"]}, [{"leaf": "b"}, {"leaf": "a"}], True),
]


@pytest.mark.parametrize(("wanted", "value", "does"), VALUES)
def test_a_literal_matches_as_eventbridge_compares(wanted: Any, value: Any, does: bool) -> None:
    """EventBridge compares JSON values: true is not 1."""
    assert matches({"detail": {"key": wanted}}, {"detail": {"key": value}}) == does


def test_each_delivered_event_is_known_by_its_kind() -> None:
    assert all(kind_of(sample(name)) for name in FAULTS)


def watched(event: Json) -> bool:
    return any(matches(pattern, event) for pattern in WATCHED.values())


@pytest.mark.parametrize("event", [harm for _, harm, _ in PAIRS if harm["detail"]["eventName"] not in UNDELIVERED])
def test_what_may_be_an_attack_is_delivered(event: Json) -> None:
    assert watched(event) or delivered(event)


@pytest.mark.parametrize("event", [harm for _, harm, _ in PAIRS if harm["detail"]["eventName"] != "ConsoleLogin"])
def test_a_refused_attack_is_not_delivered(event: Json) -> None:
    assert not watched({**event, "detail": {**event["detail"], "errorCode": "AccessDenied"}})


ROUTINE = [
    called("lambda", "AddPermission20150331v2", {"functionName": "f", "principal": "s3.amazonaws.com"}),
    called("ec2", "RunInstances", {"instanceType": "t3.micro"}),
    called("ec2", "ModifyInstanceAttribute", {"instanceId": "i-1", "instanceType": {"value": "t3.small"}}),
    called("ssm", "SendCommand", {"documentName": "AWS-GatherSoftwareInventory"}),
    called("iam", "AttachRolePolicy", {"policyArn": "arn:aws:iam::123456789012:policy/Own"}),
    called("iam", "CreateRole", {"assumeRolePolicyDocument": '{"Principal": {"Service": "ec2.amazonaws.com"}}'}),
    called("s3", "PutObject", {"bucketName": "b", "key": "k"}),
    called("s3", "CopyObject", {"bucketName": "b", "x-amz-server-side-encryption-aws-kms-key-id": "alias/own"}),
    called("signin", "ConsoleLogin", by=ROLE, additionalEventData={"MFAUsed": "No"}),
    called("logs", "CreateLogStream", {"logGroupName": "g"}),
]


@pytest.mark.parametrize("event", ROUTINE)
def test_a_call_of_every_day_starts_nothing(event: Json) -> None:
    assert not watched(event)
    assert not delivered(event)


@pytest.mark.parametrize("theme", WATCHED)
def test_a_pattern_is_within_eventbridges_limit(theme: str) -> None:
    """docs.aws.amazon.com/eventbridge, "Amazon EventBridge quotas": 2,048 characters."""
    assert len(json.dumps(WATCHED[theme], separators=(",", ":"))) <= 2_048


@pytest.mark.parametrize("source", SOURCES)
def test_the_pattern_of_a_source_is_within_eventbridges_limit(source: str) -> None:
    assert len(json.dumps(fault_pattern(source), separators=(",", ":"))) <= 2_048


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_no_event_of_the_catalogue_is_delivered_twice(name: str) -> None:
    assert not watched(sample(name))
