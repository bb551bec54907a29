"""Rules and queues: what starts the agent, and that no event is lost without a trace."""

import json

import pytest
from stack_template import ROOT, Json, Template

from tasks.domain.catalogue import CREATIONS
from tasks.domain.events import SOURCES, matches
from tasks.domain.kinds import CLOUDTRAIL

SAMPLES = ROOT / "tests" / "events"


def rules(template: Template, prefix: str) -> list[Json]:
    return [rule for rule in template.of_type("AWS::Events::Rule") if rule["Name"].startswith(f"aiops-{prefix}")]


def consumers(template: Template) -> dict[str, Json]:
    return {one["FunctionName"]: one for one in template.of_type("AWS::Lambda::EventSourceMapping")}


def test_every_source_has_one_rule_that_starts_the_workflow(template: Template) -> None:
    starting = rules(template, "faults-")
    assert sorted(rule["EventPattern"]["source"][0] for rule in starting) == sorted(SOURCES)
    assert {target["Arn"] for rule in starting for target in rule["Targets"]} == {"aiops"}


def test_no_rule_is_without_a_dead_letter_queue_that_takes_its_events(template: Template) -> None:
    policies = {
        queue: policy["PolicyDocument"]["Statement"]
        for policy in template.of_type("AWS::SQS::QueuePolicy")
        for queue in policy["Queues"]
    }
    for rule in template.of_type("AWS::Events::Rule"):
        for target in rule["Targets"]:
            queue = target["DeadLetterConfig"]["Arn"].removeprefix("arn of ")
            senders = [
                one["Condition"]["ArnEquals"]["aws:SourceArn"]
                for one in policies[queue]
                if one["Effect"] == "Allow" and one["Principal"] == {"Service": "events.amazonaws.com"}
            ]
            assert f"arn of {rule['Name']}" in senders, rule["Name"]
            assert 0 < target["RetryPolicy"]["MaximumRetryAttempts"] <= 185
            assert 60 <= target["RetryPolicy"]["MaximumEventAgeInSeconds"] <= 86_400


def test_events_that_start_nothing_go_to_the_queue_that_handle_undeliverable_consumes(template: Template) -> None:
    queues = {target["DeadLetterConfig"]["Arn"] for rule in rules(template, "faults-") for target in rule["Targets"]}
    assert queues == {"arn of aiops-undelivered"}
    assert consumers(template)["aiops-HandleUndeliverable"]["EventSourceArn"] == "arn of aiops-undelivered"
    queue = template.named("AWS::SQS::Queue", "aiops-undelivered")
    function = template.named("AWS::Lambda::Function", "aiops-HandleUndeliverable")
    assert queue["VisibilityTimeout"] >= 6 * function["Timeout"]
    assert queue["RedrivePolicy"]["deadLetterTargetArn"] == "arn of aiops-unhandled"


def test_a_refused_call_starts_nothing(template: Template) -> None:
    for rule in rules(template, "faults-") + rules(template, "creations-"):
        detail = rule["EventPattern"].get("detail", {})
        for one in detail.get("$or", [detail]):
            if "eventName" in one:
                assert one["errorCode"] == [{"exists": False}], rule["Name"]
        if rule["EventPattern"]["detail-type"] == [CLOUDTRAIL]:
            assert all("eventName" in one for one in detail.get("$or", [detail])), rule["Name"]


@pytest.mark.parametrize(
    ("sample", "starts"),
    [
        ("ec2_instance_state_change.json", True),
        ("cloudtrail_StopInstances.json", True),
        ("cloudtrail_DeleteBucketPublicAccessBlock.json", True),
        ("cloudtrail_PutBucketPolicy.json", True),
        ("cloudtrail_StartInstances.json", False),
        ("cloudtrail_DeleteTable.json", True),
        ("states_execution_status_change.json", False),
    ],
)
def test_the_deployed_rules_take_the_events_of_the_table(template: Template, sample: str, starts: bool) -> None:
    event = json.loads((SAMPLES / sample).read_text())
    taken = [rule["Name"] for rule in rules(template, "faults-") if matches(rule["EventPattern"], event)]
    assert bool(taken) == starts, taken


def test_deleted_objects_are_gathered_and_what_is_sent_back_waits_in_the_queue(template: Template) -> None:
    """A thousand deletions must not start a thousand executions."""
    (rule,) = rules(template, "deletions")
    assert [target["Arn"] for target in rule["Targets"]] == ["arn of aiops-deletions"]
    mapping = consumers(template)["aiops-GatherDeletions"]
    assert mapping["EventSourceArn"] == "arn of aiops-deletions"
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    queue = template.named("AWS::SQS::Queue", "aiops-deletions")
    function = template.named("AWS::Lambda::Function", "aiops-GatherDeletions")
    assert queue["VisibilityTimeout"] >= 6 * function["Timeout"]
    deleted = json.loads((SAMPLES / "s3_object_deleted.json").read_text())
    assert matches(rule["EventPattern"], deleted)
    assert not matches(rule["EventPattern"], {**deleted, "detail": {"reason": "Lifecycle Expiration"}})


def test_every_way_to_fail_reaches_handle_failure(template: Template) -> None:
    (rule,) = rules(template, "failures")
    assert rule["EventPattern"] == {
        "source": ["aws.states"],
        "detail-type": ["Step Functions Execution Status Change"],
        "detail": {"status": ["FAILED", "TIMED_OUT", "ABORTED"], "stateMachineArn": ["aiops"]},
    }
    (target,) = rule["Targets"]
    assert target["Arn"] == "arn of aiops-HandleFailure"


def test_snapshots_are_taken_on_schedule_and_on_creation(template: Template) -> None:
    (scheduled,) = rules(template, "snapshots")
    assert scheduled["ScheduleExpression"] == "rate(15 minutes)"
    created = rules(template, "creations-")
    assert {rule["EventPattern"]["source"][0] for rule in created} == {kind.source for kind in CREATIONS}
    targets = [target["Arn"] for rule in [scheduled, *created] for target in rule["Targets"]]
    assert set(targets) == {"arn of aiops-TakeSnapshots"}


def test_changes_of_the_agents_own_parts_are_told_without_the_workflow(template: Template) -> None:
    """By anybody but CloudFormation and the recovery role; a refused call changed nothing."""
    (eyes,) = rules(template, "eyes")
    (target,) = eyes["Targets"]
    assert target["Arn"] == "aiops-incidents"
    assert set(eyes["EventPattern"]["source"]) == {"aws.iam", "aws.states", "aws.events", "aws.lambda"}
    detail = eyes["EventPattern"]["detail"]
    assert {"UpdateAssumeRolePolicy", "UpdateStateMachine", "DisableRule", "RemoveTargets"} <= {
        name for name in detail["eventName"] if isinstance(name, str)
    }
    assert detail["errorCode"] == [{"exists": False}]
    assert detail["userIdentity"]["invokedBy"][1] == {"anything-but": ["cloudformation.amazonaws.com"]}
    assert len(json.dumps(eyes["EventPattern"])) < 2048
    assert "requestParameters" not in json.dumps(target), "whoever calls chooses them"


def test_queues_are_encrypted_and_refuse_plain_connections(template: Template) -> None:
    for queue in template.of_type("AWS::SQS::Queue"):
        assert queue["SqsManagedSseEnabled"] is True
    for policy in template.of_type("AWS::SQS::QueuePolicy"):
        denied = [one for one in policy["PolicyDocument"]["Statement"] if one["Effect"] == "Deny"]
        assert denied[0]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
