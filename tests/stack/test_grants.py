"""Who may do what. What the engine does not enforce (machine, rules, permissions of rules) is asserted here."""

from pathlib import Path

from stack_template import CONTEXT, Json, Template

from tasks import resources
from tasks.domain.catalogue import TYPES

RECOVERY = "aiops-recovery-<AWS::Region>"

# (role, action) that may be granted on every resource, and why.
EVERYWHERE = {
    ("aiops-Detect", "tag:GetResources"): "the tagging API knows no resources",
    ("aiops-Detect", "ec2:DescribeInstances"): "EC2's describe calls know no resources",
    ("aiops-GatherDeletions", "tag:GetResources"): "the tagging API knows no resources",
    ("aiops-Restore", "cloudwatch:GetMetricData"): "metrics are no resources",
    ("aiops-Restore", "cloudwatch:DescribeAlarmHistory"): "composite alarms are told of to nobody with less",
    ("aiops-Verify", "tag:GetResources"): "the tagging API knows no resources",
    ("aiops-Verify", "cloudwatch:GetMetricData"): "metrics are no resources",
    ("aiops-Verify", "cloudwatch:DescribeAlarms"): "composite alarms are told of to nobody with less",
    ("aiops-AnalyzeMetrics", "tag:GetResources"): "the tagging API knows no resources",
    ("aiops-AnalyzeMetrics", "cloudwatch:GetMetricData"): "metrics are no resources",
    ("aiops-TakeSnapshots", "tag:GetResources"): "the tagging API knows no resources",
    ("aiops-TakeSnapshots", "cloudtrail:LookupEvents"): "the event history knows no resources",
    ("aiops-CheckTrail", "cloudtrail:DescribeTrails"): "CloudTrail's describe call knows no resources",
    ("aiops-AnalyzeLogs", "tag:GetResources"): "the tagging API knows no resources",
    ("aiops-CheckCoverage", "tag:GetResources"): "the tagging API knows no resources",
    ("aiops-CheckCoverage", "cloudtrail:DescribeTrails"): "CloudTrail's describe call knows no resources",
    **{
        (f"aiops-{name}", f"ec2:{action}"): "EC2's describe calls know no resources"
        for name in ("Plan", "Verify", "TakeSnapshots", RECOVERY.removeprefix("aiops-"))
        for action in (
            "DescribeInstances",
            "DescribeInstanceStatus",
            "DescribeAddresses",
            "DescribeInstanceTypes",
            "DescribeLaunchTemplateVersions",
            "DescribeVolumes",
            "DescribeSecurityGroups",
        )
    },
    **{
        (f"aiops-{name}", "autoscaling:DescribeAutoScalingGroups"): "Auto Scaling's describe calls know no resources"
        for name in ("Detect", "Plan", "Verify", "TakeSnapshots", RECOVERY.removeprefix("aiops-"))
    },
    **{
        (f"aiops-{name}", "health:DescribeEvents"): "AWS Health's events are asked for by what they affect"
        for name in ("Plan", "Verify", "TakeSnapshots", RECOVERY.removeprefix("aiops-"))
    },
    (RECOVERY, "ec2:ListVolumesInRecycleBin"): "the Recycle Bin is listed for the account",
    (RECOVERY, "ssm:ListCommands"): "commands are listed for the account",
    (RECOVERY, "ssm:GetCommandInvocation"): "a command's result knows no resources",
    **{
        (f"aiops-{name}", f"application-autoscaling:Describe{action}"): "scaling is described for the account"
        for name in ("Plan", "Verify", "TakeSnapshots", RECOVERY.removeprefix("aiops-"))
        for action in ("ScalableTargets", "ScalingPolicies")
    },
    (RECOVERY, "cloudwatch:DescribeAlarms"): "Application Auto Scaling asks for all with its caller's rights",
    (RECOVERY, "dynamodb:ListBackups"): "backups are listed for the account",
    (RECOVERY, "ec2:DescribeSubnets"): "EC2's describe calls know no resources",
    (RECOVERY, "ec2:DescribeVpcs"): "EC2's describe calls know no resources",
    **{
        (role, "ssm:DescribeParameters"): "parameters are described for the account; it shows no values"
        for role in ("aiops-Plan", "aiops-Verify", "aiops-TakeSnapshots", RECOVERY)
    },
    **{
        ("aiops-StateMachine", f"logs:{action}"): "log delivery knows no resources"
        for action in (
            "CreateLogDelivery",
            "GetLogDelivery",
            "UpdateLogDelivery",
            "DeleteLogDelivery",
            "ListLogDeliveries",
            "PutResourcePolicy",
            "DescribeResourcePolicies",
            "DescribeLogGroups",
        )
    },
    **{
        ("aiops-StateMachine", f"xray:{action}"): "X-Ray knows no resources"
        for action in ("PutTraceSegments", "PutTelemetryRecords", "GetSamplingRules", "GetSamplingTargets")
    },
}
# What does not exist yet has no tag.
CREATES_ONLY = {"ssm:Overwrite": "false"}
READING = ("Filter", "Get", "Describe", "List", "Lookup", "Query", "BatchGet")


def role_names(template: Template) -> set[str]:
    return {role for policy in template.of_type("AWS::IAM::Policy") for role in policy["Roles"]}


def test_only_the_listed_actions_are_granted_on_everything(template: Template) -> None:
    found = {(role, action) for role in role_names(template) for action, on in template.grants(role) if on == "*"}
    assert found == set(EVERYWHERE)


def test_what_is_granted_on_everything_only_reads(template: Template, variant: Template) -> None:
    """But for the machine's own log and trace, which know no resources; and each has its reason."""
    for one in (template, variant):
        for role in role_names(one) - {"aiops-StateMachine"}:
            everywhere = {action for action, on in one.grants(role) if on == "*"}
            assert [action for action in everywhere if not action.split(":")[1].startswith(READING)] == [], role
    assert all(EVERYWHERE.values())


def test_no_action_is_a_wildcard_and_nothing_is_managed_by_aws(template: Template) -> None:
    for role in role_names(template):
        assert [action for action, _ in template.grants(role) if "*" in action] == [], role
    assert [one for one in template.of_type("AWS::IAM::Role") if one.get("ManagedPolicyArns")] == []


def test_the_machine_invokes_exactly_its_functions(template: Template) -> None:
    machine = template.named("AWS::StepFunctions::StateMachine", "aiops")
    invoked = {on for action, on in template.grants("aiops-StateMachine") if action == "lambda:InvokeFunction"}
    assert invoked == set(machine["DefinitionSubstitutions"].values())
    assert machine["RoleArn"] == "arn of aiops-StateMachine"


def test_a_rules_role_starts_the_machine_and_nothing_else(template: Template) -> None:
    targets = [target for rule in template.of_type("AWS::Events::Rule") for target in rule["Targets"]]
    roles = {target["RoleArn"].removeprefix("arn of ") for target in targets if target["Arn"] == "aiops"}
    assert len(roles) == 1
    assert template.grants(roles.pop()) == {("states:StartExecution", "aiops")}


def test_a_rule_may_invoke_the_function_that_it_targets_and_no_other(template: Template) -> None:
    allowed = {
        (one["SourceArn"], one["FunctionName"])
        for one in template.of_type("AWS::Lambda::Permission")
        if one["Principal"] == "events.amazonaws.com" and one["Action"] == "lambda:InvokeFunction"
    }
    targeted = {
        (f"arn of {rule['Name']}", target["Arn"])
        for rule in template.of_type("AWS::Events::Rule")
        for target in rule["Targets"]
        if target["Arn"] not in ("aiops", "arn of aiops-deletions", "aiops-incidents")
    }
    assert allowed == targeted
    assert len(template.of_type("AWS::Lambda::Permission")) == len(allowed)


WRITING_LOGS = ("logs:CreateLogStream", "logs:PutLogEvents")


def test_a_function_writes_its_own_log_only(template: Template) -> None:
    for name, _ in template.tasks():
        logs = {on for action, on in template.grants(f"aiops-{name}") if action in WRITING_LOGS}
        assert logs == {f"arn of /aws/lambda/aiops-{name}"}


def test_only_restore_and_undo_assume_the_recovery_role_which_trusts_only_them(template: Template) -> None:
    trust = template.named("AWS::IAM::Role", RECOVERY)["AssumeRolePolicyDocument"]["Statement"]
    trusted = {principal for one in trust for principal in one["Principal"]["AWS"]}
    assert trusted == {"arn of aiops-Restore", "arn of aiops-Undo"}
    assert {action for one in trust for action in one["Action"]} == {"sts:AssumeRole", "sts:SetSourceIdentity"}
    assuming = {role for role in role_names(template) if any(a.startswith("sts:") for a, _ in template.grants(role))}
    assert assuming == {"aiops-Restore", "aiops-Undo"}
    for role in assuming:
        on = {on for action, on in template.grants(role) if action.startswith("sts:")}
        assert on == {"arn:<AWS::Partition>:iam::<AWS::AccountId>:role/aiops-recovery-<AWS::Region>"}


def test_no_function_can_change_a_resource_that_the_agent_looks_after(template: Template) -> None:
    services = {action.split(":")[0] for one in TYPES for action in resources.module(one).READS}
    own = {f"arn of {table['TableName']}" for table in template.of_type("AWS::DynamoDB::GlobalTable")} | {
        f"arn of {table['TableName']}" for table in template.of_type("AWS::DynamoDB::Table")
    }
    # The vault and the bus are no resources that are looked after.
    (vault,) = [one["BucketName"] for one in template.of_type("AWS::S3::Bucket") if "BucketName" in one]
    own |= {f"arn of /aws/lambda/aiops-{name}" for name, _ in template.tasks()}
    own |= {f"arn of {vault}/*", "arn:<AWS::Partition>:events:<AWS::Region>:<AWS::AccountId>:event-bus/default"}
    for name, _ in template.tasks():
        changing = {
            action
            for action, on in template.grants(f"aiops-{name}")
            if on not in own and action.split(":")[0] in services and not action.split(":")[1].startswith(READING)
        }
        assert changing == set(), name


def test_the_recovery_role_holds_what_every_action_needs_and_no_more(template: Template) -> None:
    needed = {action for one in TYPES for action in resources.module(one).READS}
    for one in TYPES:
        for action in resources.actions(one).values():
            needed |= {permission.action for permission in (*action.permissions, *action.undo_permissions)}
    assert {action for action, _ in template.grants(RECOVERY)} == needed


def test_the_recovery_role_reaches_only_opted_in_resources_where_the_service_can_tell(template: Template) -> None:
    tagged = {
        permission.action
        for one in TYPES
        for action in resources.actions(one).values()
        for permission in (*action.permissions, *action.undo_permissions)
        if permission.tagged
    }
    assert tagged
    for statement in template.statements(RECOVERY):
        asked = statement.get("Condition", {}).get("StringEquals", {})
        # Of the two resources that ssm:SendCommand checks, the document is ours, and the host is tagged.
        documents = ":document/" in str(statement["Resource"])
        if tagged & set(statement["Action"]) and asked != CREATES_ONLY and not documents:
            assert asked.get("aws:ResourceTag/aiops:recover") == ["auto", "approve"], statement


def test_a_value_is_read_of_opted_in_parameters_alone_and_by_those_who_keep_it(template: Template) -> None:
    """A key serves only through SSM, which asks for the tag; no function reads a history, where values are too."""
    reading = {"ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath", "ssm:GetParameterHistory"}
    found = [
        (name, statement)
        for name, _ in template.tasks()
        for statement in template.statements(f"aiops-{name}")
        if reading & set(statement["Action"]) and not statement["Resource"][0].endswith("/aiops/kill-switch")
    ]
    assert {name for name, _ in found} == {"TakeSnapshots", "Verify"}
    for _, statement in found:
        assert statement["Action"] == ["ssm:GetParameter"]
        assert statement["Condition"]["StringEquals"] == {"aws:ResourceTag/aiops:recover": ["auto", "approve"]}
    for name in ("TakeSnapshots", "Verify"):
        for statement in template.statements(f"aiops-{name}"):
            if "kms:Decrypt" in statement["Action"]:
                through = statement["Condition"]["StringEquals"]["kms:ViaService"]
                assert through == "ssm.<AWS::Region>.amazonaws.com"


def test_the_vault_is_read_by_the_recovery_role_alone(template: Template) -> None:
    for role in role_names(template):
        reads = {action for action, on in template.grants(role) if action.startswith("s3:GetObject")}
        assert reads == ({"s3:GetObjectVersion"} if role == RECOVERY else set()), role


def test_a_key_is_used_for_the_parameters_own_encryption_only(template: Template) -> None:
    for statement in template.statements(RECOVERY):
        if any(action.startswith("kms:") for action in statement["Action"]):
            assert any(key.startswith("kms:") for test in statement["Condition"].values() for key in test)


def test_detect_may_ask_the_policys_calendars_and_no_others(tmp_path: Path) -> None:
    from aws_cdk import App

    from cdk_app import policy_file
    from cdk_app.settings import Settings
    from cdk_app.stack import AiopsStack

    shared = "arn:aws:ssm:us-east-1:111122223333:document/shared"
    policy = {**policy_file.read(), "maintenance": {"calendars": ["freeze", shared]}}
    app = App(outdir=str(tmp_path))
    AiopsStack(app, settings=Settings.of(CONTEXT), policy=policy)
    app.synth()
    asked = {on for action, on in Template(tmp_path).grants("aiops-Detect") if action == "ssm:GetCalendarState"}
    own = "arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:document/freeze"
    assert asked == {own, shared}


def model_statements(template: Template) -> list[Json]:
    return [one for one in template.statements("aiops-Analyze") if "bedrock:InvokeModel" in one["Action"]]


def test_without_a_model_nothing_may_be_invoked(template: Template) -> None:
    assert model_statements(template) == []


def test_the_model_of_the_context_may_be_invoked_by_who_asks_it_and_who_checks_that_it_answers(
    variant: Template,
) -> None:
    assert model_statements(variant)
    for role in role_names(variant) - {"aiops-Analyze", "aiops-CheckCoverage"}:
        assert "bedrock:InvokeModel" not in {action for action, _ in variant.grants(role)}
