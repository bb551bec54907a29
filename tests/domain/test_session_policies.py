"""What a recovery session may do: this plan, nothing else."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from managed import resource
from published import ACCOUNT, REGION, Json, stopping

from tasks import resources
from tasks.domain.catalogue import TYPES
from tasks.domain.commands import COMMANDS
from tasks.domain.errors import Malformed
from tasks.domain.events import IDS
from tasks.domain.incident import understand
from tasks.domain.knowledge.dynamodb import TABLE
from tasks.domain.knowledge.ec2 import GROUP, INSTANCE
from tasks.domain.knowledge.lambda_ import FUNCTION
from tasks.domain.knowledge.s3 import BUCKET
from tasks.domain.knowledge.ssm import PARAMETER
from tasks.domain.payload import Step
from tasks.domain.planning import Action, Permission
from tasks.domain.session import MOST_CHARACTERS, batches
from tasks.resources import ec2_host

INCIDENT = understand(stopping("i-1"))
KMS = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/*"
NAMES = {
    INSTANCE: "i-0abc",
    GROUP: "sg-0abc",
    PARAMETER: "/app/db/host",
    BUCKET: "my-bucket",
    TABLE: "my-table",
    FUNCTION: "my-function",
}
VAULT = f"aiops-snapshots-{ACCOUNT}-{REGION}"
KEPT: Json = {"AWS.SSM.Parameter/app/db/host/value": {}}
IN_VAULT = {f"arn:aws:s3:::{VAULT}/{key}" for key in KEPT}
KMS_CONDITIONS = {
    INSTANCE: {
        "StringLike": {"kms:ViaService": f"ec2.{REGION}.amazonaws.com*"},
        "Bool": {"kms:GrantIsForAWSResource": "true"},
    },
    # All but the making of a grant have no such key.
    f"{INSTANCE} launched": {
        "StringLike": {"kms:ViaService": f"ec2.{REGION}.amazonaws.com*"},
        "BoolIfExists": {"kms:GrantIsForAWSResource": "true"},
    },
    PARAMETER: {
        "StringLike": {"kms:EncryptionContext:PARAMETER_ARN": f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/app/db/host"}
    },
    TABLE: {"StringEquals": {"kms:ViaService": f"dynamodb.{REGION}.amazonaws.com"}},
}
# Through S3, for the vault and nothing else in it.
KMS_OF_VAULT = {
    "StringEquals": {
        "kms:ViaService": f"s3.{REGION}.amazonaws.com",
        "kms:EncryptionContext:aws:s3:arn": f"arn:aws:s3:::{VAULT}",
    }
}
# What belongs to a resource and has an id that is known only when it is looked up.
PARTS = {TABLE: "/backup/*", BUCKET: "/*"}
# What a replacement is made of, and what is made by launching it, under conditions of its own.
LAUNCH = {
    "image": "ami-1",
    "subnet": "subnet-1",
    "groups": ["sg-1", "sg-2", "sg-3"],
    "key": "somebody",
    "role": "path/Web",
    "address": "eipalloc-1",
    "template": "lt-1",
    "volumes": ["vol-1"],
    "kept": KEPT,
    "layers": [f"{REGION}:{ACCOUNT}:layer:tools:3"],
}
EC2 = f"arn:aws:ec2:{REGION}:{ACCOUNT}:"
LAUNCHED = {
    f"arn:aws:ec2:{REGION}::image/ami-1",
    f"arn:aws:iam::{ACCOUNT}:role/path/Web",
    f"arn:aws:iam::{ACCOUNT}:instance-profile/*",
    *(
        EC2 + one
        for one in (
            "instance/*",
            "volume/*",
            "network-interface/*",
            "subnet/subnet-1",
            "security-group/sg-1",
            "security-group/sg-2",
            "security-group/sg-3",
            "key-pair/somebody",
            "elastic-ip/eipalloc-1",
            "launch-template/lt-1",
            "volume/vol-1",
        )
    ),
}
LISTINGS = (
    "dynamodb:ListBackups",
    "ssm:DescribeParameters",
    "health:DescribeEvents",
    "application-autoscaling:DescribeScalableTargets",
    "application-autoscaling:DescribeScalingPolicies",
    "cloudwatch:DescribeAlarms",
    "ec2:ListVolumesInRecycleBin",
    *ec2_host.READS,
)
DOCUMENTS = {f"arn:aws:ssm:{REGION}:{ACCOUNT}:document/{one.document}" for one in COMMANDS.values()}
# Auto scaling of a table has ids of its own, its alarms the table's name.
SCALED = f"arn:aws:application-autoscaling:{REGION}:{ACCOUNT}:scalable-target/*"
ALARMS = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:TargetTracking-table/"
USED_BY_FUNCTION = {
    f"arn:aws:iam::{ACCOUNT}:role/path/Web",
    f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:tools:3",
}
STEPS = [(kind, action) for kind in NAMES for action in resources.module(kind).ACTIONS]


def step(kind: str, action: str, name: str) -> Step:
    return Step(resource(kind, name), action, "", disruptive=False, data_risk=False, target=LAUNCH)


def statements(kind: str, action: str, name: str, *, undo: bool) -> list[Json]:
    ((text, _),) = batches(INCIDENT, [step(kind, action, name)], resources.actions, undo=undo)
    return each(text)


def each(text: str) -> list[Json]:
    """The statements of a policy, each with one resource."""
    found = [(one, one["Resource"]) for one in json.loads(text)["Statement"]]
    return [{**one, "Resource": arn} for one, on in found for arn in (on if isinstance(on, list) else [on])]


@pytest.mark.parametrize("undo", [False, True])
@pytest.mark.parametrize(("kind", "action"), STEPS)
def test_a_session_reaches_exactly_the_steps_resource(kind: str, action: str, undo: bool) -> None:
    """Beyond it only reads that know no resources, and keys under conditions of their own."""
    arn = resource(kind, NAMES[kind]).arn
    for statement in statements(kind, action, NAMES[kind], undo=undo):
        assert statement["Effect"] == "Allow"
        if statement["Resource"] == "*":
            assert all(one.startswith("ec2:Describe") or one in LISTINGS for one in statement["Action"])
        elif statement["Resource"] == KMS:
            assert all(one.startswith("kms:") for one in statement["Action"])
            known = (KMS_CONDITIONS.get(kind), KMS_CONDITIONS.get(f"{kind} launched"), KMS_OF_VAULT)
            assert statement["Condition"] in known
        elif statement["Resource"] in IN_VAULT:
            assert statement["Action"] == ["s3:GetObjectVersion"]
        elif statement["Resource"] in USED_BY_FUNCTION and kind == FUNCTION:
            assert statement["Action"] in (["iam:PassRole"], ["lambda:GetLayerVersion"])
        elif statement["Resource"] in LAUNCHED and kind == INSTANCE:
            assert action in ("replace_instance", "associate_address", "attach_volumes") or statement["Action"] == [
                "iam:GetInstanceProfile"
            ]
            if statement["Resource"] == EC2 + "instance/*":
                assert statement["Condition"]
        elif action in COMMANDS and statement["Resource"] in DOCUMENTS:
            assert statement["Resource"].endswith(f":document/{COMMANDS[action].document}")
            assert statement["Action"] == ["ssm:SendCommand"]
        elif statement["Resource"] == SCALED:
            assert statement["Condition"] == {"StringEquals": {"application-autoscaling:service-namespace": "dynamodb"}}
        elif statement["Resource"].startswith(ALARMS):
            assert (action, statement["Resource"]) == ("put_scaling", f"{ALARMS}{NAMES[kind]}*")
        else:
            assert statement["Resource"] in (arn, arn + PARTS.get(kind, ""))
        assert not any("*" in action for action in statement["Action"])


@pytest.mark.parametrize(("kind", "action"), STEPS)
def test_only_an_undo_may_undo(kind: str, action: str) -> None:
    declared = resources.module(kind).ACTIONS[action]
    for undo, permissions in ((False, declared.permissions), (True, declared.undo_permissions)):
        allowed = {one for statement in statements(kind, action, NAMES[kind], undo=undo) for one in statement["Action"]}
        assert allowed == {one.action for one in permissions}


def test_a_replacement_may_be_launched_only_as_the_replacement_of_that_instance() -> None:
    made = statements(INSTANCE, "replace_instance", "i-0abc", undo=False)
    conditions = [one["Condition"] for one in made if one["Resource"] == EC2 + "instance/*"]
    assert {"StringLike": {"aws:RequestTag/aiops:replaces": "i-0abc"}} in conditions
    assert {"StringEquals": {"ec2:CreateAction": "RunInstances"}} in conditions
    assert len(conditions) == 2


def test_an_address_goes_only_to_the_replacement_of_that_instance() -> None:
    made = statements(INSTANCE, "associate_address", "i-0abc", undo=False)
    on = {one["Resource"]: one.get("Condition") for one in made if one["Action"] == ["ec2:AssociateAddress"]}
    tagged = {"StringLike": {"aws:ResourceTag/aiops:replaces": "i-0abc"}}
    assert on == {EC2 + "instance/*": tagged, EC2 + "elastic-ip/eipalloc-1": None}


def test_a_replacement_with_long_names_fits_into_one_session() -> None:
    groups = [f"sg-1234567890abcdef{number}" for number in range(5)]
    names = {"image": "ami-1234567890abcdef0", "subnet": "subnet-1234567890abcdef0", "role": "team/" + "Role" * 15}
    one = replace(
        step(INSTANCE, "replace_instance", "i-1234567890abcdef0"), target={**LAUNCH, **names, "groups": groups}
    )
    ((text, _),) = batches(INCIDENT, [one], resources.actions, undo=False)
    assert all(name in text for name in (*groups, *names.values()))


def test_a_role_is_passed_only_if_the_target_names_it() -> None:
    passing = [
        one for one in statements(INSTANCE, "replace_instance", "i-0abc", undo=False) if "iam:PassRole" in one["Action"]
    ]
    assert [one["Resource"] for one in passing] == [f"arn:aws:iam::{ACCOUNT}:role/path/Web"]
    assert passing[0]["Condition"] == {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
    for role in (None, "*", "a?b", "${aws:username}"):
        bare = replace(step(INSTANCE, "replace_instance", "i-0abc"), target={**LAUNCH, "role": role})
        ((text, _),) = batches(INCIDENT, [bare], resources.actions, undo=False)
        assert "iam:PassRole" not in text


def test_starting_may_not_stop_and_undoing_may_not_start() -> None:
    said = {undo: json.dumps(statements(INSTANCE, "start_instance", "i-1", undo=undo)) for undo in (False, True)}
    assert ("StopInstances" in said[False], "StartInstances" in said[False]) == (False, True)
    assert ("StopInstances" in said[True], "StartInstances" in said[True]) == (True, False)


NEVER_UNDONE = [name for name, action in resources.module(BUCKET).ACTIONS.items() if action.undo == "none"]


@pytest.mark.parametrize("action", NEVER_UNDONE)
def test_what_is_never_undone_gets_no_permission_to_undo(action: str) -> None:
    assert statements(BUCKET, action, "my-bucket", undo=True) == []


@given(st.from_regex(IDS, fullmatch=True))
def test_no_id_that_an_event_may_name_widens_a_session(name: str) -> None:
    """No wildcard and no policy variable comes from an id."""
    for kind, action in STEPS:
        try:
            made = batches(INCIDENT, [step(kind, action, name)], resources.actions, undo=False)
        except Malformed:
            assert len(name) > 200
            continue
        for statement in each(made[0][0]):
            if statement["Resource"] not in ("*", KMS, SCALED, *LAUNCHED, *IN_VAULT, *DOCUMENTS, *USED_BY_FUNCTION):
                on = statement["Resource"].removesuffix(PARTS.get(kind, ""))
                on = on.removesuffix("*") if on.startswith(ALARMS) else on
                assert on in (resource(kind, name).arn, f"{ALARMS}{name}")
                assert not set("*?$") & set(on)


@pytest.mark.parametrize("undo", [False, True])
@pytest.mark.parametrize("kind", list(NAMES))
def test_25_resources_go_in_batches_within_2048_characters(kind: str, undo: bool) -> None:
    action = next(iter(resources.actions(kind)))
    plan = [step(kind, action, f"{NAMES[kind]}-{'x' * 40}-{number}") for number in range(25)]
    made = batches(INCIDENT, plan, resources.actions, undo=undo)
    assert [one for _, served in made for one in served] == plan
    for text, served in made:
        assert len(text) <= MOST_CHARACTERS == 2048
        on = {one["Resource"] for one in each(text)} - {
            "*",
            KMS,
            f"arn:aws:iam::{ACCOUNT}:instance-profile/*",
            *IN_VAULT,
            *USED_BY_FUNCTION,
        }
        assert {one.removesuffix(PARTS.get(kind, "")) for one in on} <= {one.resource.arn for one in served}


@pytest.mark.parametrize("action", resources.ANY_TYPE)
@pytest.mark.parametrize("kind", TYPES)
def test_an_answer_for_any_type_fits_into_one_session(kind: str, action: str) -> None:
    """With a stack's longest name (128 characters) and its id."""
    stack = {"project": "aiops-redeploy", "stack": f"{'s' * 128}/0a1b2c3d-0000-1111-2222-333344445555"}
    one = replace(step(kind, action, "x" * 60), target=stack)
    ((text, _),) = batches(INCIDENT, [one], resources.actions, undo=False)
    looking = {permission.action for permission in resources.actions(kind)[action].permissions}
    assert looking == {one for statement in each(text) for one in statement["Action"]}


def test_a_small_plan_is_one_session() -> None:
    plan = [step(INSTANCE, "start_instance", f"i-{number}") for number in range(5)]
    assert len(batches(INCIDENT, plan, resources.actions, undo=False)) == 1


def test_a_step_whose_policy_passes_the_limit_is_refused() -> None:
    with pytest.raises(Malformed, match="passes 2048"):
        batches(INCIDENT, [step(BUCKET, "long", "b" * 1000)], lambda _: {"long": Action("none", LONG)}, undo=False)


def test_a_replacement_fits_in_a_region_of_a_long_name() -> None:
    """With as many groups as an interface has, and the longest name of a role."""
    far = replace(INCIDENT, region="us-gov-west-1")
    target = {
        "image": "ami-0123456789abcdef0",
        "subnet": "subnet-0123456789abcdef0",
        "groups": [f"sg-0123456789abcdef{number}" for number in range(5)],
        "key": "k" * 40,
        "role": f"application/{'r' * 64}",
        "template": "lt-0123456789abcdef0",
    }
    one = replace(step(INSTANCE, "replace_instance", "i-0123456789abcdef0"), target=target)
    ((text, _),) = batches(far, [one], resources.actions, undo=False)
    on = {statement["Resource"] for statement in each(text)}
    assert "arn:aws-us-gov:ec2:*:*:security-group/sg-0123456789abcdef4" in on
    assert f"arn:aws-us-gov:iam::{ACCOUNT}:role/application/{'r' * 64}" in on


LONG = tuple(Permission(f"s3:Get{number}", f"arn:{{partition}}:s3:::{{id}}/{number}") for number in range(3))


def test_a_session_is_of_the_incidents_partition_region_and_account() -> None:
    china = replace(INCIDENT, region="cn-north-1")
    ((text, _),) = batches(china, [step(INSTANCE, "start_instance", "i-1")], resources.actions, undo=False)
    assert f"arn:aws-cn:ec2:cn-north-1:{ACCOUNT}:instance/i-1" in text


def test_resources_of_different_types_each_get_what_their_own_types_action_of_a_name_needs() -> None:
    """Two types may call an action the same."""
    needs = {INSTANCE: "ec2:RebootInstances", BUCKET: "s3:PutBucketPolicy"}

    def actions(kind: str) -> dict[str, Action]:
        return {"mend": Action("none", (Permission(needs[kind], "arn:{partition}:x:::{id}"),))}

    plan = [step(INSTANCE, "mend", "i-1"), step(BUCKET, "mend", "b")]
    ((text, _),) = batches(INCIDENT, plan, actions, undo=False)
    granted = {one["Resource"]: one["Action"] for one in each(text)}
    assert granted == {"arn:aws:x:::i-1": [needs[INSTANCE]], "arn:aws:x:::b": [needs[BUCKET]]}
