"""What a call is about: what its name says (CreateDBSnapshot: the snapshot), else what it names first."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from tasks.domain.understanding.arns import of_arn, spelled
from tasks.domain.understanding.leaves import leaves
from tasks.domain.understanding.words import call_words, says, words

Named = tuple[str, str]

# A parameter, in one spelling, and the type of what it names.
PARAMETERS = {
    "alarmname": "AWS::CloudWatch::Alarm",
    "allocationid": "AWS::EC2::EIP",
    "autoscalinggroupname": "AWS::AutoScaling::AutoScalingGroup",
    "bucketname": "AWS::S3::Bucket",
    "clustername": "AWS::ECS::Cluster",
    "dbclusteridentifier": "AWS::RDS::DBCluster",
    "dbclustersnapshotidentifier": "AWS::RDS::DBClusterSnapshot",
    "dbinstanceidentifier": "AWS::RDS::DBInstance",
    "dbsnapshotidentifier": "AWS::RDS::DBSnapshot",
    "detectorid": "AWS::GuardDuty::Detector",
    "flowlogid": "AWS::EC2::FlowLog",
    "functionname": "AWS::Lambda::Function",
    "groupid": "AWS::EC2::SecurityGroup",
    "imageid": "AWS::EC2::Image",
    "instanceid": "AWS::EC2::Instance",
    "internetgatewayid": "AWS::EC2::InternetGateway",
    "keyid": "AWS::KMS::Key",
    "loggroupname": "AWS::Logs::LogGroup",
    "networkaclid": "AWS::EC2::NetworkAcl",
    "networkinterfaceid": "AWS::EC2::NetworkInterface",
    "queuename": "AWS::SQS::Queue",
    "repositoryname": "AWS::ECR::Repository",
    "rolename": "AWS::IAM::Role",
    "routetableid": "AWS::EC2::RouteTable",
    "secretid": "AWS::SecretsManager::Secret",
    "snapshotid": "AWS::EC2::Snapshot",
    "subnetid": "AWS::EC2::Subnet",
    "tablename": "AWS::DynamoDB::Table",
    "trailname": "AWS::CloudTrail::Trail",
    "username": "AWS::IAM::User",
    "volumeid": "AWS::EC2::Volume",
    "vpcid": "AWS::EC2::VPC",
}
# What other services call theirs so, too: of these the type is the service's own.
OWNERS = {"clustername": "ecs", "repositoryname": "ecr", "tablename": "dynamodb"}
# A parameter that is only called a name, or a resource: by the service.
NAMES = {"cloudtrail": "AWS::CloudTrail::Trail", "ssm": "AWS::SSM::Parameter", "events": "AWS::Events::Rule"}
OBJECT, BUCKET = "AWS::S3::Object", "AWS::S3::Bucket"


def named(detail: dict[str, Any]) -> list[Named]:
    """The types and ids of a CloudTrail record's resources, without its own list of them."""
    service, said = str(detail.get("eventSource", "")).split(".")[0], call_words(str(detail.get("eventName", "")))
    asked = list(_candidates(service, detail.get("requestParameters")))
    if {OBJECT, BUCKET} <= {kind for kind, _ in asked}:
        return [one for one in asked if one[0] in (OBJECT, BUCKET)]
    if meant := _meant(said, asked):
        return meant
    if meant := _meant(said, list(_candidates(service, detail.get("responseElements")))):
        return meant
    return [one for one in asked if one[0] == asked[0][0]]


def _meant(said: tuple[str, ...], candidates: list[Named]) -> list[Named]:
    """Those of the type that the call's name says first."""
    told = [one for one in candidates if says(said, _noun(one[0]))]
    first = min((kind for kind, _ in told), key=lambda kind: " ".join(said).find(_noun(kind)), default="")
    return [one for one in told if one[0] == first]


def _candidates(service: str, parameters: Any) -> Iterator[Named]:
    for leaf in leaves(parameters) if isinstance(parameters, dict) else ():
        if not isinstance(leaf.value, str) or not leaf.value:
            continue
        parameter = parameter_of(leaf.name)
        if leaf.value.startswith("arn:"):
            if parameter or leaf.name.endswith(("arn", "resource", "resourcename")):
                yield from filter(None, [of_arn(leaf.value)])
        elif parameter and (parameter != "groupid" or service == "ec2"):
            yield type_of(parameter, service), leaf.value
        elif service == "s3" and leaf.path == ("key",):
            yield OBJECT, leaf.value
        elif service in NAMES and leaf.path in (("name",), ("names",)):
            yield NAMES[service], leaf.value


@lru_cache(2048)
def parameter_of(name: str) -> str:
    """The known parameter that a name is, or ends with (firstSnapshotId); who calls is no resource."""
    single = name.removesuffix("s")
    if single in PARAMETERS:
        return single
    return "" if name.startswith("accesskey") else next((one for one in PARAMETERS if single.endswith(one)), "")


def type_of(parameter: str, service: str) -> str:
    """The type that a known parameter names in a service's calls and events."""
    known = PARAMETERS[parameter]
    return known if OWNERS.get(parameter, service) == service else f"AWS::{spelled(service)}::{known.split('::')[-1]}"


@lru_cache(256)
def _noun(of_type: str) -> str:
    """AWS::RDS::DBSnapshot is called a db snapshot in the names of calls."""
    return " ".join(words(of_type.rsplit("::", 1)[-1]))
