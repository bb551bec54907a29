"""A model picks among the actions that the policy allows, and nothing that it says leads any further."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from model_answers import FORM, converse
from published import Json, stopping

from tasks.domain.advice import Unusable, apply, prompt, read, request
from tasks.domain.candidates import candidates
from tasks.domain.confidence import Fixes, weigh
from tasks.domain.earning import LEVELS, Standing
from tasks.domain.incident import understand
from tasks.domain.opting import AUTONOMY
from tasks.domain.payload import SEVERITIES, Analysis, Incident, Plan
from tasks.domain.picking import offered
from tasks.domain.planning import Action, Known, plan
from tasks.domain.policy import PLANNED, Earning, Policy, Recovery, Trust

ISSUE = "host_ill"
ACTIONS = {
    "look": Action("none", (), does="looks and changes nothing"),
    "restart": Action("none", (), disruptive=True, lost="what is in memory", then=("tidy",)),
    "wipe": Action("none", (), data_risk=True),
    "remake": Action("none", (), recreates=True),
    "redefine": Action("none", ()),
    "tidy": Action("none", ()),
}
VERDICT = Analysis(ISSUE, "FAILURE", "high", 0.95, "the rules' cause", "the rules' reason")
HOSTS = understand(stopping("i-0", "i-1")).resources
ABOUT = Incident("id", "aws.ec2", "event", "", "", "", "", tuple(replace(one, autonomy="auto") for one in HOSTS))
TYPE = HOSTS[0].type
WELL, SICK = {"is": "well"}, {"is": "ill"}
ILL = Known(dict.fromkeys(ACTIONS, WELL), SICK)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)


def policy(*alternatives: Recovery, own: str = "look", autonomy: str = "auto", **more: Any) -> Policy:
    row = Recovery(own, autonomy, 0.0, more.pop("otherwise", None), alternatives)
    rest: dict[str, Any] = {"denied_actions": (), "denied_resources": ()} | more
    return Policy({ISSUE: row}, (), (), (), 3600, **rest)


def choice(rules: Policy, actions: Any = ACTIONS) -> list[Json]:
    return offered(ISSUE, rules, types=[TYPE], actions=lambda _: actions)


def advised(rules: Policy, form: Any, fixes: Any = None) -> Analysis:
    """The verdict once a model has answered with this form and the fixes were looked at, as Analyze does."""
    try:
        advice = apply(VERDICT, read(converse(form), choice(rules)))
    except Unusable:
        advice = VERDICT
    history = {name: (fixes or {}).get(name, Fixes()) for name in candidates(advice, rules)}
    return weigh(advice, history, Trust(), rules=VERDICT.confidence)


def planned(
    rules: Policy, analysis: Analysis, *states: Known, about: Incident = ABOUT, level: str = "", threshold: float = 0.8
) -> Plan:
    known = {one.arn: state for one, state in zip(about.resources, states or (ILL, ILL), strict=True)}
    standings = {"default": Standing(level=level)}
    return plan(
        about,
        analysis,
        rules,
        actions=lambda _: ACTIONS,
        known=known,
        confidence_threshold=threshold,
        standings=standings,
    )


def acting(made: Plan) -> list[str]:
    return [step.action for step in made.steps]


RESTART = Recovery("restart", "auto", 0.0)
BOTH = policy(RESTART)
PICKED = {**FORM, "confidence": 0.95, "action": "restart", "action_reason": "it hangs"}


def test_a_model_chooses_among_the_policys_own_action_first_and_its_alternatives() -> None:
    told = choice(policy(RESTART, Recovery("wipe", "approve", 0.0)))
    assert [one["action"] for one in told] == ["look", "restart", "wipe"]
    assert told[1] == {
        "action": "restart",
        "does": "restart",
        "disruptive": True,
        "data_risk": False,
        "loses": "what is in memory",
    }
    made = request(ABOUT, VERDICT, {}, "model", told)
    form = made["toolConfig"]["tools"][0]["toolSpec"]["inputSchema"]["json"]
    assert form["properties"]["action"]["enum"] == ["look", "restart", "wipe"]
    assert {"action", "action_reason"} <= set(form["required"])
    assert "looks and changes nothing" in prompt(made)


NO_CHOICE = [
    (policy(), ACTIONS),
    (policy(RESTART, denied_actions=("restart",)), ACTIONS),
    (policy(RESTART, denied_actions=("look",)), ACTIONS),
    (policy(RESTART), {"look": ACTIONS["look"]}),
    (policy(RESTART), {"restart": ACTIONS["restart"]}),
]


@pytest.mark.parametrize(("rules", "actions"), NO_CHOICE)
def test_where_there_is_no_choice_the_model_is_asked_for_none_and_gives_none(rules: Policy, actions: Any) -> None:
    told = choice(rules, actions)
    assert told == []
    assert "action" not in str(request(ABOUT, VERDICT, {}, "model", told)["toolConfig"])
    assert "action" not in read(converse(PICKED), told)


@pytest.mark.parametrize("pick", ["wipe", "", None, 3, ["restart"], "RESTART", "restart "])
def test_an_action_that_was_not_offered_makes_the_whole_answer_unusable(pick: Any) -> None:
    with pytest.raises(Unusable):
        read(converse({**PICKED, "action": pick}), choice(BOTH))
    with pytest.raises(Unusable):
        read(converse({key: value for key, value in PICKED.items() if key != "action"}), choice(BOTH))


def test_a_pick_takes_the_place_of_the_policys_own_action_and_the_plan_says_who_picked_and_why() -> None:
    made = planned(BOTH, advised(BOTH, PICKED))
    assert (acting(made), made.autonomy) == (["restart", "tidy"] * 2, "auto")
    assert made.reason.endswith('; the model picked restart instead of look: "it hangs"')


def test_who_agrees_with_the_policy_or_answers_rubbish_picks_nothing() -> None:
    for form in ({**PICKED, "action": "look"}, "rubbish"):
        assert planned(BOTH, advised(BOTH, form)).hash == planned(BOTH, VERDICT).hash


def test_a_pick_without_a_target_leaves_the_policys_own_action() -> None:
    lost = replace(ILL, targets={**ILL.targets, "restart": None})
    made = planned(BOTH, advised(BOTH, PICKED), lost, ILL)
    assert acting(made) == ["look", "restart", "tidy"]
    made = planned(BOTH, advised(BOTH, PICKED), lost, lost)
    assert acting(made) == ["look", "look"]
    assert "which has nothing to reach here" in made.reason


def test_a_pick_acts_nowhere_where_the_policys_own_action_could_not() -> None:
    lost = replace(ILL, targets={**ILL.targets, "look": None})
    assert planned(BOTH, advised(BOTH, PICKED), lost, lost).steps == ()
    gone, remake = replace(ILL, seen=None), policy(Recovery("remake", "auto", 0.0))
    assert planned(remake, advised(remake, {**PICKED, "action": "remake"}), gone, gone).steps == ()


HELD_BACK: list[tuple[Policy, str, str]] = [  # the policy, what the model picks, why it asks
    (policy(Recovery("restart", "approve", 0.0)), "restart", "the policy allows approve"),
    (policy(Recovery("wipe", "auto", 0.0)), "wipe", "a step risks data"),
    (policy(Recovery("restart", "auto", 0.99)), "restart", "confidence 0.95 is below 0.99"),
    (policy(RESTART, autonomy="approve"), "restart", "the policy allows approve"),
    (policy(Recovery("look", "auto", 0.0), own="wipe"), "look", "a step risks data"),
]


@pytest.mark.parametrize(("rules", "pick", "why"), HELD_BACK)
def test_a_pick_is_held_back_by_its_own_bounds_and_by_those_of_the_action_that_it_replaces(
    rules: Policy, pick: str, why: str
) -> None:
    made = planned(rules, advised(rules, {**PICKED, "action": pick}))
    assert (made.autonomy, acting(made)[0]) == ("approve", pick)
    assert why in made.reason


def test_a_pick_that_seldom_helped_makes_the_agent_ask() -> None:
    analysis = advised(BOTH, PICKED, {"restart": Fixes(40, 20)})
    assert analysis.confidence < 0.5
    assert planned(BOTH, analysis).autonomy == "approve"


VALID = {
    "severity": st.sampled_from(SEVERITIES),
    "confidence": st.just(1.0) | st.floats(0, 1),
    "root_cause": st.text(max_size=10),
    "explanation": st.text(max_size=10),
    "action": st.sampled_from(list(ACTIONS)),
    "action_reason": st.text(max_size=10),
}
# What a model may answer: what was asked for, with other things beside and in its place, or anything at all.
FORMS = st.one_of(
    st.fixed_dictionaries(VALID),
    st.fixed_dictionaries(VALID, optional={"steps": ANYTHING, "resources": ANYTHING, "autonomy": ANYTHING}),
    st.fixed_dictionaries({}, optional={key: value | ANYTHING for key, value in VALID.items()}),
    ANYTHING,
)
BOUNDS = (st.sampled_from(AUTONOMY), st.sampled_from([0.0, 0.9, 0.99]))
ANSWERS = st.builds(Recovery, st.sampled_from(list(ACTIONS)), *BOUNDS)
EVERY = st.tuples(*[st.builds(Recovery, st.just(name), *BOUNDS) for name in ACTIONS])
# Mostly what leads to a plan that acts.
STATES = st.just(ILL) | st.builds(
    Known,
    st.fixed_dictionaries({name: st.none() | st.just(WELL) for name in ACTIONS}),
    st.none() | st.just(SICK),
    st.booleans(),
    st.booleans(),
)
COUNTED = st.integers(0, 60).flatmap(lambda n: st.builds(Fixes, st.just(n), st.integers(0, n)))


def names(answers: Sequence[Recovery]) -> set[str]:
    """The actions of answers, with what follows them."""
    return {one.action for one in answers} | {then for one in answers for then in ACTIONS[one.action].then}


@settings(max_examples=400)
@given(
    FORMS,
    st.builds(replace, ANSWERS, otherwise=st.none() | ANSWERS, alternatives=EVERY | st.lists(ANSWERS).map(tuple)),
    st.just(()) | st.lists(st.sampled_from(list(ACTIONS)), max_size=2).map(tuple),
    st.tuples(STATES, STATES),
    st.just(("auto", "auto")) | st.tuples(*[st.sampled_from(AUTONOMY)] * 2),
    st.just({}) | st.dictionaries(st.sampled_from(list(ACTIONS)), COUNTED),
    st.just("") | st.sampled_from(LEVELS),
)
def test_whatever_a_model_answers_the_plan_is_the_policys_and_goes_no_further_by_itself(
    form: Any, row: Recovery, denied: Any, states: Any, tags: Any, fixes: Any, level: str
) -> None:
    """Actions of the row alone, on the resources of the rules' own plan, and at most with its autonomy."""
    rules = replace(policy(), recover={ISSUE: row}, denied_actions=denied, earning=Earning() if level else None)
    tagged = (replace(one, autonomy=tag) for one, tag in zip(ABOUT.resources, tags, strict=True))
    about = replace(ABOUT, resources=tuple(tagged))
    alone, analysis = advised(rules, None, fixes), advised(rules, form, fixes)
    by_rules = planned(rules, alone, *states, about=about, level=level)
    made = planned(rules, analysis, *states, about=about, level=level)
    assert {step.action for step in made.steps} <= names((*row.answers, *row.alternatives)) - set(denied)
    assert {step.resource for step in made.steps} == {step.resource for step in by_rules.steps}
    assert all(step.target == WELL for step in made.steps)
    if by_rules.steps:
        assert PLANNED.index(made.autonomy) <= PLANNED.index(by_rules.autonomy)
    assert SEVERITIES.index(analysis.severity) >= SEVERITIES.index(alone.severity)
    assert analysis.confidence <= alone.confidence
    assert (analysis.issue, analysis.classification) == (alone.issue, alone.classification)
