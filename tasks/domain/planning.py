"""From a verdict to a plan: which steps the policy allows, and how far they may go without a person."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from tasks.domain.payload import Analysis, Incident, Json, Plan, Resource, Step
from tasks.domain.policy import Policy, fits, least


@dataclass(frozen=True)
class Permission:
    """One IAM action on one resource: an ARN template with {partition}, {region}, {account} and {id}, or `*`.

    `conditions` is an IAM condition block; `tagged` says that the service checks aws:ResourceTag for this action.
    """

    action: str
    resource: str
    conditions: Json | None = None
    tagged: bool = False


@dataclass(frozen=True)
class Action:
    """What a resource module can do. `undo` is the action that takes it back, or none (closes an exposure, creates)."""

    undo: str
    permissions: tuple[Permission, ...]
    undo_permissions: tuple[Permission, ...] = ()
    disruptive: bool = False
    data_risk: bool = False


def plan(
    incident: Incident,
    analysis: Analysis,
    policy: Policy,
    *,
    actions: Mapping[str, Action],
    targets: Mapping[str, Json | None],
    seen: Mapping[str, Json],
    stale: Sequence[str],
    confidence_threshold: float,
) -> Plan:
    """The plan for an incident. `actions` are the resource type's; `targets` and `seen` map an ARN to states.

    A resource without a target cannot be restored and gets no step; a plan without steps only notifies. `stale` are
    the ids whose snapshot is older than an accepted change, which restoring would lose.
    """
    recovery = policy.recover.get(analysis.issue)
    action = actions.get(recovery.action) if recovery else None
    if recovery is None or action is None:
        return _plan((), "notify", f"the policy names no action for {analysis.issue}", policy)
    if recovery.action in policy.denied_actions:
        return _plan((), "notify", f"the policy denies {recovery.action}", policy)
    reasons, steps = [], []
    for resource in incident.resources:
        target = targets.get(resource.arn)
        if denied := fits(resource.arn, policy.denied_resources):
            reasons.append(f"the policy denies {resource.id} ({denied})")
        elif target is None:
            reasons.append(f"no good state of {resource.id} is known")
        else:
            steps.append(_step(resource, recovery.action, action, target, seen.get(resource.arn, {})))
    if not steps:
        return _plan((), "notify", "; ".join(reasons), policy)
    level, why = _autonomy(analysis, steps, policy, stale, confidence_threshold)
    return _plan(tuple(steps), level, "; ".join([why, *reasons]), policy)


def plan_hash(steps: tuple[Step, ...]) -> str:
    """What an approval is bound to: every step, resource, action and target (64 hex digits)."""
    return hashlib.sha256(json.dumps([asdict(step) for step in steps], sort_keys=True).encode()).hexdigest()


def _step(resource: Resource, name: str, action: Action, target: Json, seen: Json) -> Step:
    return Step(resource, name, action.undo, action.disruptive, action.data_risk, target, seen)


def _autonomy(
    analysis: Analysis, steps: Sequence[Step], policy: Policy, stale: Sequence[str], threshold: float
) -> tuple[str, str]:
    """The lowest level that the policy, the tags, the risk and the confidence leave, and what set it."""
    recovery = policy.recover[analysis.issue]
    wanted = max(threshold, recovery.confidence)
    limits = [
        (recovery.autonomy, f"the policy allows {recovery.autonomy} for {analysis.issue}"),
        *((step.resource.autonomy, f"{step.resource.id} is tagged {step.resource.autonomy}") for step in steps),
    ]
    if any(step.data_risk for step in steps):
        limits.append(("approve", "a step risks data"))
    if stale:
        limits.append(("approve", f"{', '.join(stale)} was changed by an accepted actor since its last good snapshot"))
    if analysis.confidence < wanted:
        limits.append(("approve", f"confidence {analysis.confidence:.2f} is below {wanted:.2f}"))
    level = least(limit for limit, _ in limits)
    return level, next(why for limit, why in limits if least([limit]) == level)


def _plan(steps: tuple[Step, ...], autonomy: str, reason: str, policy: Policy) -> Plan:
    return Plan(steps, autonomy, reason, plan_hash(steps), policy.review_seconds)
