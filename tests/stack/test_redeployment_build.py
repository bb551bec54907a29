"""The build of the user's code: made if it is configured, allowed what the user grants, and never a change unseen."""

import json

import pytest
from stack_template import CONTEXT, GRANTED, Json, Template

from cdk_app.buildspec import buildspec
from cdk_app.settings import BadSettings, Settings

ROLE = "aiops-redeploy-<AWS::Region>"
PROJECT = "arn:<AWS::Partition>:codebuild:<AWS::Region>:<AWS::AccountId>:project/aiops-redeploy"


def test_without_a_source_there_is_no_project_and_no_role_for_one(template: Template) -> None:
    assert template.of_type("AWS::CodeBuild::Project") == []
    assert ROLE not in template.roles()


def test_the_build_may_read_its_source_write_its_log_and_what_the_user_grants(variant: Template) -> None:
    role = variant.named("AWS::IAM::Role", ROLE)
    assert role["ManagedPolicyArns"] == [GRANTED]
    assert variant.grants(ROLE) == {
        ("s3:GetObject", "arn:<AWS::Partition>:s3:::sources/app.zip"),
        ("s3:GetObjectVersion", "arn:<AWS::Partition>:s3:::sources/app.zip"),
        ("s3:GetBucketAcl", "arn:<AWS::Partition>:s3:::sources"),
        ("s3:GetBucketLocation", "arn:<AWS::Partition>:s3:::sources"),
        ("logs:CreateLogStream", "arn of /aws/codebuild/aiops-redeploy"),
        ("logs:PutLogEvents", "arn of /aws/codebuild/aiops-redeploy"),
    }


def test_only_that_project_acts_with_the_role(variant: Template) -> None:
    (trust,) = variant.named("AWS::IAM::Role", ROLE)["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "codebuild.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceArn": PROJECT}}


def test_the_recovery_role_starts_that_build_and_no_other(template: Template) -> None:
    on = {on for action, on in template.grants("aiops-recovery-<AWS::Region>") if action.startswith("codebuild:")}
    assert on == {PROJECT}


def test_the_project_builds_the_source_once_at_a_time(variant: Template) -> None:
    project = variant.named("AWS::CodeBuild::Project", "aiops-redeploy")
    assert (project["Source"]["Type"], project["Source"]["Location"]) == ("S3", "sources/app.zip")
    assert (project["ConcurrentBuildLimit"], project["Artifacts"]) == (1, {"Type": "NO_ARTIFACTS"})
    spec: Json = json.loads(project["Source"]["BuildSpec"])
    assert spec["phases"].keys() == {"install", "pre_build", "build"}


@pytest.mark.parametrize("tool", ["terraform", "cdk:app"])
def test_a_plan_is_saved_and_checked_before_the_phase_that_applies_it(tool: str) -> None:
    phases = buildspec(tool, check="")["phases"]
    plan, (apply,) = phases["pre_build"]["commands"], phases["build"]["commands"]
    assert "aiops-check.py < saved.json" in plan[-1]
    assert "> saved.json" in plan[-2]
    saved = "saved.tfplan" if tool == "terraform" else '--change-set-name "aiops-$AIOPS_TOKEN"'
    assert saved in apply
    assert any(saved in one for one in plan)
    assert not any("apply" in one or "execute-change-set" in one for one in plan)


GIT = "https://github.com/somebody/app"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"redeploy": "pulumi"}, "terraform or cdk:STACK, or empty"),
        ({"redeploy": "cdk:app; rm -rf /"}, "terraform or cdk:STACK"),
        ({"redeploy": "terraform"}, "redeploy_source is empty"),
        ({"redeploy_source": "s3://sources/*"}, "s3://BUCKET/KEY.zip"),
        ({"redeploy_policies": "AdministratorAccess"}, "ARNs of managed policies"),
        ({"redeploy_connection": GIT}, "the ARN of a connection"),
        ({"redeploy_image": "an image"}, "the name of a container image"),
    ],
)
def test_a_setting_that_cannot_work_is_named(wrong: dict[str, object], says: str) -> None:
    with pytest.raises(BadSettings, match="context key redeploy") as bad:
        Settings.of({**CONTEXT, **wrong})
    assert says in str(bad.value)
