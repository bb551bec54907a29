"""Lambda functions: what was changed is put back, what was deleted is made anew from the vault."""

import base64
import io
import json
import zipfile
from typing import Any

import pytest
from cloud import VAULT, Cloud
from managed import TAG, resource
from published import ACCOUNT, Json

from tasks.domain.errors import NotRecovered, NotSeen
from tasks.domain.knowledge.lambda_ import FUNCTION
from tasks.domain.payload import Resource, Step
from tasks.resources import lambda_function as kind
from tasks.runtime.clients import client
from tasks.store import vault

ROLE = f"arn:aws:iam::{ACCOUNT}:role/team/runner"
CANARY = {"PASSWORD": "canary", "STAGE": "live"}
BUCKET = {"Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com", "StatementId": "bucket"}
WORLD = {"Action": "lambda:InvokeFunction", "Principal": "*", "StatementId": "world"}


def package(answer: str) -> bytes:
    """A function that gives this answer."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        file.writestr(zipfile.ZipInfo("index.py"), f"def handler(event, context):\n    return {answer!r}\n")
    return made.getvalue()


@pytest.fixture
def one(cloud: Cloud) -> Resource:
    """A function with everything that can be lost."""
    trust = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}]}
    client("iam").create_role(RoleName="runner", Path="/team/", AssumeRolePolicyDocument=json.dumps(trust))
    code, made = {"own": package("good")}, client("lambda")
    made.create_function(
        FunctionName="own",
        Runtime="python3.13",
        Role=ROLE,
        Handler="index.handler",
        Code={"ZipFile": code["own"]},
        Environment={"Variables": CANARY},
        Timeout=30,
        Tags={TAG: "auto"},
    )
    made.publish_version(FunctionName="own")
    made.create_alias(FunctionName="own", Name="live", FunctionVersion="1")
    made.add_permission(FunctionName="own", SourceAccount=ACCOUNT, **BUCKET)
    made.put_function_concurrency(FunctionName="own", ReservedConcurrentExecutions=5)

    def locate(parsed: Json, **_: Any) -> None:
        parsed["Code"]["Location"] = f"data:application/zip;base64,{base64.b64encode(code['own']).decode()}"

    cloud.interfere("lambda", "after-call.lambda.GetFunction", locate)
    return resource(FUNCTION, "own")


def state(one: Resource) -> Json:
    found = kind.snapshot(client, one.id)
    assert found
    return found


def good(one: Resource) -> Json:
    """Its state as Plan sees it."""
    now = state(one)
    return {**now, "kept": vault.store(client("s3"), VAULT, one, kind.keep(client, one.id, now), former={})}


def step(one: Resource, action: str, known: Json, event: str = "") -> Step:
    wanted = kind.target(action, known, {"eventName": event})
    assert wanted is not None
    declared = kind.ACTIONS[action]
    return Step(one, action, declared.undo, declared.disruptive, declared.data_risk, wanted)


def healed(todo: Step) -> str:
    """What is still wrong after the step, twice carried out."""
    kind.restore(client, todo)
    kind.restore(client, todo)
    return kind.verify(client, todo, state(todo.resource))


def test_a_snapshot_names_the_environment_and_holds_no_value(one: Resource) -> None:
    now = state(one)
    assert now["environment"]["names"] == ["PASSWORD", "STAGE"]
    assert "canary" not in json.dumps(now)
    assert state(one) == now


def test_the_code_comes_back_from_the_vault(one: Resource) -> None:
    known = good(one)
    client("lambda").update_function_code(FunctionName="own", ZipFile=package("theirs"))
    assert kind.issue(known, state(one)) == ("lambda_code_changed", "the code was changed")
    assert healed(step(one, "restore_code", known)) == ""
    assert state(one)["code"] == known["code"]


CHANGES: list[Json] = [
    {"Environment": {"Variables": {"PASSWORD": "theirs"}}},
    {"Environment": {"Variables": {**CANARY, "PASSWORD": "theirs"}}},
    {"Handler": "theirs.handler", "Timeout": 1, "MemorySize": 1024},
]


@pytest.mark.parametrize("change", CHANGES, ids=["fewer variables", "another value", "what runs"])
def test_the_configuration_comes_back(one: Resource, change: Json) -> None:
    known = good(one)
    client("lambda").update_function_configuration(FunctionName="own", **change)
    found = kind.issue(known, state(one))
    assert found
    assert found[0] == "lambda_configuration_changed"
    assert healed(step(one, "restore_configuration", known)) == ""
    assert client("lambda").get_function_configuration(FunctionName="own")["Environment"]["Variables"] == CANARY
    assert state(one)["settings"] == known["settings"]


def test_an_alias_goes_back_to_its_version_and_forth_when_it_did_not_help(one: Resource) -> None:
    known, aws = good(one), client("lambda")
    aws.update_function_code(FunctionName="own", ZipFile=package("theirs"), Publish=True)
    aws.update_alias(FunctionName="own", Name="live", FunctionVersion="2")
    before = state(one)
    assert kind.issue({**known, "code": before["code"]}, before) == ("lambda_alias_moved", "alias moved: live")
    todo = step(one, "point_aliases", known)
    assert healed(todo) == ""
    assert state(one)["aliases"]["live"]["version"] == "1"
    kind.undo(client, todo, before)
    assert state(one)["aliases"] == before["aliases"]


def test_only_the_statements_that_let_everybody_in_are_removed(one: Resource) -> None:
    known, aws = good(one), client("lambda")
    aws.add_permission(FunctionName="own", **WORLD)
    aws.add_permission(FunctionName="own", **{**BUCKET, "StatementId": "another"}, SourceAccount=ACCOUNT)
    found = kind.issue(known, state(one))
    assert found == ("lambda_function_opened", "policy lets everybody in: world")
    assert healed(step(one, "remove_public_statements", known)) == ""
    assert [statement["Sid"] for statement in state(one)["policy"]] == ["another", "bucket"]


def test_what_was_open_before_stays_open(one: Resource) -> None:
    client("lambda").add_permission(FunctionName="own", **WORLD)
    known = good(one)
    assert kind.issue(known, state(one)) is None
    assert healed(step(one, "remove_public_statements", known)) == ""
    assert "world" in [statement["Sid"] for statement in state(one)["policy"]]


@pytest.mark.parametrize("before", [5, None])
def test_a_throttled_function_gets_its_concurrency_back_or_none_at_all(one: Resource, before: int | None) -> None:
    aws = client("lambda")
    if before is None:
        aws.delete_function_concurrency(FunctionName="own")
    known = good(one)
    aws.put_function_concurrency(FunctionName="own", ReservedConcurrentExecutions=0)
    throttled = state(one)
    assert kind.issue(known, throttled) == ("lambda_function_throttled", f"reserved concurrency {before} -> 0")
    todo = step(one, "put_concurrency", known)
    assert healed(todo) == ""
    assert state(one)["concurrency"] == before
    kind.undo(client, todo, throttled)
    assert state(one)["concurrency"] == 0


def test_a_deleted_function_comes_back_with_all_that_it_had(one: Resource) -> None:
    known = good(one)
    client("lambda").delete_function(FunctionName="own")
    for action in ("recreate_function", *kind.ACTIONS["recreate_function"].then):
        assert healed(step(one, action, known, "DeleteFunction20150331")) == ""
    after = state(one)
    for part in ("code", "settings", "environment", "policy", "concurrency", "tags"):
        assert after[part] == known[part], part
    assert after["aliases"]["live"]["version"] == "1"
    assert client("lambda").get_function_configuration(FunctionName="own")["Environment"]["Variables"] == CANARY


def test_what_the_vault_does_not_have_is_not_promised(one: Resource) -> None:
    known = good(one)
    without = {**known, "kept": vault.part(known["kept"], "code")}
    assert kind.target("recreate_function", without, {}) is None
    assert kind.target("restore_configuration", without, {}) is None
    assert kind.target("restore_code", {**known, "kept": {}}, {}) is None
    assert kind.target("recreate_function", {**known, "environment": None}, {}) is None


def test_other_code_than_was_looked_at_is_not_kept(one: Resource) -> None:
    before = {**state(one), "code": "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg="}
    with pytest.raises(NotSeen):
        kind.keep(client, "own", before)["code"].read()


def test_a_function_that_is_gone_can_only_be_recreated(one: Resource) -> None:
    known = good(one)
    client("lambda").delete_function(FunctionName="own")
    assert kind.snapshot(client, "own") is None
    with pytest.raises(NotRecovered, match="own is gone"):
        kind.restore(client, step(one, "restore_code", known))


def test_another_function_under_the_name_is_not_healthy(one: Resource) -> None:
    known = good(one)
    todo = step(one, "recreate_function", known)
    client("lambda").update_function_code(FunctionName="own", ZipFile=package("theirs"))
    assert kind.verify(client, todo, {}) == "not as it was: code"


def test_a_description_and_a_tag_are_no_harm(one: Resource) -> None:
    known = good(one)
    client("lambda").update_function_configuration(FunctionName="own", Description="mine")
    client("lambda").tag_resource(Resource=one.arn, Tags={"a": "b"})
    assert state(one) != known
    assert kind.issue(known, state(one)) is None


def test_the_vault_is_asked_for_what_the_action_needs_and_no_more(one: Resource) -> None:
    known = good(one)
    names = {action: sorted(key.rsplit("/", 1)[1] for key in step(one, action, known).target.get("kept", {}))
             for action in ("restore_code", "restore_configuration", "recreate_function", "put_policy")}  # fmt: skip
    assert names == {
        "restore_code": ["code"],
        "restore_configuration": ["environment"],
        "recreate_function": ["code", "environment"],
        "put_policy": [],
    }


def test_a_statement_is_never_added_without_one_of_its_conditions(one: Resource) -> None:
    """It would let in more than it did."""
    known = good(one)
    known["policy"][0]["Condition"]["StringEquals"]["aws:SourceVpce"] = "vpce-1"
    client("lambda").remove_permission(FunctionName="own", StatementId="bucket")
    with pytest.raises(NotRecovered, match="aws:SourceVpce"):
        kind.restore(client, step(one, "put_policy", known))
    assert state(one)["policy"] == []
