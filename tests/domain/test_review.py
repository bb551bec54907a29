"""A person's answer: it approves a plan or a part of it, and nothing that the plan does not say."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from published import Json, stopping

from tasks.domain.incident import understand
from tasks.domain.payload import Plan, Step
from tasks.domain.planning import plan_hash
from tasks.domain.review import reviewed

ONE, TWO = understand(stopping("i-1", "i-2")).resources
STEPS = (
    Step(ONE, "replace", "none", False, False),
    Step(ONE, "associate", "none", False, False),
    Step(TWO, "replace", "none", False, False),
)
PLAN = Plan(STEPS, "approve", "asked", plan_hash(STEPS), 3600)
YES: Json = {"decision": "approved", "plan_hash": PLAN.hash, "by": "arn:of:somebody"}


def test_an_approval_leaves_the_plan_as_it_is() -> None:
    review, plan = reviewed(PLAN, YES)
    assert plan == PLAN
    assert review == {
        "decision": "approved",
        "by": "arn:of:somebody",
        "plan_hash": PLAN.hash,
        "asked_hash": PLAN.hash,
        "left_out": [],
    }


@pytest.mark.parametrize(
    ("steps", "kept", "left_out"), [([2], STEPS[2:], ["i-1"]), ([1, 0], STEPS[:2], ["i-2"]), ([0, 1, 2], STEPS, [])]
)
def test_an_approval_of_some_resources_makes_a_plan_of_their_steps_in_its_order_with_a_hash_of_its_own(
    steps: list[int], kept: tuple[Step, ...], left_out: list[str]
) -> None:
    review, plan = reviewed(PLAN, {**YES, "steps": steps})
    assert (plan.steps, plan.hash, review["plan_hash"]) == (kept, plan_hash(kept), plan_hash(kept))
    assert (review["asked_hash"], review["left_out"]) == (PLAN.hash, left_out)


REFUSED: list[tuple[Any, str]] = [
    ({**YES, "decision": "denied"}, "a person said no"),
    ({**YES, "decision": "yes"}, "neither approved nor denied"),
    ({**YES, "decision": ["approved"]}, "neither approved nor denied"),
    ({**YES, "plan_hash": "0" * 64}, "another plan"),
    ({"decision": "approved"}, "another plan"),
    ({**YES, "steps": [3]}, "steps that the plan does not have"),
    ({**YES, "steps": [-1]}, "steps that the plan does not have"),
    ({**YES, "steps": [True]}, "steps that the plan does not have"),
    ({**YES, "steps": ["2"]}, "steps that the plan does not have"),
    ({**YES, "steps": [2.0]}, "steps that the plan does not have"),
    ({**YES, "steps": [[2]]}, "steps that the plan does not have"),
    ({**YES, "steps": None}, "steps that the plan does not have"),
    ({**YES, "steps": {"2": {}}}, "steps that the plan does not have"),
    ({**YES, "steps": []}, "no step, or one twice"),
    ({**YES, "steps": [2, 2]}, "no step, or one twice"),
    ({**YES, "steps": [0]}, "belong together"),
    ({**YES, "steps": [1, 2]}, "belong together"),
    ("approved", "neither approved nor denied"),
    (None, "neither approved nor denied"),
]


@pytest.mark.parametrize(("answer", "why"), REFUSED)
def test_what_widens_alters_or_is_no_approval_is_a_denial_that_says_why(answer: Any, why: str) -> None:
    review, plan = reviewed(PLAN, answer)
    assert (review["decision"], plan) == ("denied", PLAN)
    assert why in review["why"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 4) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["steps", "plan", "by"]), inner),
)


@given(st.dictionaries(st.sampled_from(["decision", "plan_hash", "steps", "by", "plan"]), JSON) | JSON, st.booleans())
def test_no_answer_adds_a_step_or_changes_one(answer: Any, approving: bool) -> None:
    if approving and isinstance(answer, dict):
        answer = {**answer, "decision": "approved", "plan_hash": PLAN.hash}
    review, plan = reviewed(PLAN, answer)
    assert all(step in STEPS for step in plan.steps)
    assert plan.hash == plan_hash(plan.steps)
    assert len(review["by"]) <= 300


def test_who_answered_is_one_line_of_plain_text() -> None:
    review, _ = reviewed(PLAN, {**YES, "by": "me\x1b[31m\nSubject: x" + "y" * 1000})
    assert "\n" not in review["by"]
    assert "\x1b" not in review["by"]
    assert len(review["by"]) == 300
    assert reviewed(PLAN, {**YES, "by": {"a": 1}})[0]["by"] == "somebody unnamed"
