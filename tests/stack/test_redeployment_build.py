"""The build of the user's code: made if it is configured, allowed what the user grants, and never a change unseen."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from stack_template import CONTEXT, GRANTED, Json, Template

from cdk_app.buildspec import buildspec
from cdk_app.settings import BadSettings, Settings
from tasks.domain import redeployment

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


def plan(*actions: str) -> str:
    resource = {"address": "a.b", "change": {"actions": list(actions)}}
    return json.dumps({"format_version": "1.2", "resource_changes": [resource]})


def change_set(replacement: str) -> str:
    change = {"Action": "Modify", "LogicalResourceId": "Data", "Replacement": replacement}
    return json.dumps({"Changes": [{"Type": "Resource", "ResourceChange": change}]})


# The harmless plan of each tool, and the other one; and the command that applies it.
PLANS = {
    "terraform": (plan("update"), plan("delete", "create")),
    "cdk:app": (change_set("False"), change_set("True")),
}
APPLYING = {"terraform": "terraform apply -input=false saved.tfplan", "cdk:app": "--method execute-change-set"}
# Writes down how it is called; prints the plan when it is asked to show or describe one.
STAND_IN = """#!/bin/bash
echo "${0##*/} $*" >> "$CALLS"
case "$*" in show*|*describe-change-set*) cat "$PLAN";; esac
"""


@pytest.mark.parametrize("harmless", [True, False])
@pytest.mark.parametrize("tool", PLANS)
def test_the_commands_apply_a_harmless_plan_and_stop_at_another(tmp_path: Path, tool: str, harmless: bool) -> None:
    """Run as CodeBuild runs them, in one shell, with stand-ins for the tools that the source's setup puts in place."""
    tools, source, calls = tmp_path / "bin", tmp_path / "source", tmp_path / "calls"
    tools.mkdir()
    source.mkdir()
    for name in ("terraform", "npx", "aws"):
        (tools / name).write_text(STAND_IN)
        (tools / name).chmod(0o755)
    (tmp_path / "plan").write_text(PLANS[tool][not harmless])
    (source / "redeploy-setup.sh").write_text('export PATH="$TOOLS:$PATH"\n')
    spec = buildspec(tool, check=Path(redeployment.__file__).read_text())
    script = "\n".join(command for phase in spec["phases"].values() for command in phase["commands"])
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    variables = {"PATH": path, "TOOLS": tools, "CALLS": calls, "PLAN": tmp_path / "plan", "AIOPS_TOKEN": "0a1b"}
    ended = subprocess.run(
        ["/bin/bash", "-e", "-c", script],
        cwd=source,
        env={name: str(value) for name, value in variables.items()},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode == 0) == harmless, ended.stderr
    assert ("aiops: refused: " in ended.stdout) != harmless
    assert (APPLYING[tool] in calls.read_text().splitlines()[-1]) == harmless
    assert ("aiops-0a1b" in calls.read_text()) == (tool == "cdk:app")


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
