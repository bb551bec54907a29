"""RequestReview, Record and Notify: what people and the record are told."""

import time

import pytest
from botocore.exceptions import ClientError
from by_hand import analyzed, call, detected, planned, restored
from cloud import CLAIMS, Cloud
from left_behind import incident, messages
from managed import instance, parameter, resource
from published import Json, overwriting, stopping

from tasks import notify, record, request_review
from tasks.domain.knowledge.ssm import PARAMETER
from tasks.runtime.clients import client
from tasks.store import reviews

HOST = resource(PARAMETER, "/app/host", "approve")


@pytest.fixture
def payload(cloud: Cloud) -> Json:
    """What RequestReview gets about an overwritten parameter."""
    parameter(HOST.id, "good", "bad", autonomy="approve")
    return planned(cloud, overwriting(HOST.id, 2))


def test_a_review_keeps_the_token_tells_people_and_waits(payload: Json) -> None:
    assert call(request_review.handler, {"input": payload, "token": "the token"}) == {}
    incident_id = payload["incident"]["id"]
    question = reviews.read(client("dynamodb"), CLAIMS, incident_id)
    assert question is not None
    assert (question["token"], question["plan_hash"]) == ("the token", payload["plan"]["hash"])
    assert question["expires_at"] == pytest.approx(time.time() + 3600, abs=60)
    kept = incident(incident_id)
    assert (kept["workflow_state"], kept["plan"], kept["analysis"]) == (
        "WAITING_FOR_REVIEW",
        payload["plan"],
        payload["analysis"],
    )
    ((subject, body),) = messages()
    assert subject == "[aiops] REVIEW: ssm_parameter_overwritten on /app/host"
    assert f"aiops approve {incident_id}" in body


def test_a_review_asked_again_holds_the_newer_token(payload: Json) -> None:
    for token in ("first", "second"):
        call(request_review.handler, {"input": payload, "token": token})
    question = reviews.read(client("dynamodb"), CLAIMS, payload["incident"]["id"])
    assert question is not None
    assert question["token"] == "second"


def test_the_token_is_told_to_nobody(cloud: Cloud, payload: Json) -> None:
    """Whoever has it can approve."""
    call(request_review.handler, {"input": payload, "token": "canary-token"})
    assert "canary-token" not in str(messages()) + str(incident(payload["incident"]["id"])) + cloud.log()


def test_progress_is_recorded_while_the_recovery_runs(cloud: Cloud) -> None:
    payload = planned(cloud, stopping(instance().id))
    for _ in range(2):
        assert call(record.handler, payload) == {}
    kept = incident(payload["incident"]["id"])
    assert (kept["workflow_state"], kept["issue"]) == ("RECOVERING", "ec2_instance_stopped")
    assert (kept["plan"], kept["analysis"]) == (payload["plan"], payload["analysis"])


def test_an_incident_of_another_execution_is_not_written_to(payload: Json) -> None:
    before = incident(payload["incident"]["id"])
    assert call(record.handler, {**payload, "execution": "another"}) == {}
    assert incident(payload["incident"]["id"]) == before


def test_people_are_told_of_a_healed_incident(payload: Json) -> None:
    verification = {"outcome": "VERIFIED", "wrong": {}, "checked_at": 0}
    call(notify.handler, {**restored(payload), "verification": verification})
    ((subject, body),) = messages()
    assert subject == "[aiops] VERIFIED: ssm_parameter_overwritten on /app/host"
    assert '"version": 3' in body


def test_people_are_told_of_what_is_theirs(cloud: Cloud) -> None:
    call(notify.handler, planned(cloud, stopping(instance("notify").id)))
    assert messages()[0][0].startswith("[aiops] TOLD: ec2_instance_stopped on i-")


def test_a_topic_that_is_gone_is_an_error_of_notify(payload: Json) -> None:
    """The state machine catches it; the incident goes on."""
    client("sns").delete_topic(TopicArn="arn:aws:sns:us-east-1:123456789012:aiops")
    with pytest.raises(ClientError, match="NotFound"):
        call(notify.handler, payload)


def test_no_value_of_a_parameter_is_told(cloud: Cloud) -> None:
    parameter("/app/secret", "canary-good", "canary-bad", Type="SecureString")
    payload = restored(planned(cloud, overwriting("/app/secret", 2)))
    call(notify.handler, {**payload, "verification": {"outcome": "VERIFIED", "wrong": {}, "checked_at": 0}})
    assert "canary" not in str(messages()) + cloud.log()


def test_an_anomaly_without_an_answer_is_told_as_one(cloud: Cloud, payload: Json) -> None:
    analysis = {**payload["analysis"], "classification": "ANOMALY"}
    plan = {**payload["plan"], "steps": [], "autonomy": "notify"}
    call(notify.handler, {**payload, "plan": plan, "analysis": analysis})
    ((subject, body),) = messages()
    assert subject.startswith("[aiops] ANOMALY")
    assert "Nothing had failed" not in body


def test_what_was_detected_alone_cannot_be_told_as_an_end(cloud: Cloud) -> None:
    parameter("/app/other", "good", "bad")
    payload = analyzed(detected(cloud, overwriting("/app/other", 2)))
    with pytest.raises(KeyError, match="plan"):
        call(notify.handler, payload)
