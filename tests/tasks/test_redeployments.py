"""One build for each attempt: started, found again by its token, waited for, and told why it failed."""

from collections.abc import Iterator

import boto3
import pytest
from botocore.stub import Stubber
from managed import resource
from published import REGION, Json

from tasks.domain.errors import NotRecovered, StillRestoring
from tasks.domain.knowledge.s3 import BUCKET
from tasks.domain.payload import Step
from tasks.resources import redeployment

PROJECT = "aiops-redeploy"
TOKEN = "0123456789abcdef0123456789abcdef"
STEP = Step(resource(BUCKET, "data"), "redeploy", "none", disruptive=True, data_risk=False, token=TOKEN)
LISTED = {"projectName": PROJECT, "sortOrder": "DESCENDING"}
LOG = {"groupName": f"/aws/codebuild/{PROJECT}", "streamName": "2"}
LINES = {"logGroupName": LOG["groupName"], "logStreamName": LOG["streamName"], "limit": 100}


class Stubs:
    def __init__(self) -> None:
        names = ("codebuild", "logs")
        self.clients = {
            one: boto3.client(one, region_name=REGION, aws_access_key_id="x", aws_secret_access_key="x")
            for one in names
        }
        self.codebuild, self.logs = (Stubber(self.clients[one]) for one in names)

    def builds(self, *builds: Json) -> None:
        ids = [one["id"] for one in builds]
        self.codebuild.add_response("list_builds_for_project", {"ids": ids} if ids else {}, LISTED)
        if ids:
            self.codebuild.add_response("batch_get_builds", {"builds": list(builds)}, {"ids": ids})

    def restore(self) -> None:
        redeployment.restore(self.clients.__getitem__, STEP)


@pytest.fixture
def stubs() -> Iterator[Stubs]:
    made = Stubs()
    with made.codebuild, made.logs:
        yield made
        made.codebuild.assert_no_pending_responses()
        made.logs.assert_no_pending_responses()


def build(status: str, token: str = TOKEN, **more: object) -> Json:
    variables = [{"name": "AIOPS_TOKEN", "value": token, "type": "PLAINTEXT"}]
    environment = {"type": "LINUX_CONTAINER", "image": "x", "computeType": "x", "environmentVariables": variables}
    return {"id": f"{PROJECT}:{token[:4]}", "buildStatus": status, "environment": environment, **more}


STARTED = {
    "projectName": PROJECT,
    "idempotencyToken": TOKEN,
    "environmentVariablesOverride": [{"name": "AIOPS_TOKEN", "value": TOKEN, "type": "PLAINTEXT"}],
}


@pytest.mark.parametrize("others", [[], [build("SUCCEEDED", "f" * 32)]], ids=["first", "after another attempt"])
def test_a_build_is_started_under_the_attempts_token(stubs: Stubs, others: list[Json]) -> None:
    stubs.builds(*others)
    stubs.codebuild.add_response("start_build", {"build": {}}, STARTED)
    with pytest.raises(StillRestoring, match="started"):
        stubs.restore()


def test_the_attempts_own_build_is_waited_for(stubs: Stubs) -> None:
    stubs.builds(build("SUCCEEDED", "f" * 32), build("IN_PROGRESS", currentPhase="BUILD"))
    with pytest.raises(StillRestoring, match="BUILD"):
        stubs.restore()


def test_a_build_that_is_not_ours_is_waited_for_too(stubs: Stubs) -> None:
    stubs.builds(build("IN_PROGRESS", "f" * 32))
    stubs.codebuild.add_client_error("start_build", "AccountLimitExceededException", "Cannot have more than 1 builds")
    with pytest.raises(StillRestoring, match="another"):
        stubs.restore()


def test_it_is_done_when_the_attempts_own_build_is(stubs: Stubs) -> None:
    stubs.builds(build("FAILED", "f" * 32), build("SUCCEEDED"))
    stubs.restore()


def test_what_the_check_refused_is_told_and_nothing_else_of_the_log(stubs: Stubs) -> None:
    stubs.builds(build("FAILED", logs=LOG))
    lines = ["password = hunter2", "aiops: refused: aws_db_instance.main: delete, create\n", "exit status 1"]
    stubs.logs.add_response("get_log_events", {"events": [{"message": one} for one in lines]}, LINES)
    with pytest.raises(NotRecovered) as failed:
        stubs.restore()
    assert str(failed.value).endswith("FAILED: aws_db_instance.main: delete, create")


@pytest.mark.parametrize("status", ["FAILED", "FAULT", "TIMED_OUT", "STOPPED"])
def test_a_build_that_broke_is_told_with_its_phase(stubs: Stubs, status: str) -> None:
    message = "Error while executing command: terraform init. Reason: exit status 1"
    phases = [
        {"phaseType": "QUEUED", "phaseStatus": "SUCCEEDED", "contexts": [{"message": ""}]},
        {"phaseType": "PRE_BUILD", "phaseStatus": "FAILED", "contexts": [{"message": message}]},
    ]
    stubs.builds(build(status, phases=phases))
    with pytest.raises(NotRecovered, match=f"{status}: PRE_BUILD: {message}"):
        stubs.restore()


def test_a_build_that_never_wrote_a_log_is_told_too(stubs: Stubs) -> None:
    stubs.builds(build("FAILED", logs=LOG))
    stubs.logs.add_client_error("get_log_events", "ResourceNotFoundException")
    with pytest.raises(NotRecovered, match="no reason is given"):
        stubs.restore()


@pytest.mark.parametrize(("projects", "found"), [([{"name": PROJECT}], {"project": PROJECT}), ([], None)])
def test_only_with_a_project_there_is_an_answer(stubs: Stubs, projects: list[Json], found: Json | None) -> None:
    stubs.codebuild.add_response("batch_get_projects", {"projects": projects}, {"names": [PROJECT]})
    assert redeployment.find(stubs.clients.__getitem__, STEP.resource) == found
