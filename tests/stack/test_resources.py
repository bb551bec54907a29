"""Tables, topic, trail, machine and alarms."""

import json

import pytest
from stack_template import ROOT, Json, Template

KEYS = {
    "aiops-incidents": {
        "": ("incident_id",),
        "resource-type-index": ("resource_type", "timestamp"),
        "resource-timestamp-index": ("resource_id", "timestamp"),
        "workflow-state-index": ("workflow_state", "timestamp"),
    },
    "aiops-patterns": {"": ("pattern_id",), "resource-pattern-index": ("resource_id", "pattern_id")},
    "aiops-claims": {"": ("pk",)},
    "aiops-snapshots": {"": ("resource_arn",)},
}


VAULT = "aiops-snapshots-<AWS::AccountId>-<AWS::Region>"


def keys(schema: list[Json]) -> tuple[str, ...]:
    return tuple(one["AttributeName"] for one in sorted(schema, key=lambda one: str(one["KeyType"])))


@pytest.mark.parametrize("name", KEYS)
def test_a_table_has_its_keys_and_indexes_and_can_be_restored(template: Template, name: str) -> None:
    table = template.named("AWS::DynamoDB::Table", name)
    found = {"": keys(table["KeySchema"])}
    found |= {one["IndexName"]: keys(one["KeySchema"]) for one in table.get("GlobalSecondaryIndexes", [])}
    assert found == KEYS[name]
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["BillingMode"] == "PAY_PER_REQUEST"


def test_no_index_holds_whole_items(template: Template) -> None:
    """An incident is written again and again, and what an index holds of it is paid for each time."""
    tables = template.of_type("AWS::DynamoDB::Table")
    indexes = {one["IndexName"]: one["Projection"] for each in tables for one in each.get("GlobalSecondaryIndexes", [])}
    assert {one["ProjectionType"] for one in indexes.values()} == {"INCLUDE"}
    held = {attribute for one in indexes.values() for attribute in one["NonKeyAttributes"]}
    assert not held & {"incident", "analysis", "plan", "recovery", "evidence", "state"}


def test_what_is_not_for_ever_expires(template: Template) -> None:
    expiring = {
        one["TableName"]: one["TimeToLiveSpecification"]["AttributeName"]
        for one in template.of_type("AWS::DynamoDB::Table")
        if "TimeToLiveSpecification" in one
    }
    assert expiring == dict.fromkeys(("aiops-incidents", "aiops-claims", "aiops-patterns"), "expires_at")


def test_tables_outlive_the_stack_unless_the_context_says_otherwise(template: Template, variant: Template) -> None:
    for stack, policy in ((template, "Retain"), (variant, "Delete")):
        tables = [one for one in stack.resources.values() if one["Type"] == "AWS::DynamoDB::Table"]
        vault = [one for name, one in stack.resources.items() if name.startswith("Vault") and "DeletionPolicy" in one]
        assert {one["DeletionPolicy"] for one in tables + vault} == {policy}


def test_the_vault_is_closed_encrypted_under_its_own_key_and_loses_nothing_current(template: Template) -> None:
    bucket = template.named("AWS::S3::Bucket", VAULT)
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    (encryption,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert encryption["BucketKeyEnabled"] is True
    assert encryption["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    (key,) = [one for one in template.of_type("AWS::KMS::Key") if "restored" in one["Description"]]
    assert key["EnableKeyRotation"] is True
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    (rule,) = bucket["LifecycleConfiguration"]["Rules"]
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 30}
    assert "ExpirationInDays" not in rule
    (policy,) = [one for one in template.of_type("AWS::S3::BucketPolicy") if one["Bucket"] == VAULT]
    denied = [one for one in policy["PolicyDocument"]["Statement"] if one["Effect"] == "Deny"]
    assert denied[0]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_the_machine_is_the_file_logged_in_full_and_traced(template: Template) -> None:
    machine = template.named("AWS::StepFunctions::StateMachine", "aiops")
    definition = json.loads((ROOT / "statemachine" / "aiops.asl.json").read_text())
    assert json.loads(machine["DefinitionString"]) == definition
    assert machine["LoggingConfiguration"]["Level"] == "ALL"
    assert machine["LoggingConfiguration"]["IncludeExecutionData"] is True
    assert machine["TracingConfiguration"] == {"Enabled": True}
    assert machine.get("StateMachineType", "STANDARD") == "STANDARD"
    for name, target in machine["DefinitionSubstitutions"].items():
        assert target == f"arn of aiops-{name.removesuffix('Arn')}"


def test_nothing_acts_while_nobody_said_so_and_the_switch_knows_on_and_off_only(template: Template) -> None:
    switch = template.named("AWS::SSM::Parameter", "/aiops/kill-switch")
    assert (switch["Value"], switch["AllowedPattern"]) == ("off", "^(on|off)$")


def test_the_agents_own_parts_are_opted_in_and_its_switch_is_only_told_of(template: Template) -> None:
    for kind in ("AWS::Events::Rule", "AWS::Lambda::Function", "AWS::DynamoDB::Table", "AWS::CloudTrail::Trail"):
        for one in template.of_type(kind):
            assert {"Key": "aiops:recover", "Value": "auto"} in one["Tags"], kind
    switch = template.named("AWS::SSM::Parameter", "/aiops/kill-switch")
    assert switch["Tags"] == {"aiops:recover": "notify"}


def test_the_topic_is_encrypted_and_alarms_can_still_publish(template: Template) -> None:
    topic = template.named("AWS::SNS::Topic", "aiops-incidents")
    assert topic["KmsMasterKeyId"]
    (key,) = [one for one in template.of_type("AWS::KMS::Key") if "notifications" in one["Description"]]
    (policy,) = template.of_type("AWS::SNS::TopicPolicy")
    own_account = {"StringEquals": {"aws:SourceAccount": "<AWS::AccountId>"}}
    alarms = {"Service": "cloudwatch.amazonaws.com"}
    for document, action in ((key["KeyPolicy"], "kms:GenerateDataKey*"), (policy["PolicyDocument"], "sns:Publish")):
        allowed = [one for one in document["Statement"] if one["Principal"] == alarms and action in one["Action"]]
        assert [one["Condition"] for one in allowed] == [own_account]
    denied = [one for one in policy["PolicyDocument"]["Statement"] if one["Effect"] == "Deny"]
    assert denied[0]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_a_function_that_publishes_may_use_the_topics_key(template: Template) -> None:
    publishing = {
        name
        for name, _ in template.tasks()
        if "sns:Publish" in {action for action, _ in template.grants(f"aiops-{name}")}
    }
    assert publishing == {
        "RequestReview",
        "Notify",
        "HandleFailure",
        "HandleUndeliverable",
        "AnalyzeLogs",
        "CheckCoverage",
    }
    for name in publishing:
        assert {"kms:Decrypt", "kms:GenerateDataKey"} <= {action for action, _ in template.grants(f"aiops-{name}")}


def test_the_address_of_the_context_subscribes(template: Template, variant: Template) -> None:
    (subscription,) = template.of_type("AWS::SNS::Subscription")
    assert (subscription["Protocol"], subscription["Endpoint"]) == ("email", "oncall@example.com")
    assert variant.of_type("AWS::SNS::Subscription") == []


def test_the_trail_logs_writes_of_this_region_into_a_closed_bucket(template: Template) -> None:
    (trail,) = template.of_type("AWS::CloudTrail::Trail")
    assert trail["IsLogging"] is True
    assert trail["EnableLogFileValidation"] is True
    assert trail["IsMultiRegionTrail"] is False
    assert trail["Tags"] == [{"Key": "aiops:recover", "Value": "auto"}]
    assert trail["EventSelectors"] == [{"IncludeManagementEvents": True, "ReadWriteType": "WriteOnly"}]
    (bucket,) = [one for one in template.of_type("AWS::S3::Bucket") if "BucketName" not in one]
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["BucketEncryption"]
    assert bucket["LifecycleConfiguration"]["Rules"][0]["ExpirationInDays"] == 90


def test_deploying_says_what_the_trail_costs(template: Template, variant: Template) -> None:
    assert "costs" in (template.outdir / "aiops.metadata.json").read_text()
    assert "costs" not in (variant.outdir / "aiops.metadata.json").read_text()


def test_an_existing_trail_is_not_doubled_but_still_checked(variant: Template) -> None:
    assert variant.of_type("AWS::CloudTrail::Trail") == []
    assert [one["BucketName"] for one in variant.of_type("AWS::S3::Bucket")] == [VAULT]
    assert variant.named("AWS::Events::Rule", "aiops-trail-check")["ScheduleExpression"] == "rate(1 hour)"
    assert variant.named("AWS::CloudWatch::Alarm", "aiops-trail-silent")


ALARMS = {
    "aiops-executions-failed": ("AWS/States", "ExecutionsFailed", ">=", 1, "notBreaching"),
    "aiops-executions-timed-out": ("AWS/States", "ExecutionsTimedOut", ">=", 1, "notBreaching"),
    "aiops-executions-aborted": ("AWS/States", "ExecutionsAborted", ">=", 1, "notBreaching"),
    "aiops-undelivered-events": ("AWS/SQS", "ApproximateNumberOfMessagesVisible", ">=", 1, "notBreaching"),
    "aiops-unhandled-events": ("AWS/SQS", "ApproximateNumberOfMessagesVisible", ">=", 1, "notBreaching"),
    "aiops-TakeSnapshots-failed": ("AWS/Lambda", "Errors", ">=", 1, "notBreaching"),
    "aiops-TakeSnapshots-missing": ("AWS/Lambda", "Invocations", "<", 1, "breaching"),
    "aiops-AnalyzeMetrics-failed": ("AWS/Lambda", "Errors", ">=", 1, "notBreaching"),
    "aiops-AnalyzeMetrics-missing": ("AWS/Lambda", "Invocations", "<", 1, "breaching"),
    "aiops-CheckTrail-failed": ("AWS/Lambda", "Errors", ">=", 1, "notBreaching"),
    "aiops-CheckCoverage-failed": ("AWS/Lambda", "Errors", ">=", 1, "notBreaching"),
    "aiops-CheckCoverage-missing": ("AWS/Lambda", "Invocations", "<", 1, "breaching"),
    "aiops-CheckTrail-missing": ("AWS/Lambda", "Invocations", "<", 1, "breaching"),
    "aiops-AnalyzeLogs-failed": ("AWS/Lambda", "Errors", ">=", 1, "notBreaching"),
    "aiops-AnalyzeLogs-missing": ("AWS/Lambda", "Invocations", "<", 1, "breaching"),
    "aiops-detection-lag": ("AIOps", "DetectionLag", ">=", 300, "notBreaching"),
    "aiops-trail-silent": ("AIOps", "TrailLogging", "<", 1, "breaching"),
}
SIGNS = {"GreaterThanOrEqualToThreshold": ">=", "LessThanThreshold": "<"}


def test_trouble_of_the_agent_itself_is_told(template: Template) -> None:
    found = {
        one["AlarmName"]: (
            one["Namespace"],
            one["MetricName"],
            SIGNS[one["ComparisonOperator"]],
            one["Threshold"],
            one["TreatMissingData"],
        )
        for one in template.of_type("AWS::CloudWatch::Alarm")
    }
    assert found == ALARMS
    assert {str(one["AlarmActions"]) for one in template.of_type("AWS::CloudWatch::Alarm")} == {"['aiops-incidents']"}


def test_an_alarm_watches_what_the_agent_emits(template: Template) -> None:
    for one in template.of_type("AWS::CloudWatch::Alarm"):
        assert one["Dimensions"], one["AlarmName"]
        if one["Namespace"] == "AIOps":
            assert one["Dimensions"] == [{"Name": "service", "Value": "aiops"}]


def test_an_alarms_window_fits_cloudwatch(template: Template) -> None:
    """A window of periods below one hour spans a day at most, of longer ones a week."""
    for one in template.of_type("AWS::CloudWatch::Alarm"):
        most = 86_400 if one["Period"] < 3600 else 7 * 86_400
        assert one["Period"] % 60 == 0
        assert one["Period"] * one["EvaluationPeriods"] <= most
