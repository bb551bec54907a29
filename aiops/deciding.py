"""What would be decided for one event, without any account, by the functions that Detect, Analyze and Plan call.

What only the account could tell is assumed (assumed.py), or known from an incident that was exported (recorded.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from aiops.answers import NotRecorded
from aiops.assumed import Assumed
from aiops.event_file import NotJson
from aiops.inputs import Inputs
from aiops.names import RECOVERY_ROLE
from aiops.recorded import Recorded, is_export
from tasks.domain import guards
from tasks.domain.admission import admit
from tasks.domain.arns import partition
from tasks.domain.candidates import candidates
from tasks.domain.confidence import first_steps, weigh
from tasks.domain.errors import Malformed
from tasks.domain.events import SOURCES, fault_pattern, matches
from tasks.domain.incident import envelope, understand, unreadable
from tasks.domain.outcome import NORMAL
from tasks.domain.payload import Analysis, Incident, Json, Plan
from tasks.domain.planning import plan
from tasks.domain.policy import Policy
from tasks.domain.rules import judge
from tasks.domain.watched import WATCHED
from tasks.resources import actions

UNREADABLE = Analysis("none", "NORMAL", "low", 0.0, "", "it cannot be read")


@lru_cache(256)
def _patterns(source: str) -> tuple[Json, ...]:
    """The deployed rules' patterns that can match an event of this source."""
    faults = (fault_pattern(source),) if source in SOURCES else ()
    return (*faults, *(pattern for pattern in WATCHED.values() if source in pattern["source"]))


@dataclass(frozen=True)
class Seen:
    """One event, as far as no policy matters; `malformed` says why it cannot be read.

    `recorded` is what was known when it was decided, of an incident that was exported.
    """

    incident: Incident
    verdict: Analysis
    delivered: bool = False
    malformed: str = ""
    recorded: Recorded | None = None


@dataclass(frozen=True)
class Terms:
    """What decides besides the event. `managed` maps an id or ARN to its tag; without it everything is `auto`."""

    policy: Policy
    threshold: float
    managed: Mapping[str, str] | None = None


def see(event: Any) -> Seen:
    """What the rules make of an EventBridge envelope, a CloudTrail record, an exported incident, or anything else."""
    if isinstance(event, NotJson):
        return _malformed(event.text, event.why)
    delivered = False
    try:
        if is_export(event):
            return _exported(Recorded(event))
        enveloped = envelope(event)
        delivered = any(matches(pattern, enveloped) for pattern in _patterns(enveloped["source"]))
        incident = understand(enveloped)
        return Seen(incident, judge(incident), delivered)
    except Malformed as wrong:
        return _malformed(event, str(wrong), delivered)
    except RecursionError:  # a policy as text in the event, parsed by a rule
        return _malformed(event, "nested too deep", delivered)


def decide(seen: Seen, terms: Terms) -> Json:
    """The verdict, `reason`, `block_reason` and `plan`, as the deployed states would have them; null where there is
    none."""
    if seen.malformed:
        return _decision(seen.verdict, seen.malformed, guards.MALFORMED)
    inputs = seen.recorded or Assumed(seen.incident, terms.threshold, terms.managed)
    try:
        return _decided(seen, inputs, terms.policy)
    except NotRecorded as missing:
        return _decision(seen.verdict, f"not recorded, so nobody knows: {missing}")


def _decided(seen: Seen, inputs: Inputs, policy: Policy) -> Json:
    account, region = seen.incident.account, seen.incident.region
    role = RECOVERY_ROLE.format(partition=partition(region), account=account, region=region)
    found = admit(seen.incident, policy, inputs, recovery_role=role, judge=inputs.judge)
    if block := found.block:
        heard = "; people are told" if block.tell and found.verdict else ""
        verdict = seen.verdict if seen.recorded and seen.recorded.verdict else found.verdict or seen.verdict
        return _decision(verdict, f"{block.why}{heard}", block.reason)
    incident, verdict = found.incident, found.verdict or seen.verdict
    if verdict.classification == NORMAL:
        return _decision(verdict)
    advised = inputs.advised(verdict, incident, policy)
    fixes = inputs.fixes(verdict.issue, candidates(advised, policy))
    verdict = weigh(advised, fixes, policy.trust, rules=verdict.confidence)
    made = plan(
        incident,
        verdict,
        policy,
        actions=actions,
        known=inputs.known(incident, verdict.issue, policy),
        confidence_threshold=inputs.threshold,
        standings=inputs.standings(incident, policy),
    )
    for step in first_steps(made):
        if step.action not in fixes:
            raise NotRecorded.fix(step.action, verdict.issue)
    return _decision(verdict, plan=made)


def _decision(verdict: Analysis, why: str = "", block: str | None = None, plan: Plan | None = None) -> Json:
    steps = (
        [{"action": one.action, "resource": one.resource.id, "undo": one.undo} for one in plan.steps] if plan else []
    )
    return {
        "classification": verdict.classification,
        "severity": verdict.severity,
        "confidence": verdict.confidence,
        "reason": f"{verdict.reason}; {why}" if why else verdict.reason,
        "block_reason": block,
        "plan": {"autonomy": plan.autonomy, "reason": plan.reason, "steps": steps} if plan else None,
    }


def _exported(recorded: Recorded) -> Seen:
    incident = recorded.event
    if recorded.malformed:
        return Seen(incident, UNREADABLE, delivered=True, malformed=recorded.malformed)
    return Seen(incident, recorded.judge(incident), delivered=True, recorded=recorded)


def _malformed(event: Any, why: str, delivered: bool = False) -> Seen:
    return Seen(unreadable(event), UNREADABLE, delivered, malformed=why)


def described(seen: Seen) -> Json:
    """What an event is about, whatever the policy."""
    incident, actor = seen.incident, seen.incident.actor
    return {
        "id": incident.event_id,
        "delivered": seen.delivered,
        "resources": [{"type": one.type, "id": one.id} for one in incident.resources or incident.others],
        "actor": (actor.arn or actor.invoked_by or actor.kind) if actor else None,
    }
