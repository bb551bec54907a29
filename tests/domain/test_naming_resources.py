"""The resources that an event is about, whatever its shape: no more and no fewer."""

import pytest
from events_made import called, reported
from published import ACCOUNT, REGION, Json

from tasks.domain.incident import understand

KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd"
F_LATEST = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f:$LATEST"
NAMED: list[tuple[Json, set[tuple[str, str]]]] = [
    (
        called("ec2", "ModifySnapshotAttribute", {"snapshotId": "snap-1", "attributeType": "x"}),
        {("AWS::EC2::Snapshot", "snap-1")},
    ),
    (
        called("rds", "CreateDBSnapshot", {"dBInstanceIdentifier": "db", "dBSnapshotIdentifier": "copy"}),
        {("AWS::RDS::DBSnapshot", "copy")},
    ),
    (
        called(
            "dynamodb",
            "TransactWriteItems",
            {"requestItems": [{"tableName": "a"}, {"tableName": "b"}, {"tableName": "a"}]},
        ),
        {("AWS::DynamoDB::Table", "a"), ("AWS::DynamoDB::Table", "b")},
    ),
    (
        called("s3", "GetObject", {"bucketName": "b", "key": "k.txt", "Host": "b.s3.amazonaws.com"}),
        {("AWS::S3::Object", "k.txt"), ("AWS::S3::Bucket", "b")},
    ),
    (
        called("lambda", "GetFunction20150331v2", {"functionName": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f"}),
        {("AWS::Lambda::Function", "f")},
    ),
    (
        called("kms", "Encrypt", {"keyId": "alias/a"}, resources=[{"ARN": KEY, "type": "AWS::KMS::Key"}]),
        {("AWS::KMS::Key", "1234abcd")},
    ),
    (
        called("iam", "AttachUserPolicy", {"userName": "u", "policyArn": "arn:aws:iam::aws:policy/P"}),
        {("AWS::IAM::User", "u")},
    ),
    (called("ec2", "DescribeInstances", {"maxResults": 5}), set()),
    (called("ec2", "DescribeInstances", None), set()),
    (
        reported(
            "states",
            "Step Functions Execution Status Change",
            executionArn="arn:aws:states:r:1:execution:m:e",
            stateMachineArn="arn:aws:states:r:1:stateMachine:m",
        ),
        {("AWS::StepFunctions::Execution", "e")},
    ),
    (
        reported("rds", "RDS DB Cluster Event", SourceArn="arn:aws:rds:r:1:cluster:c", SourceIdentifier="rds:c"),
        {("AWS::RDS::DBCluster", "c")},
    ),
    (
        reported(
            "autoscaling",
            "EC2 Instance Launch Unsuccessful",
            AutoScalingGroupName="g",
            EC2InstanceId="i-1",
            RequestId="r",
        ),
        {("AWS::AutoScaling::AutoScalingGroup", "g"), ("AWS::EC2::Instance", "i-1")},
    ),
    (
        reported("health", "AWS Health Event", affectedEntities=[{"entityValue": "vol-1"}]),
        {("AWS::EC2::Volume", "vol-1")},
    ),
    (
        reported("guardduty", "GuardDuty Finding", type="t", resource={"instanceDetails": {"instanceId": "i-1"}}),
        {("AWS::EC2::Instance", "i-1")},
    ),
    (
        reported("config", "Config Rules Compliance Change", resourceType="AWS::EC2::VPC", resourceId="vpc-1"),
        {("AWS::EC2::VPC", "vpc-1")},
    ),
    (reported("glue", "Glue Job State Change", jobName="j", jobRunId="r", state="FAILED"), {("AWS::Glue::Job", "j")}),
    (
        reported("backup", "Backup Job State Change", backupJobId="j", resourceArn="arn:aws:ec2:r:1:volume/vol-1"),
        {("AWS::EC2::Volume", "vol-1")},
    ),
    (
        reported("codecommit", "CodeCommit Repository State Change", repositoryId="1234", repositoryName="code"),
        {("AWS::CodeCommit::Repository", "code")},
    ),
    (
        reported(
            "codedeploy",
            "CodeDeploy Instance State-change Notification",
            instanceId="i-1",
            application="a",
            deploymentGroup="g",
            deploymentId="d-1",
        ),
        {
            ("AWS::EC2::Instance", "i-1"),
            ("AWS::CodeDeploy::Application", "a"),
            ("AWS::CodeDeploy::DeploymentGroup", "g"),
        },
    ),
    (
        reported(
            "cloudformation",
            "CloudFormation Drift Detection Status Change",
            **{"stack-id": "arn:aws:cloudformation:r:1:stack/s/12-34", "stack-drift-detection-id": "56"},
        ),
        {("AWS::CloudFormation::Stack", "s")},
    ),
    (
        reported("lambda", "Lambda Function Invocation Result - Failure", requestContext={"functionArn": F_LATEST}),
        {("AWS::Lambda::Function", "f")},
    ),
    (
        reported("secretsmanager", "Rotation", secretArn="arn:aws:secretsmanager:r:1:secret:prod/db-AbCdEf"),
        {("AWS::SecretsManager::Secret", "prod/db-AbCdEf")},
    ),
    (
        reported("logs", "Log Group", logGroupArn="arn:aws:logs:r:1:log-group:/aws/lambda/f:*"),
        {("AWS::Logs::LogGroup", "/aws/lambda/f")},
    ),
    (
        reported("codebuild", "CodeBuild Build State Change", **{"build-id": "arn:aws:codebuild:r:1:build/p:12"}),
        {("AWS::CodeBuild::Build", "12")},
    ),
    (called("glue", "UpdateTable", {"tableName": "t"}), {("AWS::Glue::Table", "t")}),
    (
        {**reported("batch", "Batch Job State Change", jobName="n"), "resources": ["arn:aws:batch:r:1:job/j"]},
        {("AWS::Batch::Job", "j")},
    ),
]


@pytest.mark.parametrize(("event", "named"), NAMED)
def test_an_event_names_its_resources_and_no_others(event: Json, named: set[tuple[str, str]]) -> None:
    others = understand(event).others
    assert {(one.type, one.id) for one in others} == named
    assert len(others) == len(named)


def test_what_cannot_be_restored_is_named_apart_so_that_nothing_touches_it() -> None:
    assert all(understand(event).resources == () for event, _ in NAMED)


def test_the_names_of_a_huge_event_are_few_and_short() -> None:
    many = called("dynamodb", "BatchWriteItem", {"tableNames": [f"{number}{'x' * 2_000}" for number in range(1_000)]})
    others = understand(many).others
    assert 0 < len(others) <= 30
    assert all(len(one.id) <= 400 for one in others)
