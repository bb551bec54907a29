"""Trails: whatever blinded them is put back together, and a deleted one is made anew."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from cloud import Cloud
from managed import TAG, WRITES, trail
from moto.cloudtrail.models import TrailStatus
from published import ACCOUNT, Json, stopping

from tasks.domain.errors import NotRecovered
from tasks.domain.incident import understand
from tasks.domain.payload import Resource, Step
from tasks.domain.session import document
from tasks.resources import actions
from tasks.resources import cloudtrail_trail as kind
from tasks.runtime.clients import client

pytestmark = pytest.mark.usefixtures("cloud")
RESTORE, RECREATE = "restore_trail", "recreate_trail"
READS_ONLY = {"ReadWriteType": "ReadOnly", "IncludeManagementEvents": False}


def state(one: Resource) -> Any:
    return kind.snapshot(client, one.id)


def step(one: Resource, action: str, good: Json | None) -> Step:
    target = kind.target(action, good, {})
    assert target is not None
    return Step(one, action, "none", False, False, target)


def session(one: Step) -> str:
    return document(understand(stopping("i-1")), [one], actions, undo=False)


def stop(one: Resource) -> None:
    client("cloudtrail").stop_logging(Name=one.id)


def deselect(one: Resource) -> None:
    client("cloudtrail").put_event_selectors(TrailName=one.id, EventSelectors=[READS_ONLY])


def weaken(one: Resource) -> None:
    client("s3").create_bucket(Bucket="elsewhere")
    client("cloudtrail").update_trail(Name=one.id, S3BucketName="elsewhere", EnableLogFileValidation=False)


def delete(one: Resource) -> None:
    client("cloudtrail").delete_trail(Name=one.id)


HARM = [
    (stop, "cloudtrail_logging_stopped", "not as it was: logging"),
    (deselect, "cloudtrail_events_deselected", "not as it was: selectors"),
    (weaken, "cloudtrail_settings_weakened", "not as it was: settings"),
]


@pytest.mark.parametrize(("harm", "issue", "wrong"), HARM)
def test_each_way_to_blind_a_trail_is_seen_and_put_back(harm: Any, issue: str, wrong: str) -> None:
    one = trail()
    good = state(one)
    harm(one)
    assert (kind.issue(good, state(one)) or ("",))[0] == issue
    assert kind.verify(client, step(one, RESTORE, good), {}) == wrong
    for _ in range(2):
        kind.restore(client, step(one, RESTORE, good))
        assert state(one) == good
    assert kind.verify(client, step(one, RESTORE, good), {}) == ""
    assert kind.issue(good, state(one)) is None


def test_what_was_done_besides_comes_back_with_it() -> None:
    """Else the state that is seen after restarting would be remembered as good."""
    one = trail()
    good = state(one)
    for harm, _, _ in HARM:
        harm(one)
    assert kind.issue(good, state(one)) == ("cloudtrail_logging_stopped", "logging -> stopped")
    kind.restore(client, step(one, RESTORE, good))
    assert state(one) == good


def test_a_stopped_trail_needs_no_snapshot_to_be_started() -> None:
    one = trail()
    stop(one)
    kind.restore(client, step(one, RESTORE, None))
    assert state(one)["logging"]
    assert kind.verify(client, step(one, RESTORE, None), {}) == ""


def test_started_without_a_snapshot_it_must_still_log_writes() -> None:
    one = trail()
    stop(one)
    deselect(one)
    kind.restore(client, step(one, RESTORE, None))
    assert kind.verify(client, step(one, RESTORE, None), {}) == "it logs no management events that write"


def test_a_setting_that_was_added_is_taken_away() -> None:
    one = trail()
    good = state(one)
    client("cloudtrail").update_trail(Name=one.id, S3KeyPrefix="hidden", IsMultiRegionTrail=True)
    kind.restore(client, step(one, RESTORE, good))
    assert state(one) == good


def test_a_deleted_trail_is_made_anew_logging_and_managed() -> None:
    one = trail(IncludeGlobalServiceEvents=False)
    good = state(one)
    delete(one)
    assert state(one) is None
    for _ in range(2):
        for action in (RECREATE, *kind.ACTIONS[RECREATE].then):
            kind.restore(client, step(one, action, good))
            assert kind.reached(step(one, action, good).target, state(one))
    assert state(one) == good
    assert good["tags"] == [{"Key": TAG, "Value": "auto"}]
    assert good["selectors"] == {"EventSelectors": [WRITES]}
    assert good["settings"]["IncludeGlobalServiceEvents"] is False


def test_the_tags_of_aws_itself_are_not_given_again() -> None:
    """CloudFormation tags what it makes, and nobody else may."""
    one = trail()
    good = state(one)
    good["tags"].insert(0, {"Key": "aws:cloudformation:stack-name", "Value": "aiops"})
    assert step(one, RECREATE, good).target["tags"] == [{"Key": TAG, "Value": "auto"}]


def test_a_trail_that_cannot_deliver_is_not_healthy(monkeypatch: pytest.MonkeyPatch) -> None:
    one = trail()
    good = state(one)
    failing = {"IsLogging": True, "LatestDeliveryError": "AccessDenied"}
    monkeypatch.setattr(TrailStatus, "description", lambda _: failing)
    assert kind.verify(client, step(one, RESTORE, good), {}) == "it cannot deliver: AccessDenied"


def test_a_trail_without_its_bucket_cannot_be_made() -> None:
    one = trail()
    good = state(one)
    delete(one)
    client("s3").delete_bucket(Bucket="logs-of-eyes")
    with pytest.raises(ClientError, match="S3BucketDoesNotExist"):
        kind.restore(client, step(one, RECREATE, good))
    assert state(one) is None


def test_a_trail_that_is_gone_is_not_restored_in_place() -> None:
    one = trail()
    good = state(one)
    delete(one)
    with pytest.raises(NotRecovered, match="gone"):
        kind.restore(client, step(one, RESTORE, good))
    assert kind.verify(client, step(one, RESTORE, good), {}) == "the trail is gone"


def test_a_deleted_trail_that_was_never_remembered_is_not_made_up() -> None:
    assert kind.target(RECREATE, None, {}) is None


def test_undoing_blinds_nobody() -> None:
    one = trail()
    good = state(one)
    kind.undo(client, step(one, RESTORE, good), {**good, "logging": False})
    assert state(one) == good
    assert {action.undo for action in kind.ACTIONS.values()} == {"none"}


def test_more_than_before_is_no_harm() -> None:
    one = trail()
    good = state(one)
    client("cloudtrail").update_trail(Name=one.id, IsMultiRegionTrail=True)
    client("cloudtrail").put_event_selectors(TrailName=one.id, EventSelectors=[{**WRITES, "ReadWriteType": "All"}])
    assert kind.issue(good, state(one)) is None
    assert kind.issue({**good, "logging": False}, {**good, "logging": False}) is None


def test_a_trail_whose_settings_cannot_be_put_back_is_logging_all_the_same(cloud: Cloud) -> None:
    one = trail()
    good = state(one)
    weaken(one)
    stop(one)

    def refuse(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "InsufficientS3BucketPolicyException"}}, "UpdateTrail")

    cloud.interfere("cloudtrail", "before-call.cloudtrail.UpdateTrail", refuse)
    with pytest.raises(ClientError, match="InsufficientS3BucketPolicy"):
        kind.restore(client, step(one, RESTORE, good))
    assert state(one)["logging"]


@pytest.mark.parametrize("action", [RESTORE, RECREATE])
def test_only_the_role_of_the_good_settings_may_be_passed_on(action: str) -> None:
    """And none where they name none."""
    one = trail()
    good = state(one)
    assert "iam:PassRole" not in session(step(one, action, good))
    good["settings"]["CloudWatchLogsRoleArn"] = f"arn:aws:iam::{ACCOUNT}:role/service-role/Logs"
    text = session(step(one, action, good))
    assert f'"Resource":"arn:aws:iam::{ACCOUNT}:role/service-role/Logs"' in text
    assert "role/*" not in text
