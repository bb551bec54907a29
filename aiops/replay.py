"""`aiops replay`: what the deployed code would decide for recorded events, without any account.

Where only the account could tell (tags, earlier incidents, snapshots), resources are taken as tagged `auto`, out of
any cooldown, broken, and known in their good state.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from aiops.errors import BadInput
from aiops.event_file import NotJson, events
from aiops.names import RECOVERY_ROLE
from aiops.policy import load
from cdk_app.policy_file import ROOT
from tasks.domain import guards
from tasks.domain.arns import partition
from tasks.domain.errors import Malformed
from tasks.domain.events import SOURCES, fault_pattern, matches
from tasks.domain.guards import Block
from tasks.domain.incident import envelope, understand, unreadable
from tasks.domain.moment import seconds
from tasks.domain.payload import Analysis, Incident, Json
from tasks.domain.planning import Known, plan
from tasks.domain.policy import AUTONOMY, Policy
from tasks.domain.rules import judge
from tasks.domain.strangers import noticed, told
from tasks.domain.targets import aim
from tasks.domain.watched import WATCHED
from tasks.resources import actions


@lru_cache(256)
def _patterns(source: str) -> tuple[Json, ...]:
    """The deployed rules' patterns that can match an event of this source."""
    faults = (fault_pattern(source),) if source in SOURCES else ()
    return (*faults, *(pattern for pattern in WATCHED.values() if source in pattern["source"]))


@dataclass(frozen=True)
class Seen:
    """One event, as far as no policy matters; `malformed` says why it cannot be read."""

    incident: Incident
    verdict: Analysis
    delivered: bool = False
    malformed: str = ""


@dataclass(frozen=True)
class Terms:
    """What decides besides the event. `managed` maps an id or ARN to its tag; without it everything is `auto`."""

    policy: Policy
    threshold: float
    managed: Mapping[str, str] | None = None


def replay_file(path: Path, *, policy: Path | None, against: Path | None, managed: Path | None) -> None:
    """Print one JSON line for each event in order; with `against`, only for those that it decided differently."""
    threshold = float(json.loads((ROOT / "cdk.json").read_text())["context"]["confidence_threshold"])
    tags = _managed(managed) if managed else None
    new = Terms(load(policy), threshold, tags)
    old = Terms(load(against), threshold, tags) if against else None
    for event in events(path):
        seen = see(event)
        decision = decide(seen, new)
        if old is None:
            print(json.dumps(_described(seen) | decision))
        elif (before := decide(seen, old)) != decision:
            print(json.dumps(_described(seen) | {"old": before, "new": decision}))


def see(event: Any) -> Seen:
    """What the rules make of an event: an EventBridge envelope, a bare CloudTrail record, or anything else."""
    if isinstance(event, NotJson):
        return _malformed(event.text, event.why)
    delivered = False
    try:
        enveloped = envelope(event)
        delivered = any(matches(pattern, enveloped) for pattern in _patterns(enveloped["source"]))
        incident = understand(enveloped)
        return Seen(incident, judge(incident), delivered)
    except Malformed as wrong:
        return _malformed(event, str(wrong), delivered)
    except RecursionError:  # a policy as text in the event, parsed by a rule
        return _malformed(event, "nested too deep", delivered)


def decide(seen: Seen, terms: Terms) -> Json:
    """`reason`, `block_reason` and `plan`, as Detect and Plan would have them; null where there is none."""
    reason = seen.verdict.reason
    allowed = _guarded(seen, terms)
    if isinstance(allowed, Block):
        strange = seen.verdict.classification != "NORMAL" and noticed(seen.incident, allowed)
        heard = "; people are told" if strange and told(strange, terms.policy) else ""
        return {"reason": f"{reason}; {allowed.why}{heard}", "block_reason": allowed.reason, "plan": None}
    verdict = judge(allowed)  # which may depend on the resource, which the policy names to an alarm
    reason = verdict.reason
    now = seconds(allowed.time)
    if now is not None and verdict.classification != "NORMAL":
        held = guards.maintained(allowed, {}, terms.policy, now=now)
        if isinstance(held, Block):
            return {"reason": f"{reason}; {held.why}", "block_reason": held.reason, "plan": None}
        allowed = held
    if verdict.classification in ("NORMAL", "ANOMALY"):
        return {"reason": reason, "block_reason": None, "plan": None}
    made = plan(
        allowed,
        verdict,
        terms.policy,
        actions=actions,
        known={
            one.arn: Known(targets={action: {} for action in actions(one.type)}, seen={}) for one in allowed.resources
        },
        confidence_threshold=terms.threshold,
    )
    steps = [{"action": step.action, "resource": step.resource.id, "undo": step.undo} for step in made.steps]
    planned = {"autonomy": made.autonomy, "reason": made.reason, "steps": steps}
    return {"reason": reason, "block_reason": None, "plan": planned}


def _guarded(seen: Seen, terms: Terms) -> Incident | Block:
    """The incident with its managed resources, or the first guard's block, in Detect's order."""
    if seen.malformed:
        return Block(guards.MALFORMED, seen.malformed)
    incident = aim(seen.incident, {}, terms.policy) if seen.incident.trigger else seen.incident
    if isinstance(incident, Block):
        return incident
    account, region = incident.account, incident.region
    role = RECOVERY_ROLE.format(partition=partition(region), account=account, region=region)
    if refusal := guards.refuse(incident, terms.policy, recovery_role=role):
        return refusal
    tags = {}
    for one in incident.resources:
        tag = "auto" if terms.managed is None else terms.managed.get(one.arn) or terms.managed.get(one.id)
        tags[one.arn] = {guards.TAG: tag} if tag else {}
    return guards.managed(incident, tags, terms.policy)


def _malformed(event: Any, why: str, delivered: bool = False) -> Seen:
    verdict = Analysis("none", "NORMAL", "low", 0.0, "", "it cannot be read")
    return Seen(unreadable(event), verdict, delivered, malformed=why)


def _described(seen: Seen) -> Json:
    incident, verdict, actor = seen.incident, seen.verdict, seen.incident.actor
    return {
        "id": incident.event_id,
        "delivered": seen.delivered,
        "classification": verdict.classification,
        "severity": verdict.severity,
        "confidence": verdict.confidence,
        "resources": [{"type": one.type, "id": one.id} for one in incident.resources or incident.others],
        "actor": (actor.arn or actor.invoked_by or actor.kind) if actor else None,
    }


def _managed(path: Path) -> dict[str, str]:
    """Resource id or ARN to autonomy, from YAML or JSON, which YAML contains."""
    try:
        found = yaml.safe_load(path.read_text())
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: {error.strerror if isinstance(error, OSError) else 'no UTF-8'}") from error
    except yaml.YAMLError as error:
        raise BadInput(f"{path}: not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(found, dict):
        raise BadInput(f"{path}: a mapping of resource ids or ARNs to {', '.join(AUTONOMY)} is wanted")
    for name, level in found.items():
        if level not in AUTONOMY:
            raise BadInput(f"{path}: {name}: {level!r} is none of {', '.join(AUTONOMY)}")
    return {str(name): str(level) for name, level in found.items()}
