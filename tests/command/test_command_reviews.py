"""approve, deny: a person's answer reaches the waiting execution, for exactly the plan that was shown."""

import json

import pytest
from published import ACCOUNT, stopping

from aiops.names import CLAIMS_TABLE
from command.laptop import Account, planned, stopped
from tasks.domain.incident import understand
from tasks.domain.payload import Incident
from tasks.store import reviews


def stopped_both() -> Incident:
    """Two instances stopped at once."""
    return understand(stopping("i-1234567890abcdef0", "i-0fedcba0987654321"))


WHO = f"arn:aws:iam::{ACCOUNT}:root"


@pytest.mark.parametrize(("command", "decision"), [("approve", "approved"), ("deny", "denied")])
def test_the_answer_names_decision_plan_and_person(account: Account, command: str, decision: str) -> None:
    execution, plan_hash = account.question(incident := stopped())
    said = account.aiops(command, incident.id)
    assert (said.status, said.err) == (0, "")
    output = json.loads(account.ended(execution)["output"])
    assert output == {"decision": decision, "plan_hash": plan_hash, "by": WHO}


def test_an_approval_for_some_resources_names_their_steps_and_shows_what_is_left_out(account: Account) -> None:
    execution, plan_hash = account.question(incident := stopped_both())
    said = account.aiops("approve", incident.id, "--only", "i-0fedcba0987654321")
    output = json.loads(account.ended(execution)["output"])
    assert output == {"decision": "approved", "plan_hash": plan_hash, "by": WHO, "steps": [1]}
    assert "Left out start_instance on i-1234567890abcdef0" in said.out
    assert "Step     start_instance on i-0fedcba0987654321" in said.out


@pytest.mark.parametrize("only", ["i-9", ""])
def test_a_resource_that_the_plan_does_not_touch_cannot_be_approved(account: Account, only: str) -> None:
    execution, _ = account.question(incident := stopped_both())
    said = account.aiops("approve", incident.id, "--only", incident.resources[0].arn, "--only", only)
    assert (said.status, said.out, len(said.err.splitlines())) == (2, "", 1)
    assert "only narrows; it touches i-1234567890abcdef0, i-0fedcba0987654321" in said.err
    assert account.states.describe_execution(executionArn=execution)["status"] == "RUNNING"


def test_the_plan_is_shown_before_it_is_approved(account: Account) -> None:
    _, plan_hash = account.question(incident := stopped())
    said = account.aiops("approve", incident.id[:8])
    for shown in ("start_instance on i-1234567890abcdef0", '{"state": "running"}', "stop_instance", plan_hash[:12]):
        assert shown in said.out


def test_a_hash_that_is_given_must_be_the_open_questions(account: Account) -> None:
    execution, plan_hash = account.question(incident := stopped())
    for other in ("0" * 64, plan_hash[:11], plan_hash + "0"):
        said = account.aiops("approve", incident.id, "--plan", other)
        assert (said.status, said.out) == (2, "")
        assert plan_hash in said.err
    assert account.aiops("approve", incident.id, "--plan", plan_hash[:12]).status == 0
    assert json.loads(account.ended(execution)["output"])["decision"] == "approved"


def test_a_second_answer_comes_too_late(account: Account) -> None:
    """Between the answer and the next record the incident still looks as if it waited."""
    execution, _ = account.question(incident := stopped())
    assert account.aiops("deny", incident.id).status == 0
    account.ended(execution)
    late = account.aiops("approve", incident.id)
    assert (late.status, len(late.err.splitlines())) == (1, 1)
    assert "answered or expired" in late.err


def test_an_expired_question_takes_no_answer(account: Account) -> None:
    execution, _ = account.question(incident := stopped(), expires_in=-1)
    late = account.aiops("approve", incident.id)
    assert (late.status, late.out) == (1, "")
    assert "expired" in late.err
    assert account.states.describe_execution(executionArn=execution)["status"] == "RUNNING"


def test_an_incident_that_asks_nothing_takes_no_answer(account: Account) -> None:
    account.record(incident := stopped(), "VERIFIED")
    said = account.aiops("approve", incident.id)
    assert said.status == 1
    assert "VERIFIED" in said.err


def test_a_question_about_another_plan_than_the_recorded_one_takes_no_answer(account: Account) -> None:
    """The person would approve what was not shown."""
    execution, _ = account.question(incident := stopped())
    other = planned(stopped("i-0fedcba0987654321"))
    token = reviews.read(account.dynamo, CLAIMS_TABLE, incident.id)
    assert token is not None
    question = {"token": token["token"], "plan_hash": other.hash, "expires_at": token["expires_at"]}
    reviews.ask(account.dynamo, CLAIMS_TABLE, incident.id, **question)
    assert account.aiops("approve", incident.id).status == 1
    assert account.states.describe_execution(executionArn=execution)["status"] == "RUNNING"
