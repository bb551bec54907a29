"""Analyze: the rules decide, history and the model advise."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError
from botocore.stub import Stubber
from by_hand import analyzed, detected
from cloud import INCIDENTS, PATTERNS, Cloud
from managed import parameter
from model_answers import FORM, converse
from published import Json, overwriting

from tasks.runtime.clients import client
from tasks.store import incidents, patterns
from tasks.store.items import encode

NAME = "/app/host"


@pytest.fixture
def payload(cloud: Cloud) -> Json:
    """What Detect leaves of an overwritten parameter, with a model configured."""
    parameter(NAME, "good", "bad")
    cloud.set(MODEL_ID="amazon.nova-lite-v1:0")
    return detected(cloud, overwriting(NAME, 2))


@pytest.fixture
def model(payload: Json) -> Iterator[Stubber]:
    with Stubber(client("bedrock-runtime")) as stub:
        yield stub


def verdict(payload: Json) -> Json:
    analysis: Json = analyzed(payload)["analysis"]
    return analysis


RULES_ALONE = {"classification": "TAMPERING", "severity": "high", "confidence": 0.9, "advice": {}}


def test_without_a_model_the_rules_decide_and_say_so(cloud: Cloud, payload: Json) -> None:
    cloud.set(MODEL_ID="")
    analysis = verdict(payload)
    assert analysis | RULES_ALONE == analysis
    assert (analysis["adviser"], analysis["issue"]) == ("rules (no model configured)", "ssm_parameter_overwritten")


def test_a_model_may_raise_the_severity_lower_the_confidence_and_name_a_cause(payload: Json, model: Stubber) -> None:
    model.add_response("converse", converse(FORM))
    analysis = verdict(payload)
    assert (analysis["severity"], analysis["confidence"], analysis["root_cause"]) == ("critical", 0.85, "a deploy")
    assert analysis["adviser"] == "rules and model"
    assert analysis["advice"] == FORM


def test_a_model_cannot_lower_the_severity_nor_raise_the_confidence(payload: Json, model: Stubber) -> None:
    model.add_response("converse", converse({**FORM, "severity": "low", "confidence": 1}))
    analysis = verdict(payload)
    assert (analysis["severity"], analysis["confidence"]) == ("high", 0.9)


@pytest.mark.parametrize(
    "code", ["ThrottlingException", "AccessDeniedException", "ValidationException", "ModelErrorException"]
)
def test_when_the_model_is_refused_the_rules_decide(payload: Json, model: Stubber, code: str) -> None:
    model.add_client_error("converse", service_error_code=code)
    analysis = verdict(payload)
    assert analysis | RULES_ALONE == analysis
    assert analysis["adviser"] == f"rules (model refused: {code})"


@pytest.mark.parametrize("lost", [ReadTimeoutError, EndpointConnectionError])
def test_when_the_model_is_not_reached_the_rules_decide(
    cloud: Cloud, payload: Json, lost: Callable[..., Exception]
) -> None:
    def fail(**_: Any) -> None:
        raise lost(endpoint_url="https://bedrock-runtime.us-east-1.amazonaws.com")

    cloud.interfere("bedrock-runtime", "before-call.bedrock-runtime.Converse", fail)
    analysis = verdict(payload)
    assert analysis | RULES_ALONE == analysis
    assert "model not reached" in analysis["adviser"]


@pytest.mark.parametrize("form", ["rubbish", None, {}, {**FORM, "confidence": "very"}, {**FORM, "severity": "none"}])
def test_when_the_model_answers_rubbish_the_rules_decide(payload: Json, model: Stubber, form: Any) -> None:
    model.add_response("converse", converse(form))
    analysis = verdict(payload)
    assert analysis | RULES_ALONE == analysis
    assert "answer unusable" in analysis["adviser"]


def test_a_model_that_hangs_leaves_the_lambda_time_to_go_on_without_it(payload: Json) -> None:
    """A task's Lambda has 50 seconds."""
    config = client("bedrock-runtime").meta.config
    assert config.retries["total_max_attempts"] * (config.connect_timeout + config.read_timeout) < 45


def test_what_is_normal_asks_no_model_and_no_history(cloud: Cloud, payload: Json, model: Stubber) -> None:
    analysis = verdict(detected(cloud, overwriting(NAME, 2, errorCode="AccessDenied")))
    assert (analysis["classification"], analysis["adviser"], analysis["similar"]) == ("NORMAL", "rules", {})


def test_history_counts_earlier_incidents_and_not_this_one(cloud: Cloud, payload: Json) -> None:
    cloud.set(MODEL_ID="")
    dynamo, arn = client("dynamodb"), payload["incident"]["resources"][0]["arn"]
    parameter("/app/other", "good", "bad")
    earlier = detected(cloud, overwriting("/app/other", 2, eventID="earlier"))
    ended = {
        "workflow_state": "VERIFIED",
        "issue": "ssm_parameter_overwritten",
        "closed_at": "2999-01-01T00:00:00.000Z",
    }
    incidents.update(dynamo, INCIDENTS, earlier["incident"]["id"], ended, execution=earlier["execution"])
    count = {"issue": "ssm_parameter_overwritten", "resource_id": NAME, "arn": arn, "at": "", "outcome": "VERIFIED"}
    patterns.count(dynamo, PATTERNS, incident_id="earlier", **count)
    similar = verdict(payload)["similar"]
    assert (similar["incidents"], similar["healed"], similar["failed"], similar["on_this_resource"]) == (1, 1, 0, 1)


def test_what_recurs_on_the_resource_is_told_in_words_and_to_the_model(
    cloud: Cloud, payload: Json, model: Stubber
) -> None:
    """Twice before at this hour, by the same caller."""
    about = payload["incident"]
    for day in ("26", "27"):
        earlier = {"incident_id": day, "resource_type": about["resources"][0]["type"], "timestamp": f"2026-02-{day}"}
        earlier |= {"happened": {**about, "time": f"2026-02-{day}T{about['time'][11:]}"}, "workflow_state": "VERIFIED"}
        earlier |= {"verdict": {"issue": "ssm_parameter_overwritten", "classification": "TAMPERING"}}
        client("dynamodb").put_item(TableName=INCIDENTS, Item=encode(earlier))
    model.add_response("converse", converse(FORM))
    analysis = verdict(payload)
    hour, actor = int(about["time"][11:13]), about["actor"]["arn"]
    assert analysis["similar"]["recurs"] == (
        "the 3rd time on this resource (2 healed, 0 failed), "
        f"each between {hour:02}:00 and {hour + 1:02}:00 UTC, each by {actor}"
    )
    found = {by: one["count"] for by, one in analysis["similar"]["patterns"].items()}
    assert found == {"resource": 3, "hour": 3, "actor": 3}
    assert "the 3rd time on this resource" in analysis["asked"]["prompt"]


def test_analyzing_again_gives_the_same(cloud: Cloud, payload: Json) -> None:
    cloud.set(MODEL_ID="")
    assert verdict(payload) == verdict(payload)
