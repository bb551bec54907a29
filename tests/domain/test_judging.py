"""What the rules make of an event."""

from typing import Any

import pytest
from published import ACCOUNT, REGION, Json, actors, call, on_bucket, overwriting, sample, stopping

from tasks.domain.events import FAULTS
from tasks.domain.incident import understand
from tasks.domain.knowledge import eventbridge, lambda_, s3
from tasks.domain.knowledge.cloudtrail import DELETED as TRAIL_DELETED
from tasks.domain.knowledge.cloudtrail import EVENTS_DESELECTED, LOGGING_STOPPED, SETTINGS_WEAKENED
from tasks.domain.knowledge.dynamodb import DELETED, PROTECTION_OFF, RECOVERY_OFF, THROUGHPUT_CUT
from tasks.domain.knowledge.ec2 import GROUP_OPENED, STOPPED, TERMINATED
from tasks.domain.knowledge.rds import DELETED as DB_DELETED
from tasks.domain.knowledge.rds import STOPPED as DB_STOPPED
from tasks.domain.knowledge.rds import WEAKENED as DB_WEAKENED
from tasks.domain.knowledge.s3 import BLOCK_REMOVED, POLICY_CHANGED, POLICY_PUBLIC
from tasks.domain.knowledge.ssm import DELETED as PARAMETER_DELETED
from tasks.domain.knowledge.ssm import OVERWRITTEN
from tasks.domain.payload import SEVERITIES
from tasks.domain.rules import MEASURED as MEASURED_EVENTS
from tasks.domain.rules import RULES, judge

OFF = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": False,
    "BlockPublicPolicy": "true",
    "RestrictPublicBuckets": "false",
}
ON = dict.fromkeys(OFF, True)
CONFIGURATION = "requestParameters.PublicAccessBlockConfiguration"


WORLD = "http://acs.amazonaws.com/groups/global/AllUsers"


def encrypting(algorithm: str, key: str = "") -> Json:
    """PutBucketEncryption with this default."""
    default = {"SSEAlgorithm": algorithm} | ({"KMSMasterKeyID": key} if key else {})
    rule = {"ApplyServerSideEncryptionByDefault": default}
    return call("PutBucketEncryption", {"requestParameters.ServerSideEncryptionConfiguration": {"Rule": rule}})


def expiring(rule: Json) -> Json:
    """PutBucketLifecycle with two rules, the first of which is given."""
    rules = [{"Status": "Enabled", **rule}, {"Status": "Enabled", "Expiration": {"Days": "365"}}]
    return call("PutBucketLifecycle", {"requestParameters.LifecycleConfiguration": {"Rule": rules}})


def throughput(read: int, write: int) -> Json:
    return {"readCapacityUnits": read, "writeCapacityUnits": write}


def updating(now: Json, before: Json | None, **more: Any) -> Json:
    """UpdateTable to a throughput, from the one that the answer tells."""
    answer = {"tableDescription": {"provisionedThroughput": before}} if before else None
    asked = {"tableName": "t", "provisionedThroughput": now, **more}
    return call("UpdateTable", {"requestParameters": asked, "responseElements": answer})


def policy(**statement: Any) -> Json:
    return {"Statement": [{"Sid": "Read", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", **statement}]}


def drift(issue: str) -> Json:
    detail = {"resource": {"type": "AWS::S3::Bucket", "id": "abc"}, "issue": issue, "difference": "this and that"}
    return {**sample("ec2_instance_state_change"), "source": "aiops", "detail-type": "Drift", "detail": detail}


def modifying(**given: Any) -> Json:
    """ModifyDBInstance with these settings."""
    return call("ModifyDBInstance", {"requestParameters": {"dBInstanceIdentifier": "db", **given}})


def deleting(**given: Any) -> Json:
    """DeleteDBInstance with these parameters beside the name; without any, with none at all."""
    return call("DeleteDBInstance", {"requestParameters": {"dBInstanceIdentifier": "db", **given} if given else None})


def selecting(**given: Any) -> Json:
    """PutEventSelectors of these selectors."""
    asked = {name[0].lower() + name[1:]: value for name, value in given.items()}
    return call("PutEventSelectors", {"requestParameters": {"trailName": "eyes", **asked}})


def updating_trail(**given: Any) -> Json:
    """UpdateTrail with these settings."""
    return call("UpdateTrail", {"requestParameters": {"name": "eyes", **given}})


def fields(**wanted: str) -> Json:
    """An advanced selector of one value each."""
    return {"fieldSelectors": [{"field": field, "equals": [value]} for field, value in wanted.items()]}


SWEPT = sorted({rule.issue for rule in RULES if "Drift" in rule.events})
MEASURED = sorted({rule.issue for rule in RULES if MEASURED_EVENTS.intersection(rule.events)})
DATA_ONLY = fields(eventCategory="Data")
HARMFUL: list[tuple[Json, str, str, str]] = [
    (sample("ec2_instance_state_change"), STOPPED, "FAILURE", "is stopped"),
    (stopping("i-1"), STOPPED, "FAILURE", "StopInstances was called, by arn:aws:iam::123456789012:user/ExampleUser"),
    (call("TerminateInstances"), TERMINATED, "FAILURE", "TerminateInstances was called"),
    (overwriting("/a", 7), OVERWRITTEN, "TAMPERING", "overwritten (version 7)"),
    (call("PutParameter", {"responseElements": None}), OVERWRITTEN, "TAMPERING", "was overwritten"),
    (call("DeleteBucketPublicAccessBlock"), BLOCK_REMOVED, "TAMPERING", "block was deleted"),
    (
        on_bucket("PutBucketPublicAccessBlock", "abc", **{CONFIGURATION: OFF}),
        BLOCK_REMOVED,
        "TAMPERING",
        "off: IgnorePublicAcls, RestrictPublicBuckets,",
    ),
    (call("PutBucketPublicAccessBlock", {CONFIGURATION: None}), BLOCK_REMOVED, "TAMPERING", "off: BlockPublicAcls"),
    (call("PutBucketPolicy"), POLICY_PUBLIC, "TAMPERING", "statement ExamplePublicRead"),
    (
        call("PutBucketPolicy", {"requestParameters.bucketPolicy": policy(Principal={"AWS": ["a", "*"]})}),
        POLICY_PUBLIC,
        "TAMPERING",
        "statement Read",
    ),
    (call("AuthorizeSecurityGroupIngress"), GROUP_OPENED, "TAMPERING", "tcp 22-22 from 0.0.0.0/0"),
    (call("DeleteBucketPolicy"), POLICY_CHANGED, "TAMPERING", "policy was deleted"),
    (call("PutBucketAcl"), s3.ACL_PUBLIC, "TAMPERING", "(public-read)"),
    (call("PutBucketAcl", {"requestParameters.x-amz-acl": ["authenticated-read"]}), s3.ACL_PUBLIC, "TAMPERING", "ACL"),
    (call("PutBucketAcl_grants"), s3.ACL_PUBLIC, "TAMPERING", "(READ)"),
    (
        call("PutBucketAcl", {"requestParameters": {"bucketName": "abc", "x-amz-grant-read": f'uri="{WORLD}"'}}),
        s3.ACL_PUBLIC,
        "TAMPERING",
        "x-amz-grant-read",
    ),
    (call("PutBucketVersioning"), s3.VERSIONING_SUSPENDED, "TAMPERING", "versioning was suspended"),
    (encrypting("AES256"), s3.ENCRYPTION_CHANGED, "TAMPERING", "S3's own keys"),
    (
        encrypting("aws:kms", f"arn:aws:kms:{REGION}:111122223333:key/abc"),
        s3.ENCRYPTION_CHANGED,
        "TAMPERING",
        "a key of account 111122223333",
    ),
    (call("DeleteBucketEncryption"), s3.ENCRYPTION_CHANGED, "TAMPERING", "encryption was removed"),
    (call("PutBucketLifecycle"), s3.LIFECYCLE_DELETES, "TAMPERING", "rule ExampleRule"),
    (expiring({"NoncurrentVersionExpiration": {"NoncurrentDays": 1}}), s3.LIFECYCLE_DELETES, "TAMPERING", "number 1"),
    (expiring({"Expiration": {"Date": "2026-03-01"}}), s3.LIFECYCLE_DELETES, "TAMPERING", "number 1"),
    (call("DeleteBucketLifecycle"), s3.LIFECYCLE_REMOVED, "TAMPERING", "nothing expires"),
    (call("PutBucketLogging"), s3.LOGGING_OFF, "TAMPERING", "logging was switched off"),
    (call("DeleteBucket"), s3.DELETED, "FAILURE", "its objects are gone"),
    (call("UpdateFunctionCode20150331v2"), lambda_.CODE_CHANGED, "TAMPERING", "code was replaced"),
    (call("UpdateFunctionConfiguration20150331v2"), lambda_.CONFIGURATION_CHANGED, "TAMPERING", "layers, environment"),
    (call("UpdateAlias20150331"), lambda_.ALIAS_MOVED, "TAMPERING", "alias live was moved to version 2"),
    (call("AddPermission20150331v2"), lambda_.OPENED, "TAMPERING", "statement ExampleStatement"),
    (
        call("AddPermission20150331v2", {"requestParameters.qualifier": "live"}),
        lambda_.ALIAS_OPENED,
        "TAMPERING",
        "alias or version live",
    ),
    (call("PutFunctionConcurrency20171031"), lambda_.THROTTLED, "FAILURE", "every call is refused"),
    (call("DeleteFunction20150331"), lambda_.DELETED, "FAILURE", "its versions are gone"),
    (call("DeleteParameter"), PARAMETER_DELETED, "FAILURE", "starts again at version 1"),
    (call("DeleteParameters"), PARAMETER_DELETED, "FAILURE", "labels are gone"),
    (call("DeleteTable"), DELETED, "FAILURE", "table was deleted"),
    (
        call("UpdateTable", {"requestParameters": {"tableName": "t", "deletionProtectionEnabled": False}}),
        PROTECTION_OFF,
        "TAMPERING",
        "protection was switched off",
    ),
    (call("UpdateContinuousBackups"), RECOVERY_OFF, "TAMPERING", "recovery was switched off"),
    (
        updating(throughput(20, 1), throughput(10, 10)),
        THROUGHPUT_CUT,
        "TAMPERING",
        "throughput was cut: writeCapacityUnits 10 -> 1",
    ),
    (
        updating(throughput(1, 1), throughput(0, 0), billingMode="PROVISIONED"),
        THROUGHPUT_CUT,
        "TAMPERING",
        "limited to 1 and 1",
    ),
    (updating(throughput(1, 1), None), THROUGHPUT_CUT, "TAMPERING", "limited to 1 and 1"),
    (sample("rds_db_instance_event"), DB_STOPPED, "FAILURE", "the database was stopped"),
    (call("StopDBInstance"), DB_STOPPED, "FAILURE", "StopDBInstance was called"),
    (call("ModifyDBInstance"), DB_WEAKENED, "TAMPERING", "made publicly accessible"),
    (
        modifying(deletionProtection=False, backupRetentionPeriod=0),
        DB_WEAKENED,
        "TAMPERING",
        "deletion protection switched off, automated backups switched off and deleted",
    ),
    (call("DeleteDBInstance"), DB_DELETED, "FAILURE", "nothing is left to restore it from"),
    (
        deleting(skipFinalSnapshot=False, finalDBSnapshotIdentifier="last"),
        DB_DELETED,
        "FAILURE",
        "its final snapshot last is left",
    ),
    (deleting(skipFinalSnapshot=True, deleteAutomatedBackups=False), DB_DELETED, "FAILURE", "backups are left"),
    (call("StopLogging"), LOGGING_STOPPED, "TAMPERING", "was stopped"),
    (call("DisableRule"), eventbridge.DISABLED, "TAMPERING", "was switched off"),
    (call("PutRule", {"requestParameters.state": "DISABLED"}), eventbridge.DISABLED, "TAMPERING", "was switched off"),
    (call("PutRule"), eventbridge.CHANGED, "TAMPERING", "was written anew"),
    (call("PutTargets"), eventbridge.TARGETS_CHANGED, "TAMPERING", "targets were changed"),
    (call("RemoveTargets"), eventbridge.TARGETS_CHANGED, "TAMPERING", "targets were changed"),
    (call("DeleteRule"), eventbridge.DELETED, "TAMPERING", "was deleted"),
    (call("DeleteTrail"), TRAIL_DELETED, "TAMPERING", "was deleted"),
    (call("PutEventSelectors"), EVENTS_DESELECTED, "TAMPERING", "no longer logged"),
    (selecting(EventSelectors=[{"readWriteType": "ReadOnly"}]), EVENTS_DESELECTED, "TAMPERING", "no longer logged"),
    (selecting(AdvancedEventSelectors=[DATA_ONLY]), EVENTS_DESELECTED, "TAMPERING", "no longer logged"),
    (
        selecting(AdvancedEventSelectors=["?", {"fieldSelectors": "?"}]),
        EVENTS_DESELECTED,
        "TAMPERING",
        "no longer logged",
    ),
    (call("UpdateTrail"), SETTINGS_WEAKENED, "TAMPERING", "off: log file validation"),
    (
        updating_trail(includeGlobalServiceEvents=False, isMultiRegionTrail=False),
        SETTINGS_WEAKENED,
        "TAMPERING",
        "off: events of global services, events of other regions",
    ),
    (updating_trail(s3BucketName="elsewhere"), SETTINGS_WEAKENED, "TAMPERING", "go to the bucket elsewhere"),
    *((drift(issue), issue, "", "this and that") for issue in SWEPT),
]
VERSION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f:3"
HARMLESS: list[Json] = [
    call("UpdateFunctionCode20150331v2", {"requestParameters.dryRun": True}),
    call("UpdateFunctionConfiguration20150331v2", {"requestParameters": {"functionName": "f", "description": "x"}}),
    call("UpdateAlias20150331", {"requestParameters": {"functionName": "f", "name": "live", "description": "x"}}),
    call(
        "AddPermission20150331v2",
        {
            "requestParameters.principal": "s3.amazonaws.com",
            "responseElements.statement": '{"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}}',
        },
    ),
    call("PutFunctionConcurrency20171031", {"requestParameters.reservedConcurrentExecutions": 5}),
    call("DeleteFunction20150331", {"requestParameters.qualifier": "3"}),
    call("DeleteFunction20150331", {"requestParameters.functionName": VERSION}),
    sample("ec2_instance_state_change", {"detail.state": "running"}),
    sample("ec2_instance_state_change", {"detail.state": "pending"}),
    overwriting("/a", 1),
    overwriting("/a", 2, **{"requestParameters.overwrite": False}),
    call("PutBucketPublicAccessBlock", {CONFIGURATION: ON}),
    call("PutBucketPolicy", {"requestParameters.bucketPolicy": policy(Effect="Deny")}),
    call(
        "PutBucketPolicy", {"requestParameters.bucketPolicy": policy(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"})}
    ),
    call("PutBucketPolicy", {"requestParameters.bucketPolicy": "rubbish"}),
    call("PutBucketPolicy", {"requestParameters": None}),
    call("DeleteBucketPolicy", {"requestParameters": None}),
    call("TerminateInstances", {"requestParameters": None}),
    call("AuthorizeSecurityGroupIngress", {"requestParameters.cidrIp": "203.0.113.0/24"}),
    call("AuthorizeSecurityGroupIngress", {"requestParameters": None}),
    selecting(EventSelectors=[{"readWriteType": "WriteOnly", "includeManagementEvents": True}]),
    selecting(EventSelectors=[{"readWriteType": "ReadOnly"}, {"readWriteType": "All"}]),
    selecting(AdvancedEventSelectors=[DATA_ONLY, fields(eventCategory="Management", readOnly="false")]),
    selecting(),
    updating_trail(enableLogFileValidation=True, kmsKeyId=""),
    call("StopLogging", {"requestParameters": None}),
    call("DisableRule", {"requestParameters.eventBusName": "orders"}),
    call("RemoveTargets", {"requestParameters.eventBusName": "orders"}),
    modifying(deletionProtection=True, backupRetentionPeriod=14, publiclyAccessible=False),
    modifying(allocatedStorage=40),
    deleting(),
    sample("rds_db_instance_event", {"detail.EventID": "RDS-EVENT-0088"}),
    drift("no issue of ours"),
    call("PutBucketAcl", {"requestParameters.x-amz-acl": "private"}),
    call("PutBucketAcl", {"requestParameters": {"bucketName": "abc", "AccessControlPolicy": "rubbish"}}),
    call("PutBucketVersioning", {"requestParameters.VersioningConfiguration": {"Status": "Enabled"}}),
    call("PutBucketEncryption"),
    encrypting("aws:kms", "alias/own"),
    expiring({"Expiration": {"Days": 30}}),
    expiring({"Expiration": {"Days": 1}, "Status": "Disabled"}),
    expiring({"Transition": {"Days": 1, "StorageClass": "GLACIER"}}),
    call("PutBucketLogging", {"requestParameters.BucketLoggingStatus": {"LoggingEnabled": {"TargetBucket": "logs"}}}),
    call("UpdateTable"),
    updating(throughput(10, 10), throughput(10, 10)),
    updating(throughput(100, 100), throughput(0, 0), billingMode="PROVISIONED"),
    call("UpdateTable", {"requestParameters": {"tableName": "t", "billingMode": "PAY_PER_REQUEST"}}),
    call("UpdateTable", {"requestParameters": {"tableName": "t", "deletionProtectionEnabled": True}}),
    call("UpdateTable", {"requestParameters": {"tableName": "t", "provisionedThroughput": "rubbish"}}),
    call(
        "UpdateContinuousBackups",
        {"requestParameters.pointInTimeRecoverySpecification": {"pointInTimeRecoveryEnabled": True}},
    ),
]


@pytest.mark.parametrize(("event", "issue", "classification", "reason"), HARMFUL)
def test_harm_is_classified_with_its_reason(event: Json, issue: str, classification: str, reason: str) -> None:
    verdict = judge(understand(event))
    assert verdict.issue == issue
    assert verdict.classification == (classification or verdict.classification) != "NORMAL"
    assert reason in verdict.reason
    assert verdict.root_cause


@pytest.mark.parametrize("event", HARMLESS)
def test_a_harmless_call_of_the_same_name_is_normal(event: Json) -> None:
    verdict = judge(understand(event))
    assert (verdict.classification, verdict.severity, verdict.issue) == ("NORMAL", "low", "none")
    assert "no rule sees harm" in verdict.reason


@pytest.mark.parametrize("event", [event for event, *_ in HARMFUL if "eventName" in event["detail"]])
def test_a_refused_call_is_normal(event: Json) -> None:
    refused = {**event, "detail": {**event["detail"], "errorCode": "Client.DryRunOperation"}}
    verdict = judge(understand(refused))
    assert verdict.classification == "NORMAL"
    assert "refused (Client.DryRunOperation)" in verdict.reason


def test_a_public_statement_cannot_hide_behind_many_harmless_ones() -> None:
    """A policy may have 20 KB."""
    (opening,) = policy(Sid="Opening")["Statement"]
    many = [{"Sid": f"No{number}", "Effect": "Deny", "Principal": "*", "Action": "s3:*"} for number in range(250)]
    event = call("PutBucketPolicy", {"requestParameters.bucketPolicy": {"Statement": [*many, opening]}})
    assert "statement Opening" in judge(understand(event)).reason


@pytest.mark.parametrize("name", actors())
def test_the_reason_names_whoever_did_it(name: str) -> None:
    identity = actors()[name]
    told = identity.get("arn") or identity.get("invokedBy") or {"AWSAccount": "account"}.get(name, "person")
    assert judge(understand(call("StopInstances", {"userIdentity": identity}))).reason.endswith(f"by {told}")


def test_the_first_rule_that_holds_decides() -> None:
    """Opening a bucket's policy is worse than changing it."""
    assert judge(understand(call("PutBucketPolicy"))).severity == "critical"


def test_every_rule_is_about_an_event_of_the_table() -> None:
    known = {kind.name for kind in FAULTS}
    assert {name for rule in RULES for name in rule.events} == known
    assert all(rule.severity in SEVERITIES and 0 <= rule.certainty <= 1 for rule in RULES)


@pytest.mark.parametrize("issue", MEASURED)
def test_a_finding_of_the_sweep_is_never_of_what_only_a_measurement_tells(issue: str) -> None:
    """Whoever may put events on the bus could else have a healthy host's service restarted."""
    assert judge(understand(drift(issue))).classification == "NORMAL"
