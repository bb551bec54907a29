"""Whatever a person can cause ends in one line: what, where, what to do."""

from pathlib import Path

import pytest

from aiops.engine import Engine
from command.laptop import PYTHON, Account, Result, process, run

NOBODY = {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_REGION": "us-east-1"}
KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
NO_KEYS = {
    "AWS_ACCESS_KEY_ID": None,
    "AWS_SECRET_ACCESS_KEY": None,
    "AWS_SESSION_TOKEN": None,
    "AWS_PROFILE": None,
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_EC2_METADATA_DISABLED": "true",
}
ON_AWS = [
    ["incidents"],
    ["incidents", "ab"],
    ["approve", "ab"],
    ["deny", "ab"],
    ["rerun", "ab"],
    ["stop"],
    ["start"],
    ["coverage"],
]


def one_line(said: Result) -> str:
    assert said.out == ""
    [line] = said.err.splitlines()
    assert line.startswith("aiops: ")
    return line


@pytest.mark.parametrize("command", [["incidents"], ["stop"]], ids=" ".join)
def test_where_nothing_listens_it_is_said(command: list[str]) -> None:
    said = run(*command, **NOBODY, **KEYS)
    assert said.status == 1
    assert "http://127.0.0.1:1" in one_line(said)


@pytest.mark.parametrize("command", ON_AWS, ids=" ".join)
def test_without_credentials_it_is_said(command: list[str]) -> None:
    said = run(*command, **NOBODY, **NO_KEYS)
    assert said.status == 1
    assert "AWS_PROFILE" in one_line(said)


def test_without_a_region_it_is_said() -> None:
    said = run("stop", **NO_KEYS, AWS_ENDPOINT_URL="http://127.0.0.1:1", AWS_REGION=None, AWS_DEFAULT_REGION=None)
    assert said.status == 1
    assert "AWS_REGION" in one_line(said)


def test_an_unknown_profile_is_said() -> None:
    said = run("stop", **{**NO_KEYS, **NOBODY, "AWS_PROFILE": "nobodys"})
    assert said.status == 1
    assert "nobodys" in one_line(said)


def test_an_endpoint_that_is_none_is_bad_input() -> None:
    said = run("stop", **KEYS, AWS_ENDPOINT_URL="nonsense", AWS_REGION="us-east-1")
    assert said.status == 2
    assert "AWS_ENDPOINT_URL" in one_line(said)


@pytest.mark.parametrize("command", ON_AWS, ids=" ".join)
def test_an_account_without_the_stack_is_said_to_be_so(engine: Engine, command: list[str]) -> None:
    said = run(*command, **{**engine.environment, "AWS_REGION": "eu-west-1"})
    assert said.status == 1
    assert "is the stack deployed" in one_line(said)


def test_a_refused_call_names_itself(account: Account) -> None:
    iam = account.engine.client("iam")
    iam.create_user(UserName="Nobody")
    key = iam.create_access_key(UserName="Nobody")["AccessKey"]
    keys = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
    # In a process of its own: in the engine's, these variables say who the account's root is.
    said = process(PYTHON, "-m", "aiops", "stop", **{**account.engine.environment, **keys})
    assert said.status == 1
    assert "GetParameter: AccessDenied" in one_line(said)


@pytest.mark.parametrize("command", [["nosuch"], ["replay"], ["replay", "--no"], ["up", "--port", "x"], ["policy"]])
def test_a_command_that_is_none_is_bad_input(command: list[str]) -> None:
    said = run(*command)
    assert said.status == 2
    one_line(said)


@pytest.mark.parametrize("command", [[], ["--help"]])
def test_help_tells_every_command(command: list[str]) -> None:
    said = run(*command)
    assert (said.status, said.err) == (0, "")
    for name in (
        "demo",
        "up",
        "deliver",
        "incidents",
        "replay",
        "approve",
        "deny",
        "rerun",
        "stop",
        "start",
        "policy",
        "coverage",
    ):
        assert f"\n  {name} " in said.out


def test_help_loads_nothing_that_is_slow() -> None:
    code = "import sys, aiops.cli; print(*{'boto3', 'ministack', 'rich', 'jsonschema'} & set(sys.modules))"
    assert process(PYTHON, "-c", code) == Result(0, "\n", "")


@pytest.mark.parametrize("command", [[PYTHON, "-m", "aiops"], [PYTHON, "-m", "aiops.cli"], [PYTHON.with_name("aiops")]])
def test_it_can_be_started_in_every_usual_way(command: list[Path | str], tmp_path: Path) -> None:
    missing = tmp_path / "missing.jsonl"
    said = process(*command, "replay", missing)
    assert said == Result(2, "", f"aiops: {missing}: No such file or directory\n")
