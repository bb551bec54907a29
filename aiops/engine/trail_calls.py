"""The API calls of which the engine makes CloudTrail's events; what is not listed keeps MiniStack's own record."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Call:
    """One operation: botocore's names, the resource type, and what does not follow its service's rule."""

    service: str
    operation: str
    type: str
    name_key: str  # where request or response name the resource
    event_name: str = ""  # if CloudTrail's differs from the operation
    hidden: tuple[str, ...] = ()  # request parameters whose value is never shown
    omitted: tuple[str, ...] = ()  # request parameters that are left out
    emptied: tuple[str, ...] = ()  # what is shown without its content, in request and response
    defaults: Mapping[str, Any] = field(default_factory=dict)  # shown even if the request does not have them
    lists_resource: bool = True  # False: no `resources`, although the service's calls have it


_INSTANCE = ("AWS::EC2::Instance", "instanceId")
_BUCKET = ("AWS::S3::Bucket", "bucketName")
_TABLE = ("AWS::DynamoDB::Table", "tableName")
_DATABASE = ("AWS::RDS::DBInstance", "dBInstanceIdentifier")
_TRAIL = ("AWS::CloudTrail::Trail", "name")
_FUNCTION = ("AWS::Lambda::Function", "functionName")
_PARAMETER = ("AWS::SSM::Parameter", "name")
_RULE = "AWS::Events::Rule"

CALLS = (
    Call(
        "ec2",
        "RunInstances",
        *_INSTANCE,
        defaults={
            "blockDeviceMapping": {},
            "disableApiStop": False,
            "disableApiTermination": False,
            "monitoring": {"enabled": False},
        },
    ),
    Call("ec2", "StartInstances", *_INSTANCE),
    Call("ec2", "StopInstances", *_INSTANCE, defaults={"force": False}),
    Call("ec2", "TerminateInstances", *_INSTANCE, defaults={"force": False, "skipOsShutdown": False}),
    Call("ec2", "CreateTags", "AWS::EC2::Instance", "resourceId"),
    Call(
        "ec2",
        "AuthorizeSecurityGroupIngress",
        "AWS::EC2::SecurityGroup",
        "groupId",
        defaults={"ipPermissions": {}},
    ),
    Call("ssm", "PutParameter", *_PARAMETER, hidden=("value",)),
    Call("ssm", "AddTagsToResource", "AWS::SSM::Parameter", "resourceId", lists_resource=False),
    Call("ssm", "DeleteParameter", *_PARAMETER),
    Call("ssm", "DeleteParameters", "AWS::SSM::Parameter", "names"),
    Call("dynamodb", "CreateTable", *_TABLE),
    Call("dynamodb", "UpdateTable", *_TABLE),
    Call("dynamodb", "DeleteTable", *_TABLE),
    Call("dynamodb", "UpdateContinuousBackups", *_TABLE),
    Call("dynamodb", "TagResource", "AWS::DynamoDB::Table", "resourceArn", lists_resource=False),
    Call("cloudtrail", "AddTags", "AWS::CloudTrail::Trail", "resourceId"),
    Call("cloudtrail", "StartLogging", *_TRAIL),
    Call("cloudtrail", "StopLogging", *_TRAIL),
    Call("cloudtrail", "UpdateTrail", *_TRAIL),
    Call("cloudtrail", "DeleteTrail", *_TRAIL),
    Call("cloudtrail", "PutEventSelectors", "AWS::CloudTrail::Trail", "trailName"),
    Call("lambda", "CreateFunction", *_FUNCTION, event_name="CreateFunction20150331", emptied=("code", "environment")),
    Call("lambda", "TagResource", "AWS::Lambda::Function", "resource", event_name="TagResource20170331v2"),
    Call(
        "lambda",
        "UpdateFunctionCode",
        *_FUNCTION,
        event_name="UpdateFunctionCode20150331v2",
        omitted=("zipFile",),
        emptied=("environment",),
        defaults={"dryRun": False, "publish": False},
    ),
    Call(
        "lambda",
        "UpdateFunctionConfiguration",
        *_FUNCTION,
        event_name="UpdateFunctionConfiguration20150331v2",
        emptied=("environment",),
    ),
    Call("lambda", "UpdateAlias", *_FUNCTION, event_name="UpdateAlias20150331"),
    Call("lambda", "AddPermission", *_FUNCTION, event_name="AddPermission20150331v2"),
    Call("lambda", "PutFunctionConcurrency", *_FUNCTION, event_name="PutFunctionConcurrency20171031"),
    Call("lambda", "DeleteFunction", *_FUNCTION, event_name="DeleteFunction20150331"),
    *(
        Call("events", name, "AWS::Events::Rule", "name")
        for name in ("PutRule", "DisableRule", "EnableRule", "DeleteRule")
    ),
    *(Call("events", name, "AWS::Events::Rule", "rule") for name in ("PutTargets", "RemoveTargets")),
    Call("events", "TagResource", "AWS::Events::Rule", "resourceARN"),
    Call("rds", "CreateDBInstance", *_DATABASE, hidden=("masterUserPassword",)),
    Call("rds", "AddTagsToResource", "AWS::RDS::DBInstance", "resourceName"),
    Call("rds", "StopDBInstance", *_DATABASE),
    Call("rds", "ModifyDBInstance", *_DATABASE, hidden=("masterUserPassword",)),
    Call("rds", "DeleteDBInstance", *_DATABASE),
    Call("s3", "CreateBucket", *_BUCKET, lists_resource=False),
    Call("s3", "PutBucketTagging", *_BUCKET),
    Call("s3", "PutBucketPolicy", *_BUCKET),
    Call("s3", "DeleteBucketPolicy", *_BUCKET),
    Call("s3", "PutBucketAcl", *_BUCKET),
    Call("s3", "PutBucketVersioning", *_BUCKET),
    Call("s3", "PutBucketEncryption", *_BUCKET),
    Call("s3", "DeleteBucketEncryption", *_BUCKET),
    Call("s3", "PutBucketLifecycleConfiguration", *_BUCKET, event_name="PutBucketLifecycle"),
    Call("s3", "DeleteBucketLifecycle", *_BUCKET),
    Call("s3", "PutBucketLogging", *_BUCKET),
    Call("s3", "DeleteBucket", *_BUCKET),
    Call("s3", "PutPublicAccessBlock", *_BUCKET, event_name="PutBucketPublicAccessBlock"),
    Call("s3", "DeletePublicAccessBlock", *_BUCKET, event_name="DeleteBucketPublicAccessBlock"),
)

# Services whose events have `resources`, each entry made of a name; and their other additions.
RESOURCE_ARNS = {
    "dynamodb": "arn:aws:dynamodb:{region}:{account}:table/{id}",
    "s3": "arn:aws:s3:::{id}",
    "ssm": "arn:aws:ssm:{region}:{account}:parameter/{id}",
}
RESOURCE_TYPES = {"dynamodb": "AWS::DynamoDB::Table", "s3": "AWS::S3::Bucket"}
API_VERSIONS = {"events": "2015-10-07", "dynamodb": "2012-08-10"}
