"""The model costs what the policy allows, and no more; what it was asked stays with the incident, without secrets."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.stub import Stubber
from by_hand import analyzed, detected
from cloud import PATTERNS, Cloud
from left_behind import everything
from managed import parameter
from model_answers import FORM, converse
from published import Json, overwriting

from tasks.domain.policy import Allowance
from tasks.runtime.clients import client
from tasks.store.budget import Budget, reserve, settle

PURSE = Budget(PATTERNS, "one", "2026-01-31", {"incident": Allowance(2, 1000), "day": Allowance(5, 1500)}, 2**31)


@pytest.fixture
def payload(cloud: Cloud) -> Json:
    parameter("/app/host", "good", "bad")
    cloud.set(MODEL_ID="amazon.nova-lite-v1:0")
    return detected(cloud, overwriting("/app/host", 2, userAgent="password=hunter2"))


@pytest.fixture
def model(payload: Json) -> Iterator[Stubber]:
    with Stubber(client("bedrock-runtime")) as stub:
        yield stub


def spent() -> dict[str, tuple[int, int]]:
    """Calls and tokens of the incident and of the day."""
    items = [one for one in everything(PATTERNS) if one["pattern_id"].startswith("BUDGET#")]
    return {"day" if "-" in one["pattern_id"] else "incident": (one["calls"], one["tokens"]) for one in items}


def allow(cloud: Cloud, **most: Any) -> None:
    cloud.set_policy(limits={"model": most})


def test_a_call_counts_with_the_tokens_that_it_took(payload: Json, model: Stubber) -> None:
    model.add_response("converse", converse(FORM))
    assert analyzed(payload)["analysis"]["adviser"] == "rules and model"
    assert spent() == {"incident": (1, 2), "day": (1, 2)}


def test_an_incident_analyzed_again_and_again_asks_no_more_than_it_may(
    cloud: Cloud, payload: Json, model: Stubber
) -> None:
    allow(cloud, incident={"calls": 2, "tokens": 15000})
    for _ in range(2):
        model.add_response("converse", converse(FORM))
    advisers = [analyzed(payload)["analysis"]["adviser"] for _ in range(3)]
    assert advisers == [*["rules and model"] * 2, "rules (the model's budget for the incident is used up)"]


@pytest.mark.parametrize(
    "most", [{"calls": 0, "tokens": 15000}, {"calls": 9, "tokens": 100}, {"calls": 9, "tokens": 0}]
)
def test_over_the_days_budget_the_rules_decide_and_nobody_is_asked(
    cloud: Cloud, payload: Json, model: Stubber, most: Json
) -> None:
    allow(cloud, day=most)
    analysis = analyzed(payload)["analysis"]
    assert analysis["adviser"] == "rules (the model's budget for the day is used up)"
    assert (analysis["confidence"], analysis["asked"], spent()) == (0.9, {}, {})


def test_a_refused_call_is_paid_for(payload: Json, model: Stubber) -> None:
    """Otherwise a model that fails could be asked without end."""
    model.add_client_error("converse", service_error_code="ThrottlingException")
    analyzed(payload)
    assert spent()["day"][0] == 1
    assert spent()["day"][1] > 400


def test_neither_budget_is_exceeded_by_many_at_once(cloud: Cloud) -> None:
    with ThreadPoolExecutor(4) as pool:
        refusals = list(pool.map(lambda _: reserve(client("dynamodb"), PURSE, 10), range(8)))
    assert refusals.count("") == 2
    assert set(refusals) == {"", "incident"}


def test_tokens_that_were_not_used_can_be_used_later(cloud: Cloud) -> None:
    assert reserve(client("dynamodb"), PURSE, 900) == ""
    assert reserve(client("dynamodb"), PURSE, 900) == "incident"
    settle(client("dynamodb"), PURSE, reserved=900, used=50)
    assert reserve(client("dynamodb"), PURSE, 900) == ""


def test_what_was_asked_and_answered_is_kept_without_secrets(payload: Json, model: Stubber) -> None:
    payload["incident"]["facts"]["requestParameters"] |= {
        "description": "password=hunter2",
        "masterUserPassword": 'hunter2"hunter2',
        "keys": ["AKIAIOSFODNN7EXAMPLE"],
    }
    model.add_response("converse", converse({**FORM, "explanation": "token: hunter2"}))
    asked = analyzed(payload)["analysis"]["asked"]
    assert asked["prompt"].startswith("<event>")
    assert "a deploy" in asked["answer"]
    assert asked["tokens"] == 2
    assert not [secret for secret in ("hunter2", "AKIA") if secret in str(asked)]
