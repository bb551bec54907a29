"""Resources to be managed, made as their owners would."""

import json
from typing import Any

import pytest
from cloud import Cloud
from moto.ec2.models import ec2_backends
from moto.ec2.models.instances import Instance
from published import ACCOUNT, REGION, Json

from tasks.domain.events import arn
from tasks.domain.knowledge.autoscaling import GROUP as SCALING_GROUP
from tasks.domain.knowledge.cloudtrail import TRAIL
from tasks.domain.knowledge.dynamodb import TABLE
from tasks.domain.knowledge.ec2 import GROUP, INSTANCE
from tasks.domain.knowledge.rds import INSTANCE as DATABASE
from tasks.domain.knowledge.s3 import BUCKET
from tasks.domain.knowledge.ssm import PARAMETER
from tasks.domain.payload import Resource
from tasks.runtime.clients import client

TAG = "aiops:recover"
CLOSED = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}
WRITES = {"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True}
IMAGE = "ami-12c6146b"


def tagging(autonomy: str, more: dict[str, str] | None = None) -> list[Json]:
    """The tags of a resource; an empty autonomy leaves it unmanaged."""
    tags = {**({TAG: autonomy} if autonomy else {}), **(more or {})}
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def resource(resource_type: str, name: str, autonomy: str = "auto") -> Resource:
    """A resource of this account and region."""
    return Resource(resource_type, name, arn(resource_type, name, region=REGION, account=ACCOUNT), autonomy)


def instance(autonomy: str = "auto", *, stopped: bool = True, more: dict[str, str] | None = None) -> Resource:
    """An instance with `more` tags, stopped by a call."""
    tags = [{"ResourceType": "instance", "Tags": tagging(autonomy, more)}] if autonomy or more else []
    made = client("ec2").run_instances(ImageId=IMAGE, MinCount=1, MaxCount=1, TagSpecifications=tags)
    name = made["Instances"][0]["InstanceId"]
    if stopped:
        client("ec2").stop_instances(InstanceIds=[name])
    return resource(INSTANCE, name, autonomy)


def security_group(autonomy: str = "auto") -> Resource:
    """A security group that lets nobody in."""
    tags = [{"ResourceType": "security-group", "Tags": tagging(autonomy)}]
    made = client("ec2").create_security_group(GroupName="g", Description="g", TagSpecifications=tags)
    return resource(GROUP, made["GroupId"], autonomy)


def instance_state(one: Resource) -> str:
    found = client("ec2").describe_instances(InstanceIds=[one.id])["Reservations"][0]["Instances"][0]
    return str(found["State"]["Name"])


def put_into_state(one: Resource, name: str) -> None:
    """Hold an instance in a state that moto's pass through at once."""
    ec2_backends[ACCOUNT][REGION].get_instance(one.id)._state.name = name


def unreachable(monkeypatch: pytest.MonkeyPatch, one: Resource, *, system: str = "ok", until: str = "reboot") -> None:
    """Let the guest fail its status check, which moto's never do, until `reboot` or `stop`; `system` is the host's."""
    failing, mends = {one.id}, getattr(Instance, until)
    fine: dict[str, Any] = {"Status": "ok"}

    def answers_again(self: Instance, *args: Any, **kwargs: Any) -> Any:
        failing.discard(self.id)
        return mends(self, *args, **kwargs)

    def check(status: str) -> property:
        return property(lambda self: {"Status": status} if self.id in failing else fine)

    monkeypatch.setattr(Instance, "instance_status", check("impaired"))
    monkeypatch.setattr(Instance, "system_status", check(system))
    monkeypatch.setattr(Instance, until, answers_again)


def parameter(name: str, *values: str, autonomy: str = "auto", **settings: Any) -> Resource:
    """A parameter that was given these values, one after another."""
    first, *later = values
    settings = {"Type": "String", **settings}
    client("ssm").put_parameter(Name=name, Value=first, Tags=tagging(autonomy), **settings)
    for value in later:
        client("ssm").put_parameter(Name=name, Value=value, Overwrite=True, **settings)
    return resource(PARAMETER, name, autonomy)


def put_value(one: Resource, value: str, **settings: Any) -> None:
    """Overwrite a parameter, as anybody may."""
    client("ssm").put_parameter(Name=one.id, Value=value, Overwrite=True, **settings)


def values(one: Resource) -> list[str]:
    """Every value of a parameter, the newest last."""
    pages = client("ssm").get_paginator("get_parameter_history").paginate(Name=one.id, WithDecryption=True)
    return [str(version["Value"]) for page in pages for version in page["Parameters"]]


def trail(name: str = "eyes", *, autonomy: str = "auto", **settings: Any) -> Resource:
    """A trail that logs management events into a bucket of its own."""
    bucket = settings.get("S3BucketName", f"logs-of-{name}")
    client("s3").create_bucket(Bucket=bucket)
    settings = {"S3BucketName": bucket, "EnableLogFileValidation": True, **settings}
    client("cloudtrail").create_trail(Name=name, TagsList=tagging(autonomy), **settings)
    client("cloudtrail").put_event_selectors(TrailName=name, EventSelectors=[WRITES])
    client("cloudtrail").start_logging(Name=name)
    return resource(TRAIL, name, autonomy)


def database(name: str = "orders", *, autonomy: str = "auto", **settings: Any) -> Resource:
    """A protected database with a parameter group of its own."""
    rds, settings = client("rds"), {"DBParameterGroupName": "own", **settings}
    group = {"DBParameterGroupName": "own", "DBParameterGroupFamily": "postgres16", "Description": "own"}
    rds.create_db_parameter_group(**group)
    rds.create_db_instance(
        DBInstanceIdentifier=name,
        DBInstanceClass="db.t3.micro",
        Engine="postgres",
        MasterUsername="owner",
        MasterUserPassword="not-a-secret",
        AllocatedStorage=20,
        BackupRetentionPeriod=7,
        DeletionProtection=True,
        PubliclyAccessible=False,
        Tags=tagging(autonomy),
        **settings,
    )
    return resource(DATABASE, name, autonomy)


def policy_of(bucket: str, principal: Any = None, **statement: Any) -> Json:
    """A bucket policy of one statement; without a principal it is for this account."""
    who = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"} if principal is None else principal
    allow = {"Sid": "Read", "Effect": "Allow", "Principal": who, "Action": "s3:GetObject"}
    return {"Version": "2012-10-17", "Statement": [{**allow, "Resource": f"arn:aws:s3:::{bucket}/*", **statement}]}


def bucket(name: str, *, autonomy: str = "auto", policy: Json | None = None, block: Json | None = CLOSED) -> Resource:
    """A bucket, closed unless said otherwise."""
    s3 = client("s3")
    s3.create_bucket(Bucket=name)
    if autonomy:
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": tagging(autonomy)})
    if block:
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=block)
    if policy:
        s3.put_bucket_policy(Bucket=name, Policy=json.dumps(policy))
    return resource(BUCKET, name, autonomy)


def access_block(one: Resource) -> Json | None:
    s3 = client("s3")
    try:
        return dict(s3.get_public_access_block(Bucket=one.id)["PublicAccessBlockConfiguration"])
    except s3.exceptions.ClientError:
        return None


def bucket_policy(one: Resource) -> Json | None:
    s3 = client("s3")
    try:
        return dict(json.loads(s3.get_bucket_policy(Bucket=one.id)["Policy"]))
    except s3.exceptions.ClientError:
        return None


def impair(cloud: Cloud, *names: str) -> None:
    """From now on EC2 says that these instances, or all, are ill."""

    def spoil(parsed: Json, **_: Any) -> None:
        for status in parsed["InstanceStatuses"]:
            if not names or status["InstanceId"] in names:
                status["SystemStatus"]["Status"] = "impaired"

    cloud.interfere("ec2", "after-call.ec2.DescribeInstanceStatus", spoil)


KEY = {"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}
ATTRIBUTES = {"AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}]}


def table(name: str, *, autonomy: str = "auto", units: int | None = 10, **settings: Any) -> Resource:
    """A table with one item and point-in-time recovery, protected against deletion; on demand without units."""
    dynamo = client("dynamodb")
    capacity: Json = {"BillingMode": "PAY_PER_REQUEST"}
    if units:
        capacity = {"ProvisionedThroughput": {"ReadCapacityUnits": units, "WriteCapacityUnits": units}}
    dynamo.create_table(
        TableName=name,
        Tags=tagging(autonomy),
        **{"DeletionProtectionEnabled": True, **KEY, **ATTRIBUTES, **capacity, **settings},
    )
    recovery = {"PointInTimeRecoveryEnabled": True}
    dynamo.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=recovery)
    dynamo.put_item(TableName=name, Item={"id": {"S": "precious"}})
    return resource(TABLE, name, autonomy)


def delete_table(one: Resource) -> None:
    """Delete a table, its protection first."""
    dynamo = client("dynamodb")
    dynamo.update_table(TableName=one.id, DeletionProtectionEnabled=False)
    dynamo.delete_table(TableName=one.id)


def scaling_group(name: str = "web", *, autonomy: str = "auto", most: int = 4) -> Resource:
    """An Auto Scaling group of one instance."""
    ec2, autoscaling = client("ec2"), client("autoscaling")
    launch = {"ImageId": IMAGE, "InstanceType": "t3.micro"}
    template = ec2.create_launch_template(LaunchTemplateName=name, LaunchTemplateData=launch)["LaunchTemplate"]
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName=name,
        MinSize=1,
        MaxSize=most,
        DesiredCapacity=1,
        LaunchTemplate={"LaunchTemplateId": template["LaunchTemplateId"]},
        AvailabilityZones=[f"{REGION}a"],
        Tags=[{**tag, "PropagateAtLaunch": False} for tag in tagging(autonomy)],
    )
    (made,) = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"]
    return Resource(SCALING_GROUP, name, made["AutoScalingGroupARN"], autonomy)
