"""ARNs as CloudFormation types and ids."""

from tasks.domain.understanding.words import words

# `service:kind` of an ARN, where the type's name cannot be read from it.
TYPES = {
    "apigateway:restapis": "AWS::ApiGateway::RestApi",
    "autoscaling:autoScalingGroup": "AWS::AutoScaling::AutoScalingGroup",
    "cloudwatch:alarm": "AWS::CloudWatch::Alarm",
    "codepipeline:": "AWS::CodePipeline::Pipeline",
    "dynamodb:table": "AWS::DynamoDB::Table",
    "ec2:security-group": "AWS::EC2::SecurityGroup",
    "ecs:container-instance": "AWS::ECS::ContainerInstance",
    "elasticloadbalancing:loadbalancer": "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "events:rule": "AWS::Events::Rule",
    "iam:policy": "AWS::IAM::ManagedPolicy",
    "kms:key": "AWS::KMS::Key",
    "lambda:function": "AWS::Lambda::Function",
    "logs:log-group": "AWS::Logs::LogGroup",
    "rds:cluster": "AWS::RDS::DBCluster",
    "rds:cluster-snapshot": "AWS::RDS::DBClusterSnapshot",
    "rds:db": "AWS::RDS::DBInstance",
    "rds:pg": "AWS::RDS::DBParameterGroup",
    "rds:secgrp": "AWS::RDS::DBSecurityGroup",
    "rds:snapshot": "AWS::RDS::DBSnapshot",
    "s3:": "AWS::S3::Bucket",
    "secretsmanager:secret": "AWS::SecretsManager::Secret",
    "sns:": "AWS::SNS::Topic",
    "sqs:": "AWS::SQS::Queue",
    "states:stateMachine": "AWS::StepFunctions::StateMachine",
    "states:execution": "AWS::StepFunctions::Execution",
}
_SPELLINGS = "AutoScaling CloudTrail CloudWatch CodeBuild CodeDeploy CodePipeline DynamoDB GuardDuty SageMaker "
SPELLED = {name.lower(): name for name in f"{_SPELLINGS}SecretsManager".split()}


def of_arn(arn: str) -> tuple[str, str] | None:
    """The type and id that an ARN names; None for what is no ARN. The id is the last part, but in S3 and SSM."""
    parts = arn.split(":", 5)
    if len(parts) != 6 or parts[0] != "arn":
        return None
    service, rest = parts[2], parts[5]
    if service == "s3":
        bucket, _, name = rest.partition("/")
        return ("AWS::S3::Object", name) if name else ("AWS::S3::Bucket", bucket)
    kind, separator, name = rest.replace("/", ":", 1).partition(":") if ":" not in rest else rest.partition(":")
    if not separator:
        kind, name = "", rest
    last = name.strip("/").replace("/", ":").rsplit(":", 1)[-1]
    return _type(service, kind), _path(name) if service == "ssm" else last


def spelled(service: str) -> str:
    """A service as CloudFormation writes it."""
    return SPELLED.get(service) or (service.upper() if len(service) <= 3 else service.capitalize())


def _type(service: str, kind: str) -> str:
    known = TYPES.get(f"{service}:{kind}") or (TYPES.get(f"{service}:") if not kind else None)
    return known or f"AWS::{spelled(service)}::{''.join(one.capitalize() for one in words(kind)) or 'Resource'}"


def _path(name: str) -> str:
    """A parameter in a hierarchy starts with a slash."""
    return f"/{name}" if "/" in name.strip("/") else name.strip("/")
