"""IAM allows exactly what the policies say."""

import pytest
from botocore.exceptions import ClientError
from published import Json

from aiops.engine import ACCOUNT, REGION, Engine
from engine.identities import ALLOW_ALL, TRUST, policy
from engine.shapes import TAG


def test_a_permission_for_one_instance_does_not_reach_another(engine: Engine, instance: str) -> None:
    """A call that names several instances needs the permission for each, and a Describe needs it for all."""
    one = f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/{instance}"
    engine.client("iam").create_role(RoleName="narrow", AssumeRolePolicyDocument=policy(TRUST))
    engine.client("iam").put_role_policy(
        RoleName="narrow", PolicyName="one", PolicyDocument=policy({**ALLOW_ALL, "Resource": one})
    )
    ec2 = engine.client("ec2", role="narrow")
    ec2.stop_instances(InstanceIds=[instance])
    ec2.create_tags(Resources=[instance], Tags=[TAG])
    for others in ([instance, "i-1234567890abcdef0"], ["i-1234567890abcdef0", instance]):
        with pytest.raises(ClientError, match="UnauthorizedOperation"):
            ec2.start_instances(InstanceIds=others)
    with pytest.raises(ClientError, match="UnauthorizedOperation"):
        ec2.describe_instances(InstanceIds=[instance])


def test_a_launch_is_checked_on_all_that_it_uses_and_makes(engine: Engine) -> None:
    """The launcher's permission for the instance stands under the tag that it must give."""
    ec2_arn = f"arn:aws:ec2:{REGION}:{ACCOUNT}:"
    tagged = {"StringLike": {"aws:RequestTag/aiops:replaces": "i-old"}}
    may: list[Json] = [
        {**ALLOW_ALL, "Action": "ec2:RunInstances", "Resource": ec2_arn + "instance/*", "Condition": tagged},
        *(
            {**ALLOW_ALL, "Action": "ec2:RunInstances", "Resource": one}
            for one in (f"arn:aws:ec2:{REGION}::image/ami-1", ec2_arn + "volume/*", ec2_arn + "network-interface/*")
        ),
    ]
    engine.client("iam").create_role(RoleName="launcher", AssumeRolePolicyDocument=policy(TRUST))
    engine.client("iam").put_role_policy(RoleName="launcher", PolicyName="may", PolicyDocument=policy(*may))
    ec2 = engine.client("ec2", role="launcher")
    one = {"MinCount": 1, "MaxCount": 1}

    def tags(value: str) -> list[Json]:
        return [{"ResourceType": "instance", "Tags": [{"Key": "aiops:replaces", "Value": value}]}]

    assert ec2.run_instances(ImageId="ami-1", TagSpecifications=tags("i-old"), **one)["Instances"]
    for image, value in (("ami-2", "i-old"), ("ami-1", "i-other")):
        with pytest.raises(ClientError, match="UnauthorizedOperation"):
            ec2.run_instances(ImageId=image, TagSpecifications=tags(value), **one)


def test_a_source_identity_has_to_be_allowed(engine: Engine) -> None:
    trust = policy({**TRUST, "Action": "sts:AssumeRole"})
    role = engine.client("iam").create_role(RoleName="plain", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    assume = {"RoleArn": role, "RoleSessionName": "work"}
    assert engine.client("sts").assume_role(**assume)
    with pytest.raises(ClientError, match="sts:SetSourceIdentity"):
        engine.client("sts").assume_role(**assume, SourceIdentity="incident-1")
