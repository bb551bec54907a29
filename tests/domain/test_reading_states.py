"""What services report of themselves."""

from typing import Any

import pytest
from events_made import reported
from published import Json

from tasks.domain.incident import understand
from tasks.domain.rules import judge

BUILD, PIPELINE = "CodeBuild Build State Change", "CodePipeline Pipeline Execution State Change"
TASK = "ECS Task State Change"


def database(message: str, *categories: str) -> Json:
    more = {"EventCategories": list(categories)} if categories else {}
    return reported(
        "rds", "RDS DB Cluster Event", SourceIdentifier="c", EventID="RDS-EVENT-9999", Message=message, **more
    )


def finding(kind: str, severity: Any = None) -> Json:
    more = {} if severity is None else {"severity": severity}
    return reported("guardduty", "GuardDuty Finding", type=kind, **more)


def hub(label: str, **more: Any) -> Json:
    return reported(
        "securityhub",
        "Security Hub Findings - Imported",
        findings=[{"Severity": {"Label": label}, "Title": "t", **more}],
    )


FAILURES = [
    reported("codebuild", BUILD, **{"build-status": "FAILED"}),
    reported("codepipeline", PIPELINE, pipeline="p", state="FAILED"),
    reported("autoscaling", "EC2 Instance Launch Unsuccessful", StatusCode="Failed"),
    reported("states", "Step Functions Execution Status Change", status="TIMED_OUT"),
    reported("states", "Step Functions Execution Status Change", status="ABORTED"),
    reported(
        "ecs",
        TASK,
        lastStatus="STOPPED",
        stopCode="EssentialContainerExited",
        containers=[{"exitCode": 137}],
        stoppedReason="Essential container in task exited",
    ),
    reported("ecs", "ECS Service Action", eventType="ERROR", eventName="SERVICE_TASK_PLACEMENT_FAILURE"),
    reported("lambda", "Lambda Function Invocation Result - Failure", requestContext={"condition": "RetriesExhausted"}),
    reported("health", "AWS Health Event", eventTypeCategory="issue", eventTypeCode="AWS_EC2_OPERATIONAL_ISSUE"),
    reported("ec2", "EBS Volume Notification", event="attachVolume", result="failed"),
    reported("docdb-elastic", "Cluster State Change", status="INCOMPATIBLE_NETWORK"),
    reported("datazone", "Environment State Change", environmentStatus="INACCESSIBLE"),
    reported("dms", "DMS Replication Task State Change", category="Failure", detailMessage="The task stopped"),
    reported("dms", "DMS Replication Instance State Change", category="LowStorage", eventType="STORAGE"),
    database("Storage is exhausted."),
    database("All of its storage was consumed."),
    database("RDS is no longer able to reach the key"),
    database("The instance is now in an invalid state"),
    database("The upgrade failed. The former version has been restored."),
    database("The instance was restarted", "failure"),
    database("The engine could not be upgraded: the pre-check failed"),
    database("The proxy can\u2019t reach its target"),
]
TROUBLES = [
    reported("ec2", "EC2 Spot Instance Interruption Warning", **{"instance-id": "i-1", "instance-action": "terminate"}),
    reported("health", "AWS Health Event", eventTypeCategory="scheduledChange", eventTypeCode="AWS_RDS_MAINTENANCE"),
    reported(
        "config",
        "Config Rules Compliance Change",
        configRuleName="r",
        newEvaluationResult={"complianceType": "NON_COMPLIANT"},
    ),
    reported(
        "trustedadvisor", "Trusted Advisor Check Item Refresh Notification", **{"check-name": "c", "status": "WARN"}
    ),
    reported(
        "cloudformation", "CloudFormation Stack Status Change", **{"status-details": {"status": "ROLLBACK_COMPLETE"}}
    ),
    reported("cloudformation", "Drift", **{"status-details": {"stack-drift-status": "DRIFTED"}}),
    reported("backup", "Copy Job State Change", state="PARTIAL"),
    reported("datasync", "Agent State Change", status="OFFLINE"),
    reported("macie", "Macie Alert", **{"name": "A bucket is writable", "risk-score": 70}),
    finding("Recon:EC2/Portscan", 5.0),
    hub("HIGH"),
]
NORMALS = [
    reported("codebuild", BUILD, **{"build-status": "SUCCEEDED"}),
    reported("codepipeline", PIPELINE, pipeline="p", state="STARTED"),
    reported("codepipeline", PIPELINE, pipeline="p", state="CANCELED"),
    reported("dms", "DMS Replication Task State Change", category="StateChange", eventType="REPLICATION_TASK_STOPPED"),
    reported("cloudformation", "Drift", **{"status-details": {"stack-drift-status": "IN_SYNC"}}),
    reported("states", "Step Functions Execution Status Change", status="SUCCEEDED", input='{"status": "FAILED"}'),
    reported("ecs", TASK, lastStatus="STOPPED", stopCode="UserInitiated", containers=[{"exitCode": 143}]),
    reported("ecs", TASK, lastStatus="RUNNING", desiredStatus="STOPPED"),
    reported(
        "health",
        "AWS Health Event",
        eventTypeCategory="issue",
        statusCode="closed",
        eventTypeCode="AWS_EC2_OPERATIONAL_ISSUE",
    ),
    reported(
        "config",
        "Config Rules Compliance Change",
        newEvaluationResult={"complianceType": "COMPLIANT"},
        oldEvaluationResult={"complianceType": "NON_COMPLIANT"},
    ),
    reported("ec2", "EBS Snapshot Notification", result="succeeded", previousState="failed"),
    reported("trustedadvisor", "Trusted Advisor Check Item Refresh Notification", status="OK"),
    hub("CRITICAL", RecordState="ARCHIVED"),
    hub("CRITICAL", Workflow={"Status": "SUPPRESSED"}),
    hub("INFORMATIONAL", Compliance={"Status": "PASSED"}),
    database("Failover to another instance completed"),
    database("The instance is being started due to it exceeding the maximum allowed time being stopped"),
    database("The upgrade failed", "backup"),
    database("Snapshot created"),
    database("The instance is no longer unreachable"),
    database("RDS can now read the key that was denied"),
    database("Connections that were lost have been restored"),
]


@pytest.mark.parametrize("event", FAILURES)
def test_what_failed_is_a_failure(event: Json) -> None:
    assert judge(understand(event)).classification == "FAILURE"


@pytest.mark.parametrize("event", TROUBLES)
def test_what_is_announced_or_found_is_an_anomaly(event: Json) -> None:
    assert judge(understand(event)).classification == "ANOMALY"


@pytest.mark.parametrize("event", NORMALS)
def test_what_works_or_is_wanted_is_normal(event: Json) -> None:
    assert judge(understand(event)).classification == "NORMAL"


@pytest.mark.parametrize(
    ("number", "severity"),
    [
        (1, "low"),
        (3.9, "low"),
        (4, "medium"),
        (6.9, "medium"),
        (7, "high"),
        (8.9, "high"),
        (9.0, "critical"),
        (10, "critical"),
    ],
)
def test_guarddutys_number_gives_the_severity(number: float, severity: str) -> None:
    assert judge(understand(finding("Recon:EC2/Portscan", number))).severity == severity


@pytest.mark.parametrize("number", [None, "8", True, {}])
def test_without_a_number_the_types_name_gives_it(number: Any) -> None:
    assert judge(understand(finding("CryptoCurrency:EC2/BitcoinTool.B", number))).severity == "high"


def test_what_a_finding_says_was_weakened_is_tampering() -> None:
    assert judge(understand(finding("Stealth:S3/ServerAccessLoggingDisabled", 2))).classification == "TAMPERING"
