"""One model, in each of the three forms of its id, and nothing else."""

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk.assertions import Template

from cdk_app.bedrock import allow_model

HERE = {"account": "123456789012", "region": "eu-west-1"}
MODEL = "foundation-model/amazon.nova-lite-v1:0"


def granted(model_id: str) -> dict[str, object]:
    """Resource (without partition) to condition, of all statements."""
    stack = cdk.Stack(cdk.App(), "one", env=cdk.Environment(**HERE))
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    allow_model(role, model_id)
    (policy,) = Template.from_stack(stack).find_resources("AWS::IAM::Policy").values()
    statements = policy["Properties"]["PolicyDocument"]["Statement"]
    assert {one["Action"] for one in statements} == {"bedrock:InvokeModel"}
    return {_text(one["Resource"]): _text(one.get("Condition")) for one in statements}


def _text(value: Any) -> Any:
    match value:
        case {"Fn::Join": [_, parts]}:
            return "".join(part if isinstance(part, str) else "aws" for part in parts).removeprefix("arn:aws:bedrock:")
        case dict():
            return {key: _text(item) for key, item in value.items()}
    return value


def test_a_model_id_grants_that_model_of_the_region() -> None:
    assert granted("amazon.nova-lite-v1:0") == {f"eu-west-1::{MODEL}": None}


def test_a_geographys_profile_grants_its_model_in_any_region_through_the_profile() -> None:
    profile = "eu-west-1:123456789012:inference-profile/eu.amazon.nova-lite-v1:0"
    through = {"StringEquals": {"bedrock:InferenceProfileArn": profile}}
    assert granted("eu.amazon.nova-lite-v1:0") == {profile: None, f"*::{MODEL}": through}


def test_the_global_profile_also_grants_the_model_without_a_region() -> None:
    profile = "eu-west-1:123456789012:inference-profile/global.amazon.nova-lite-v1:0"
    through = {"bedrock:InferenceProfileArn": profile}
    assert granted("global.amazon.nova-lite-v1:0") == {
        profile: None,
        f"eu-west-1::{MODEL}": {"StringEquals": through},
        f"::{MODEL}": {"StringEquals": {**through, "aws:RequestedRegion": "unspecified"}},
    }
