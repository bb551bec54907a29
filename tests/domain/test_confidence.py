"""How sure the agent is, from the rules, from what earlier fixes achieved, and from the model."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from published import stopping

from tasks.domain import calibration
from tasks.domain.confidence import Fix, Fixes, attempted, bound, confidence, predicted, weigh
from tasks.domain.incident import understand
from tasks.domain.payload import Analysis, Plan, Step
from tasks.domain.policy import Trust

VERDICT = Analysis("issue", "FAILURE", "high", 0.9, "cause", "reason")
TRUST = Trust(prior=0.95, cases=20)
COUNTED = st.integers(0, 500).flatmap(lambda n: st.builds(Fixes, st.just(n), st.integers(0, n)))

# Cases, verified, Wilson's lower bound at z = 1.6449, worked out by hand: n / (n + z²) where all were verified.
BOUNDS = [(0, 0, 0.0), (1, 1, 0.270), (10, 10, 0.787), (20, 20, 0.881), (20, 19, 0.804), (100, 90, 0.840), (5, 0, 0.0)]


@pytest.mark.parametrize(("cases", "verified", "lower"), BOUNDS)
def test_the_bound_is_wilsons(cases: int, verified: int, lower: float) -> None:
    assert bound(Fixes(cases, verified)) == pytest.approx(lower, abs=0.001)


@given(COUNTED)
def test_the_bound_never_exceeds_the_rate_and_every_success_raises_it(fixes: Fixes) -> None:
    assert 0 <= bound(fixes) <= (fixes.verified / fixes.cases if fixes.cases else 0) + 1e-9
    assert bound(Fixes(fixes.cases + 1, fixes.verified + 1)) > bound(fixes)
    assert bound(Fixes(fixes.cases + 1, fixes.verified)) <= bound(fixes) + 1e-9


def weighed(fixes: Fixes, model: float | None = None) -> Analysis:
    advised = replace(VERDICT, advice={} if model is None else {"confidence": model})
    return weigh(advised, {"start": fixes}, TRUST, rules=VERDICT.confidence)


WEIGHED = [
    (Fixes(0, 0), None, 0.9),
    (Fixes(19, 0), None, 0.9),  # too few: the policy's prior counts
    (Fixes(20, 20), None, 0.881),
    (Fixes(20, 10), None, 0.327),
    (Fixes(1000, 1000), None, 0.9),  # a long record is no proof that this problem is real
    (Fixes(20, 20), 0.4, 0.4),
    (Fixes(20, 20), 1.0, 0.881),
]


@pytest.mark.parametrize(("fixes", "model", "result"), WEIGHED)
def test_confidence_is_the_least_of_rules_record_and_model(fixes: Fixes, model: float | None, result: float) -> None:
    analysis = weighed(fixes, model)
    assert analysis.confidence == pytest.approx(result, abs=0.001)
    assert (analysis.certainty["rules"], analysis.certainty["model"]) == (0.9, model)
    assert analysis.certainty["history"]["start"]["cases"] == fixes.cases


@given(COUNTED, st.none() | st.floats(0, 1))
def test_neither_record_nor_model_ever_raises_the_rules_certainty(fixes: Fixes, model: float | None) -> None:
    assert weighed(fixes, model).confidence <= VERDICT.confidence


def test_each_action_that_may_answer_has_a_confidence_of_its_own() -> None:
    history = {"start": Fixes(), "replace": Fixes(40, 10)}
    analysis = weigh(VERDICT, history, TRUST, rules=0.9)
    assert (analysis.confidence, confidence(analysis, "start")) == (0.9, 0.9)
    assert confidence(analysis, "replace") == pytest.approx(bound(Fixes(40, 10)), abs=0.001)


def test_an_attempt_counts_by_action_type_and_environment_and_helped_only_if_it_did_everywhere() -> None:
    one, two, other = understand(stopping("i-1", "i-2", "i-3")).resources
    other = replace(other, environment="test")
    steps = [Step(each, name, "stop", False, False) for each in (one, two, other) for name in ("start", "tag")]
    plan = Plan(tuple(steps), "auto", "", "", 60)
    assert attempted("stopped", plan, [two.arn]) == {
        Fix("stopped", "start", one.type, "default"): False,
        Fix("stopped", "start", one.type, "test"): True,
    }


def test_what_only_looks_is_no_attempt() -> None:
    one, two = understand(stopping("i-1", "i-2")).resources
    steps = (Step(one, "collect_evidence", "none", False, False), Step(two, "restart_service", "none", True, False))
    found = attempted("host_cpu_high", Plan(steps, "auto", "", "", 60), [one.arn])
    assert found == {Fix("host_cpu_high", "restart_service", two.type, "default"): True}


def test_what_is_predicted_of_an_attempt_is_its_least_certain_action() -> None:
    analysis = weigh(VERDICT, {"start": Fixes(), "replace": Fixes(40, 10)}, TRUST, rules=0.9)
    tried = [Fix("issue", action, "type", "default") for action in ("start", "replace")]
    assert predicted(analysis, tried) == {"result": confidence(analysis, "replace"), "rules": 0.9, "model": None}


def test_the_reliability_table_sets_what_was_predicted_beside_what_came_true() -> None:
    counted: dict[str, Any] = {
        "8": {"cases": 4, "verified": 3, "predicted": 3.4},
        "9": {"cases": 6, "verified": 6, "predicted": 5.7},
    }
    rows = list(calibration.table(counted))
    assert [(row.low, row.high, row.cases) for row in rows] == [(0.8, 0.9, 4), (0.9, 1.0, 6)]
    assert [(row.predicted, row.verified) for row in rows] == [pytest.approx((0.85, 0.75)), pytest.approx((0.95, 1.0))]
    assert calibration.error(rows) == pytest.approx(0.4 * 0.1 + 0.6 * 0.05)
    assert calibration.error([]) is None


@pytest.mark.parametrize(("value", "number"), [(0.0, 0), (0.09, 0), (0.3, 3), (0.7, 7), (0.95, 9), (1.0, 9)])
def test_a_prediction_falls_into_the_bin_that_begins_at_or_below_it(value: float, number: int) -> None:
    assert calibration.bin_of(value) == number
