"""From a verdict to a plan: which steps the policy allows, and how far they may go without a person."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

from tasks.domain import earning
from tasks.domain.confidence import confidence
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
    `lost`: what does not come back by it, or is destroyed, as the person who is asked should know.
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

    A resource that cannot be restored gets no step; a plan without steps only notifies.
    """
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
    level, why = _autonomy(
        analysis, steps, used, stale, confidence_threshold, _earned(analysis.issue, steps, policy, standings or {})
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


def _step(resource: Resource, name: str, action: Action, known: Known) -> Step:
    target = known.targets[name] or {}
    return Step(resource, name, action.undo, action.disruptive, action.data_risk, target, known.seen, lost=action.lost)


def _autonomy(
    analysis: Analysis,
    steps: Sequence[Step],
    answers: Sequence[Recovery],
    stale: Sequence[str],
    threshold: float,
    earned: Sequence[tuple[str, str]],
) -> tuple[str, str]:
    """The lowest level that the policy, the tags, the risk and the confidence leave, and what set it."""
    wanted = max(threshold, *(one.confidence for one in answers))
    limits = [
        *((one.autonomy, f"the policy allows {one.autonomy} for {analysis.issue}") for one in answers),
        *((step.resource.autonomy, f"{step.resource.id} is tagged {step.resource.autonomy}") for step in steps),
        *earned,
    ]
    if any(step.data_risk for step in steps):
        limits.append(("approve", "a step risks data"))
    if stale:
        limits.append(("approve", f"{', '.join(stale)} was changed by an accepted actor since its last good snapshot"))
    sure = min(confidence(analysis, one.action) for one in answers)
    if sure < wanted:
        limits.append(("approve", f"confidence {sure:.2f} is below {wanted:.2f}"))
    level = least(limit for limit, _ in limits)
    return level, next(why for limit, why in limits if least([limit]) == level)


def _earned(
    issue: str, steps: Sequence[Step], policy: Policy, standings: Mapping[str, Standing]
) -> list[tuple[str, str]]:
    """The level that the issue has earned in each environment of the steps, and why."""
    if policy.earning is None:
        return []
    found = []
    for name in dict.fromkeys(step.resource.environment for step in steps):
        standing = standings.get(name, Standing())
        level = earning.level(standing, policy.recover[issue], policy.earning)
        ahead = f"{policy.earning.cases} successes in a row lead higher, {standing.run} so far"
        because = "; ".join(filter(None, [earning.why(standing), ahead]))
        told = f"{issue} has earned {level} in the environment {name}: {because}"
        found.append((earning.PLANNED.get(level, level), told))
    return found


def _plan(steps: tuple[Step, ...], autonomy: str, reason: str, policy: Policy) -> Plan:
    return Plan(steps, autonomy, reason, plan_hash(steps), policy.review_seconds)
