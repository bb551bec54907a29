"""A build on the engine is the project's own commands, with its source, its role and its log."""

import pytest
from published import Json

from aiops.engine import Engine
from engine.building import build, give_source
from engine.waiting import until

# The last one uses the role.
COMMANDS = ["cat told.txt", 'echo "$GREETING $AIOPS_TOKEN"', "python3 upload.py made"]


@pytest.fixture(scope="module", autouse=True)
def _source(engine: Engine) -> None:
    give_source(engine)


def test_a_build_runs_its_commands_on_its_source_as_its_role(engine: Engine) -> None:
    good = ended(engine, build(engine, "good", *COMMANDS))
    assert good["buildStatus"] == "SUCCEEDED"
    assert log(engine, good) == ["from the source", "hello token"]
    assert engine.client("s3").get_object(Bucket="source", Key="made")["Body"].read() == b"made"


def test_what_the_role_may_not_fails_the_build_in_its_phase(engine: Engine) -> None:
    bad = ended(engine, build(engine, "bad", "python3 upload.py elsewhere", "echo never"))
    (phase,) = bad["phases"]
    assert (bad["buildStatus"], phase["phaseType"], phase["phaseStatus"]) == ("FAILED", "BUILD", "FAILED")
    assert "exit status 1" in phase["contexts"][0]["message"]
    assert "AccessDenied" in " ".join(log(engine, bad))
    assert "never" not in log(engine, bad)


def ended(engine: Engine, id: str) -> Json:
    """The build, once it has ended."""

    def found() -> Json | None:
        (one,) = engine.client("codebuild").batch_get_builds(ids=[id])["builds"]
        return None if one["buildStatus"] == "IN_PROGRESS" else dict(one)

    return until(found, seconds=60)


def log(engine: Engine, build: Json) -> list[str]:
    where = {"logGroupName": build["logs"]["groupName"], "logStreamName": build["logs"]["streamName"]}
    return [one["message"] for one in engine.client("logs").get_log_events(**where)["events"]]
