"""ARNs as CloudFormation types and ids."""

import re

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
# `service:kind` whose id is the first part of the rest (qualifiers, versions and what lies below follow), or all of it.
FIRST = ("lambda:function", "dynamodb:table", "cloudformation:stack")
WHOLE = ("ecr:repository", "secretsmanager:secret", "logs:log-group", "ssm:parameter")
_SPELLINGS = (
    "AutoScaling CloudFormation CloudFront CloudTrail CloudWatch CodeBuild CodeCommit CodeDeploy CodePipeline DynamoDB "
    "ElastiCache ElasticBeanstalk GuardDuty SageMaker SecretsManager"
)
SPELLED = {name.lower(): name for name in _SPELLINGS.split()}


def of_arn(arn: str) -> tuple[str, str] | None:
    """The type and id that an ARN names, mostly its last part; None for what is no ARN."""
    parts = arn.split(":", 5)
    if len(parts) != 6 or parts[0] != "arn":
        return None
    service, rest = parts[2], parts[5]
    if service == "s3":
        bucket, _, name = rest.partition("/")
        return ("AWS::S3::Object", name) if name else ("AWS::S3::Bucket", bucket)
    first, *others = re.split("[:/]", rest.lstrip("/"), maxsplit=1)
    kind, name = (first, others[0]) if others else ("", first)
    return _type(service, kind), _id(f"{service}:{kind}", name)


def spelled(service: str) -> str:
    """A service as CloudFormation writes it."""
    return SPELLED.get(service) or (service.upper() if len(service) <= 3 else service.capitalize())


def _type(service: str, kind: str) -> str:
    known = TYPES.get(f"{service}:{kind}") or (TYPES.get(f"{service}:") if not kind else None)
    return known or f"AWS::{spelled(service)}::{''.join(one.capitalize() for one in words(kind)) or 'Resource'}"


def _id(kind: str, name: str) -> str:
    if kind in WHOLE:
        return _path(name) if kind == "ssm:parameter" else name.removesuffix(":*")
    parts = name.strip("/").replace("/", ":").split(":")
    return parts[0 if kind in FIRST else -1]


def _path(name: str) -> str:
    """A parameter in a hierarchy starts with a slash."""
    return f"/{name}" if "/" in name.strip("/") else name.strip("/")
