"""From a verdict to a plan: which steps the policy allows, and how far they may go without a person."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial

from tasks.domain.autonomy import autonomy, earned
from tasks.domain.candidates import picked
from tasks.domain.earning import Standing
from tasks.domain.payload import Analysis, Incident, Json, Plan, Resource, Step
from tasks.domain.policy import Policy, Recovery, least
from tasks.domain.wildcard import fits


@dataclass(frozen=True)
class Permission:
    """One IAM action on one resource: an ARN template with {partition}, {region}, {account} and {id}, or `*`.

    Any other name in the template is one of the step's target: a text, several (one resource each: a list, or an
    object's keys), or nothing.
    `conditions` is an IAM condition block; `tagged` says that the service checks aws:ResourceTag for this action.
    """

    action: str
    resource: str
    conditions: Json | None = None
    tagged: bool = False


@dataclass(frozen=True)
class Action:
    """What a resource module can do. `undo` is the action that takes it back, or none (closes an exposure, creates).

    `recreates` says that it answers a resource that is gone. `then` names the actions that must follow on the same
    resource: settings that the action alone does not bring back, or the next thing to try. `patience`: for so many
    seconds it waits for what came before it to make it needless. `unknown` says what is missing when it has no target.
    `settle`: seconds that the resource must stay healthy before it counts as healed, where it may fail once more.
    `lost`: what does not come back by it, or is destroyed, as the person who is asked should know. `does` says more
    than its name to a model that may pick it.
    """

    undo: str
    permissions: tuple[Permission, ...]
    undo_permissions: tuple[Permission, ...] = ()
    disruptive: bool = False
    data_risk: bool = False
    recreates: bool = False
    then: tuple[str, ...] = ()
    patience: int = 0
    unknown: str = "no good state of {id} is known"
    settle: float = 0.0
    lost: str = ""
    does: str = ""


# Resource type to what can be done to one, by name.
Actions = Callable[[str], Mapping[str, Action]]


@dataclass(frozen=True)
class Known:
    """What is known of a resource: the state to reach by each action (None when none is known) and the state it is in.

    `stale`: an accepted actor changed it since the last good snapshot, which restoring would lose.
    `settled`: it already is as it should be, which is as `answer`, the first action with a target, would make it.
    """

    targets: Mapping[str, Json | None]
    seen: Json | None
    stale: bool = False
    settled: bool = False
    answer: str = ""


def plan(
    incident: Incident,
    analysis: Analysis,
    policy: Policy,
    *,
    actions: Actions,
    known: Mapping[str, Known],
    confidence_threshold: float,
    standings: Mapping[str, Standing] | None = None,
) -> Plan:
    """The plan for an incident. `actions` gives a resource type's, `known` maps an ARN to what is known of it,
    `standings` an environment to what the issue has earned there.

    A resource that cannot be restored gets no step; a plan without steps only notifies. What a model picked takes the
    place of the policy's own answer where that could act, and goes no further by itself than it.
    """
    by = partial(_planned, incident, analysis, policy, actions, known, confidence_threshold, standings or {})
    own, pick = by(None), picked(analysis, policy)
    return _instead(own, by(pick), pick.action, str(analysis.advice["action_reason"])) if pick and own.steps else own


def _instead(own: Plan, other: Plan, action: str, why: str) -> Plan:
    """The plan with what the model picked, as far as the policy's own plan may go by itself."""
    told = f"the model picked {action} instead of {own.steps[0].action}"
    if other.steps == own.steps:
        return replace(own, reason=f"{own.reason}; {told}, which has nothing to reach here")
    level = least([own.autonomy, other.autonomy])
    reason = (other if level == other.autonomy else own).reason
    return replace(other, autonomy=level, reason=f'{reason}; {told}: "{why}"')


def _planned(
    incident: Incident,
    analysis: Analysis,
    policy: Policy,
    actions: Actions,
    known: Mapping[str, Known],
    confidence_threshold: float,
    standings: Mapping[str, Standing],
    pick: Recovery | None,
) -> Plan:
    """A plan by the policy's own answers, or by `pick` wherever one of them could act."""
    recovery = policy.recover.get(analysis.issue)
    if recovery is None:
        return _plan((), "notify", f"the policy names no action for {analysis.issue}", policy)
    answers = policy.answers(analysis.issue)
    if not answers:
        return _plan((), "notify", f"the policy denies {recovery.action}", policy)
    reasons, steps, used = [], [], []
    for resource in incident.resources:
        own, state = actions(resource.type), known.get(resource.arn)
        able = [one for one in answers if one.action in own]
        answer = next((one for one in able if state and state.targets.get(one.action) is not None), None)
        if denied := fits(resource.arn, policy.denied_resources):
            reasons.append(f"the policy denies {resource.id} ({denied})")
        elif not able:
            reasons.append(f"{resource.type} has no action {recovery.action}")
        elif state is None or answer is None:
            reasons += [own[one.action].unknown.format(id=resource.id) for one in able]
        elif state.seen is None and not own[answer.action].recreates:
            reasons.append(f"{resource.id} is gone")
        elif state.settled:
            reasons.append(f"{resource.id} already is as it should be")
        else:
            if pick and _can(pick.action, own, state):
                answer = pick
            used.append(answer)
            then = own[answer.action].then
            names = [answer.action, *(name for name in then if state.targets.get(name) is not None)]
            reasons += [f"the policy denies {name}" for name in names if name in policy.denied_actions]
            allowed = [name for name in names if name not in policy.denied_actions]
            steps += [_step(resource, name, own[name], state) for name in allowed]
    if not steps:
        healthy = all(resource.arn in known and known[resource.arn].settled for resource in incident.resources)
        return _plan((), "none" if healthy else "notify", "; ".join(reasons), policy)
    stale = list(dict.fromkeys(step.resource.id for step in steps if known[step.resource.arn].stale))
    level, why = autonomy(
        analysis, steps, used, stale, confidence_threshold, earned(analysis.issue, steps, policy, standings)
    )
    return _plan(tuple(steps), level, "; ".join([why, *reasons]), policy)


def denied(step: Step, policy: Policy) -> str:
    """Why the policy denies a step, or an empty text. The deny list stands above every approval."""
    if step.action in policy.denied_actions:
        return f"the policy denies {step.action}"
    pattern = fits(step.resource.arn, policy.denied_resources)
    return f"the policy denies {step.resource.id} ({pattern})" if pattern else ""


def plan_hash(steps: tuple[Step, ...]) -> str:
    """What an approval is bound to: every step, resource, action and target (64 hex digits)."""
    return hashlib.sha256(json.dumps([asdict(step) for step in steps], sort_keys=True).encode()).hexdigest()


def _can(action: str, own: Mapping[str, Action], state: Known) -> bool:
    """Whether an action has a target on a resource that is there, or that it makes anew."""
    known = action in own and state.targets.get(action) is not None
    return known and (state.seen is not None or own[action].recreates)


def _step(resource: Resource, name: str, action: Action, known: Known) -> Step:
    target = known.targets[name] or {}
    return Step(resource, name, action.undo, action.disruptive, action.data_risk, target, known.seen, lost=action.lost)


def _plan(steps: tuple[Step, ...], autonomy: str, reason: str, policy: Policy) -> Plan:
    return Plan(steps, autonomy, reason, plan_hash(steps), policy.review_seconds)
