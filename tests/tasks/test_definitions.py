"""Where no good state is known, a resource goes back to its user's own definition, which a build applies."""

import json

import pytest
from by_hand import call, planned
from cloud import Cloud
from left_behind import sessions
from managed import bucket, policy_of
from published import ACCOUNT, REGION, Json, on_bucket

from tasks import restore, verify
from tasks.domain.errors import NotRecovered, StillRestoring
from tasks.domain.knowledge.s3 import BUCKET
from tasks.domain.payload import Incident, Resource, Step, load
from tasks.domain.session import batches
from tasks.resources import actions, defined, module
from tasks.runtime.clients import client

OPEN, OWN = policy_of("data", principal="*"), policy_of("data")
OPENED = on_bucket("PutBucketPolicy", "data", bucketPolicy=OPEN)


@pytest.fixture
def project(cloud: Cloud) -> str:
    """The project, whose builds succeed here without doing anything."""
    name = "aiops-redeploy"
    client("codebuild").create_project(
        name=name,
        source={"type": "S3", "location": "sources/app.zip"},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={"type": "LINUX_CONTAINER", "image": "x", "computeType": "BUILD_GENERAL1_SMALL"},
        serviceRole=f"arn:aws:iam::{ACCOUNT}:role/service-role/build",
    )
    return name


@pytest.fixture
def payload(cloud: Cloud, project: str) -> Json:
    """What Recover gets about a bucket that is open and was never remembered."""
    bucket("data", policy=OPEN, block=None)
    return planned(cloud, OPENED)


def put(policy: Json) -> None:
    client("s3").put_bucket_policy(Bucket="data", Policy=json.dumps(policy))


def test_a_person_is_asked_first(payload: Json) -> None:
    (step,) = payload["plan"]["steps"]
    assert (step["action"], step["undo"], step["token"]) == ("redeploy", "none", "")
    assert payload["plan"]["autonomy"] == "approve"


def test_without_a_project_and_a_stack_it_is_only_told(cloud: Cloud) -> None:
    bucket("data", policy=OPEN, block=None)
    plan = planned(cloud, OPENED)["plan"]
    assert (plan["steps"], plan["autonomy"]) == ([], "notify")
    for missing in ("no good state of data", "no CloudFormation stack", "no redeployment is set up"):
        assert missing in plan["reason"]


def test_the_session_reaches_the_project_and_looks_at_the_resource(payload: Json) -> None:
    with pytest.raises(StillRestoring):
        call(restore.handler, payload)
    (session,) = sessions()
    project = f"arn:aws:codebuild:{REGION}:{ACCOUNT}:project/aiops-redeploy"
    looking, starting = (one for one in session.policy["Statement"] if one["Resource"] == project)
    assert looking["Action"] == ["codebuild:BatchGetBuilds", "codebuild:ListBuildsForProject"]
    assert starting["Action"] == ["codebuild:StartBuild"]
    (bucket,) = [one for one in session.policy["Statement"] if one["Resource"] == "arn:aws:s3:::data"]
    assert set(bucket["Action"]) <= module(BUCKET).READS.keys()


def test_the_session_starts_the_build_as_the_project_has_it(payload: Json) -> None:
    with pytest.raises(StillRestoring):
        call(restore.handler, payload)
    (session,) = sessions()
    (starting,) = [one for one in session.policy["Statement"] if one["Action"] == ["codebuild:StartBuild"]]
    overriding = {"source.buildspec", "source.location", "environment.image", "serviceRole"}
    assert starting["Condition"]["Null"] == {f"codebuild:{name}": "true" for name in overriding}
    (named,) = starting["Condition"]["ForAllValues:StringEquals"].values()
    assert named == "AIOPS_TOKEN"


def test_what_is_as_it_was_found_is_not_healthy(cloud: Cloud, payload: Json) -> None:
    before = {"action": "redeploy", "before": payload["plan"]["steps"][0]["seen"], "after": {}}
    late = {**payload, "recovery": {"began_at": 0, "restored_at": 0, "steps": [before]}}
    with pytest.raises(NotRecovered, match="left it as it was found"):
        call(verify.handler, late)
    put(OWN)
    assert call(verify.handler, late)["outcome"] == "VERIFIED"
    client("s3").delete_bucket(Bucket="data")
    with pytest.raises(NotRecovered, match="gone"):
        call(verify.handler, late)


def test_a_good_state_if_there_is_one_judges_the_result(project: str) -> None:
    one = bucket("data", policy=OWN, block=None)
    acting = defined.acting(one.type, "redeploy")
    good = acting.snapshot(client, "data")
    target = defined.target(client, one, "redeploy", good)
    step = Step(one, "redeploy", "none", disruptive=True, data_risk=False, target=target or {})
    assert acting.reached(step.target, good)
    assert acting.verify(client, step, {}) == ""
    put(OPEN)
    assert not acting.reached(step.target, acting.snapshot(client, "data"))
    assert acting.verify(client, step, {})


@pytest.mark.parametrize("name", ["app/0a1b2c3d-0000-1111-2222-333344445555", "*"])
def test_a_revert_may_touch_that_stack_by_our_change_sets_alone(payload: Json, name: str) -> None:
    one = Resource(BUCKET, "data", "arn:aws:s3:::data", "auto")
    step = Step(one, "revert_drift", "none", disruptive=True, data_risk=False, target={"stack": name})
    ((text, _),) = batches(load(Incident, payload["incident"]), [step], actions, undo=False)
    found = [one for one in json.loads(text)["Statement"] if "cloudformation:" in str(one["Action"])]
    assert {one["Resource"].partition(":stack/")[2] for one in found} == ({name} if name != "*" else set())
    changing = [one for one in found if "cloudformation:ExecuteChangeSet" in one["Action"]]
    assert all(one["Condition"] == {"StringLike": {"cloudformation:ChangeSetName": "aiops-*"}} for one in changing)
