"""A build on the engine is the project's own commands, with its source, its role and its log."""

import io
import json
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aiops.engine import ACCOUNT, Engine

TRUST = {"Effect": "Allow", "Principal": {"Service": "codebuild.amazonaws.com"}, "Action": "sts:AssumeRole"}
PUT = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::source/made"}
# Tells what it got, then uses its role as far as the role goes.
UPLOAD = "import boto3, sys; boto3.client('s3').put_object(Bucket='source', Key=sys.argv[1], Body=b'made')"
COMMANDS = ["cat told.txt", 'echo "$GREETING $AIOPS_TOKEN"', "python3 upload.py made"]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine.start() as started:
        iam, s3 = started.client("iam"), started.client("s3")
        iam.create_role(RoleName="build", AssumeRolePolicyDocument=policy(TRUST))
        iam.put_role_policy(RoleName="build", PolicyName="put", PolicyDocument=policy(PUT))
        s3.create_bucket(Bucket="source")
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("told.txt", "from the source\n")
            archive.writestr("upload.py", UPLOAD)
        s3.put_object(Bucket="source", Key="app.zip", Body=packed.getvalue())
        yield started


def policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def built(engine: Engine, name: str, *commands: str) -> str:
    """The id of a started build of these commands, after a phase that exports a variable."""
    phases = {"install": {"commands": ["export GREETING=hello"]}, "build": {"commands": list(commands)}}
    engine.client("codebuild").create_project(
        name=name,
        source={"type": "S3", "location": "source/app.zip", "buildspec": json.dumps({"phases": phases})},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={"type": "LINUX_CONTAINER", "image": "any", "computeType": "BUILD_GENERAL1_SMALL"},
        serviceRole=f"arn:aws:iam::{ACCOUNT}:role/build",
    )
    token = [{"name": "AIOPS_TOKEN", "value": "token", "type": "PLAINTEXT"}]
    said = engine.client("codebuild").start_build(projectName=name, environmentVariablesOverride=token)
    return str(said["build"]["id"])


def ended(engine: Engine, build: str) -> Any:
    for _ in range(600):
        (found,) = engine.client("codebuild").batch_get_builds(ids=[build])["builds"]
        if found["buildStatus"] != "IN_PROGRESS":
            return found
        time.sleep(0.1)
    raise AssertionError(f"{build} does not end")


def log(engine: Engine, build: Any) -> list[str]:
    where = {"logGroupName": build["logs"]["groupName"], "logStreamName": build["logs"]["streamName"]}
    return [one["message"] for one in engine.client("logs").get_log_events(**where)["events"]]


def test_a_build_runs_its_commands_on_its_source_as_its_role(engine: Engine) -> None:
    build = ended(engine, built(engine, "good", *COMMANDS))
    assert build["buildStatus"] == "SUCCEEDED"
    assert log(engine, build) == ["from the source", "hello token"]
    assert engine.client("s3").get_object(Bucket="source", Key="made")["Body"].read() == b"made"


def test_what_the_role_may_not_fails_the_build_in_its_phase(engine: Engine) -> None:
    build = ended(engine, built(engine, "bad", "python3 upload.py elsewhere", "echo never"))
    (phase,) = build["phases"]
    assert (build["buildStatus"], phase["phaseType"], phase["phaseStatus"]) == ("FAILED", "BUILD", "FAILED")
    assert "exit status 1" in phase["contexts"][0]["message"]
    assert "AccessDenied" in " ".join(log(engine, build))
    assert "never" not in log(engine, build)


def test_the_engine_takes_its_builds_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This one comes last: it stops the module's engine."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    running = Engine._running
    assert running is not None
    built(running, "endless", "sleep 600")
    for _ in range(600):
        if list(tmp_path.glob("aiops-build-*")):
            break
        time.sleep(0.05)
    running.stop()
    assert list(tmp_path.iterdir()) == []
