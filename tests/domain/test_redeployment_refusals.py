"""What a redeployment may do: create and change in place, nothing that destroys."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from published import Json

from tasks.domain import redeployment
from tasks.domain.redeployment import refusals, refused_changes


def plan(*changes: Json, **more: object) -> Json:
    return {"format_version": "1.2", "terraform_version": "1.14.0", "resource_changes": list(changes), **more}


def planned(*actions: str, **more: object) -> Json:
    return {"address": "aws_s3_bucket.data", "mode": "managed", "change": {"actions": list(actions)}, **more}


@pytest.mark.parametrize(
    "change",
    [
        planned("no-op"),
        planned("create"),
        planned("read"),
        planned("update"),
        planned("no-op", previous_address="aws_s3_bucket.old"),
        {**planned("update"), "change": {"actions": ["update"], "importing": {"id": "data"}}},
    ],
)
def test_creating_changing_in_place_moving_and_importing_are_allowed(change: Json) -> None:
    assert refusals(plan(change)) == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (planned("delete"), "aws_s3_bucket.data: delete"),
        (planned("delete", "create"), "aws_s3_bucket.data: delete, create"),
        (planned("create", "delete"), "aws_s3_bucket.data: create, delete"),
        (planned("delete", deposed="0b1c"), "aws_s3_bucket.data (deposed 0b1c): delete"),
        (planned("forget"), "aws_s3_bucket.data: forget"),
        (planned("create", "forget"), "aws_s3_bucket.data: create, forget"),
        (planned("delete", "create", previous_address="aws_s3_bucket.old"), "delete, create"),
        (planned("some-new-word"), "some-new-word"),
        (planned(), "aws_s3_bucket.data: "),
    ],
)
def test_destroying_replacing_forgetting_and_the_unknown_are_refused(change: Json, says: str) -> None:
    (why,) = refusals(plan(planned("update"), change))
    assert says in why


def test_a_plan_that_failed_or_runs_actions_is_refused() -> None:
    assert refusals(plan(errored=True)) == ["planning failed half way"]
    assert refusals(plan(action_invocations=[{"address": "action.aws_ec2_stop_instance.x"}]))


@pytest.mark.parametrize("document", [None, [], "{}", {}, {"format_version": "2.0"}, {"resource_changes": []}])
def test_what_is_no_plan_is_refused(document: object) -> None:
    assert refusals(document) == ["it is neither a Terraform plan of format 1 nor a change set"]


def change(action: str, name: str = "Data", **more: str) -> Json:
    return {"Type": "Resource", "ResourceChange": {"Action": action, "LogicalResourceId": name, **more}}


IN_PLACE = [change("Modify", Replacement="False"), change("Add"), change("SyncWithActual")]
DESTROYING = [
    change("Remove", PolicyAction="Delete"),
    change("Modify", Replacement="True", PolicyAction="ReplaceAndDelete"),
    change("Modify", Replacement="Conditional"),
    change("Modify", Replacement="False", PolicyAction="ReplaceAndSnapshot"),
    change("Dynamic"),
    change("Import"),
    change("Modify", Replacement="False", ResourceType="AWS::CloudFormation::Stack"),
    {"Type": "Something"},
]


@pytest.mark.parametrize("one", IN_PLACE)
def test_a_change_set_may_add_and_change_in_place(one: Json) -> None:
    assert refusals({"Changes": [one]}) == refused_changes([one], only="Data") == []


@pytest.mark.parametrize("one", DESTROYING)
def test_a_change_set_may_not_remove_or_replace_surely_or_perhaps(one: Json) -> None:
    assert refusals({"Changes": [*IN_PLACE, one]})
    assert refused_changes([*IN_PLACE, one], only="Data")


def test_a_revert_touches_no_other_resource_of_the_stack() -> None:
    both = [change("Modify", Replacement="False"), change("Modify", "Other", Replacement="False")]
    assert refusals({"Changes": both}) == []
    assert refused_changes(both, only="Data") == ["Other would be touched too"]


@pytest.mark.parametrize(("actions", "status"), [(["update"], 0), (["delete"], 1)])
def test_as_a_script_it_needs_nothing_but_python(tmp_path: Path, actions: list[str], status: int) -> None:
    script = tmp_path / "check.py"
    script.write_text(Path(redeployment.__file__).read_text())
    given = json.dumps(plan(planned(*actions)))
    ended = subprocess.run([sys.executable, "-IS", script], input=given, capture_output=True, text=True, check=False)
    assert ended.returncode == status
    assert ended.stdout == ("" if status == 0 else "aiops: refused: aws_s3_bucket.data: delete\n")
