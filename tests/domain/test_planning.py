"""Which plan comes of a verdict, and how far it may go by itself."""

from dataclasses import replace
from typing import Any

import pytest
from published import stopping

from tasks.domain.incident import understand
from tasks.domain.opting import AUTONOMY
from tasks.domain.payload import Analysis, Incident, Plan
from tasks.domain.planning import Action, Known, plan, plan_hash
from tasks.domain.policy import Policy, Recovery, least

ISSUE = "ec2_instance_stopped"
ACTIONS = {"start": Action("stop", ()), "risky": Action("none", (), disruptive=True, data_risk=True)}
ANALYSIS = Analysis(ISSUE, "FAILURE", "high", 0.95, "cause", "reason")
STOPPED, RUNNING = {"state": "stopped"}, {"state": "running"}
TARGETS = dict.fromkeys(("start", "risky"), RUNNING)
BROKEN = Known(targets=TARGETS, seen=STOPPED)


def policy(action: str = "start", autonomy: str = "auto", confidence: float = 0.0, **more: Any) -> Policy:
    rest: dict[str, Any] = {"denied_actions": (), "denied_resources": ()} | more
    return Policy({ISSUE: Recovery(action, autonomy, confidence)}, (), (), (), 3600, **rest)


def incident(*tags: str) -> Incident:
    known = understand(stopping(*(f"i-{number}" for number in range(len(tags)))))
    tagged = tuple(replace(one, autonomy=tag) for one, tag in zip(known.resources, tags, strict=True))
    return replace(known, resources=tagged)


def planned(
    about: Incident, rules: Policy, *states: Known | None, confidence: float = 0.95, issue: str = ISSUE
) -> Plan:
    known = {one.arn: state for one, state in zip(about.resources, states, strict=True) if state}
    analysis = replace(ANALYSIS, confidence=confidence, issue=issue)
    return plan(about, analysis, rules, actions=lambda _: ACTIONS, known=known, confidence_threshold=0.8)


LEVELS = ("auto", "approve", "notify")


@pytest.mark.parametrize("by_policy", LEVELS)
@pytest.mark.parametrize("by_tag", LEVELS)
@pytest.mark.parametrize("sure", [True, False])
@pytest.mark.parametrize("risky", [True, False])
@pytest.mark.parametrize("stale", [True, False])
def test_autonomy_is_the_least_of_policy_tag_confidence_risk_and_staleness(
    by_policy: str, by_tag: str, sure: bool, risky: bool, stale: bool
) -> None:
    rules = policy("risky" if risky else "start", by_policy)
    made = planned(incident(by_tag), rules, replace(BROKEN, stale=stale), confidence=0.95 if sure else 0.79)
    limits = [by_policy, by_tag, *(["approve"] if risky or stale or not sure else [])]
    assert made.autonomy == max(limits, key=LEVELS.index)
    assert len(made.steps) == 1


def test_one_step_that_risks_data_makes_the_whole_plan_ask() -> None:
    rules = replace(policy(), recover={ISSUE: Recovery("start", "auto", 0.0, Recovery("risky", "auto", 0.0))})
    made = planned(incident("auto", "auto"), rules, BROKEN, replace(BROKEN, targets={"risky": RUNNING}))
    assert [step.action for step in made.steps] == ["start", "risky"]
    assert made.autonomy == "approve"


def test_one_action_that_is_in_doubt_makes_the_whole_plan_ask() -> None:
    rules = replace(policy(), recover={ISSUE: Recovery("start", "auto", 0.0, Recovery("halt", "auto", 0.0))})
    about = incident("auto", "auto")
    sure = replace(ANALYSIS, certainty={"history": {"start": {"result": 0.9}, "halt": {"result": 0.7}}})
    known = [BROKEN, replace(BROKEN, targets={"halt": STOPPED})]
    made = plan(
        about,
        sure,
        rules,
        actions=lambda _: {"start": ACTIONS["start"], "halt": ACTIONS["start"]},
        known={one.arn: state for one, state in zip(about.resources, known, strict=True)},
        confidence_threshold=0.8,
    )
    assert (made.autonomy, len(made.steps)) == ("approve", 2)


def test_a_step_says_what_its_action_loses() -> None:
    action = replace(ACTIONS["start"], lost="the memory")
    about = incident("auto")
    made = plan(
        about,
        ANALYSIS,
        policy(),
        actions=lambda _: {"start": action},
        known={about.resources[0].arn: BROKEN},
        confidence_threshold=0.8,
    )
    assert [step.lost for step in made.steps] == ["the memory"]


def test_one_resource_that_asks_for_approval_holds_all_of_them_back() -> None:
    made = planned(incident("auto", "approve", "auto"), policy(), BROKEN, BROKEN, BROKEN)
    assert (made.autonomy, made.reason) == ("approve", "i-1 is tagged approve")


REASONS = [
    (policy(autonomy="notify"), BROKEN, 0.95, "the policy allows notify for ec2_instance_stopped"),
    (policy("risky"), BROKEN, 0.95, "a step risks data"),
    (policy(), replace(BROKEN, stale=True), 0.95, "i-0 was changed by an accepted actor since its last good snapshot"),
    (policy(), BROKEN, 0.5, "confidence 0.50 is below 0.80"),
    (policy(confidence=0.97), BROKEN, 0.95, "confidence 0.95 is below 0.97"),
    (policy(confidence=0.1), BROKEN, 0.5, "confidence 0.50 is below 0.80"),
    (policy(), BROKEN, 0.8, "the policy allows auto for ec2_instance_stopped"),
]


@pytest.mark.parametrize(("rules", "state", "confidence", "reason"), REASONS)
def test_a_plan_says_what_set_its_autonomy(rules: Policy, state: Known, confidence: float, reason: str) -> None:
    assert planned(incident("auto"), rules, state, confidence=confidence).reason == reason


UNPLANNED: list[tuple[Policy, Known | None, str, str]] = [  # policy, state, autonomy, reason
    (policy(denied_actions=("start",)), BROKEN, "notify", "the policy denies start"),
    (policy(denied_resources=("arn:aws:ec2:*",)), BROKEN, "notify", "the policy denies i-0 (arn:aws:ec2:*)"),
    (policy("unknown"), BROKEN, "notify", "AWS::EC2::Instance has no action unknown"),
    (policy(), None, "notify", "no good state of i-0 is known"),
    (policy(), Known({}, STOPPED), "notify", "no good state of i-0 is known"),
    (policy(), Known(TARGETS, RUNNING, settled=True), "none", "i-0 already is as it should be"),
]


@pytest.mark.parametrize(("rules", "state", "autonomy", "reason"), UNPLANNED)
def test_without_a_permitted_step_nothing_is_done(
    rules: Policy, state: Known | None, autonomy: str, reason: str
) -> None:
    """Deny lists stand above every autonomy, and above approvals."""
    made = planned(incident("auto"), rules, state)
    assert (made.steps, made.autonomy) == ((), autonomy)
    assert reason in made.reason


def test_resources_of_different_types_make_one_plan_each_by_its_own_types_actions() -> None:
    """And a type without the action is named and left out."""
    one, two, three = incident("auto", "auto", "auto").resources
    about = replace(incident(), resources=(one, replace(two, type="Other"), replace(three, type="Third")))
    of_type = {one.type: ACTIONS, "Other": {"start": Action("halt", (), disruptive=True)}, "Third": {}}
    known = {each.arn: BROKEN for each in about.resources}
    made = plan(about, ANALYSIS, policy(), actions=of_type.__getitem__, known=known, confidence_threshold=0.8)
    assert [(step.resource.type, step.undo, step.disruptive) for step in made.steps] == [
        (one.type, "stop", False),
        ("Other", "halt", True),
    ]
    assert "Third has no action start" in made.reason


def test_what_must_follow_is_left_out_when_the_policy_denies_it() -> None:
    actions = {"start": Action("stop", (), then=("risky",)), "risky": ACTIONS["risky"]}
    about, rules = incident("auto"), policy(denied_actions=("risky",))
    known = {about.resources[0].arn: BROKEN}
    made = plan(about, ANALYSIS, rules, actions=lambda _: actions, known=known, confidence_threshold=0.8)
    assert [step.action for step in made.steps] == ["start"]
    assert "the policy denies risky" in made.reason


def test_where_the_first_answer_does_not_know_how_the_next_one_does_in_its_own_bounds() -> None:
    answers = Recovery("start", "auto", 0.0, Recovery("risky", "approve", 0.0))
    rules = replace(policy(), recover={ISSUE: answers})
    unknown = replace(BROKEN, targets={"start": None, "risky": RUNNING})
    assert [step.action for step in planned(incident("auto"), rules, BROKEN).steps] == ["start"]
    both = planned(incident("auto", "auto"), rules, BROKEN, unknown)
    assert ([step.action for step in both.steps], both.autonomy) == (["start", "risky"], "approve")
    denied = replace(rules, denied_actions=("start",))
    assert [step.action for step in planned(incident("auto"), denied, BROKEN).steps] == ["risky"]


def test_where_no_answer_knows_how_each_says_what_it_lacks() -> None:
    lacking = {**ACTIONS, "risky": replace(ACTIONS["risky"], unknown="no stack holds {id}")}
    rules = replace(policy(), recover={ISSUE: Recovery("start", "auto", 0.0, Recovery("risky", "auto", 0.0))})
    about = incident("auto")
    known = {about.resources[0].arn: Known({}, STOPPED)}
    made = plan(about, ANALYSIS, rules, actions=lambda _: lacking, known=known, confidence_threshold=0.8)
    assert (made.autonomy, made.reason) == ("notify", "no good state of i-0 is known; no stack holds i-0")


def test_an_issue_that_the_policy_does_not_name_is_only_told() -> None:
    made = planned(incident("auto"), policy(), BROKEN, issue="another")
    assert (made.steps, made.autonomy, made.reason) == ((), "notify", "the policy names no action for another")


def test_denied_unknown_and_settled_resources_get_no_step_and_are_named() -> None:
    about = incident("auto", "auto", "auto", "auto")
    rules = policy(denied_resources=(f"*{about.resources[0].id}",))
    made = planned(about, rules, BROKEN, None, replace(BROKEN, settled=True), BROKEN)
    assert [step.resource.id for step in made.steps] == ["i-3"]
    for reason in ("denies i-0", "no good state of i-1", "i-2 already is"):
        assert reason in made.reason


def test_with_one_resource_unknown_and_the_rest_settled_people_are_told() -> None:
    assert planned(incident("auto", "auto"), policy(), replace(BROKEN, settled=True), None).autonomy == "notify"


def test_a_step_holds_what_the_action_declares_and_what_was_seen() -> None:
    (step,) = planned(incident("auto"), policy("risky"), BROKEN).steps
    assert (step.action, step.undo, step.disruptive, step.data_risk) == ("risky", "none", True, True)
    assert (step.target, step.seen) == (RUNNING, STOPPED)


def test_the_hash_changes_with_everything_that_a_step_says() -> None:
    (step,) = planned(incident("auto"), policy(), BROKEN).steps
    other = replace(step.resource, id="i-9")
    changes: dict[str, Any] = {
        "resource": other,
        "action": "risky",
        "undo": "none",
        "disruptive": True,
        "data_risk": True,
        "target": {},
        "seen": {},
    }
    hashes = {plan_hash((replace(step, **{name: value}),)) for name, value in changes.items()}
    assert len(hashes | {plan_hash(()), plan_hash((step,)), plan_hash((step, step))}) == len(changes) + 3
    assert plan_hash((step,)) == planned(incident("auto"), policy(), BROKEN).hash


def test_the_order_of_the_steps_is_part_of_the_hash() -> None:
    first, second = planned(incident("auto", "auto"), policy(), BROKEN, BROKEN).steps
    assert plan_hash((first, second)) != plan_hash((second, first))


@pytest.mark.parametrize("levels", [[], ["nonsense"], ["auto", "nonsense"], ["auto", ""]])
def test_what_is_no_autonomy_counts_as_the_least(levels: list[str]) -> None:
    assert least(levels) == "notify" == AUTONOMY[0]
