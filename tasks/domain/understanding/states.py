"""What services report of themselves: states, results, severities, findings."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from tasks.domain.payload import Incident, Json
from tasks.domain.understanding import databases, findings, guardduty
from tasks.domain.understanding.finding import Finding, finding
from tasks.domain.understanding.words import spoken, words

# Words of a value, or of a detail-type, that mean that something did not work.
BROKEN = spoken(
    "failed failure failing fail error errors errored fatal exception timeout aborted impaired unhealthy unsuccessful "
    "crashed fault faulted inoperable unreachable unavailable inaccessible incompatible invalid unable lost severe "
    "corrupted"
)
# And those that announce it, or say that it worked in part only.
RISKY = spoken(
    "warn warning warnings anomaly interruption rebalance expiration expired retirement degraded insufficient "
    "rollback drifted partial partially incomplete issues exceeded breached violations misconfigured disconnected "
    "offline"
)
# Two words that say together what neither says alone.
BROKEN_PAIRS = (("timed", "out"), ("low", "storage"))
# The last word of a field that tells a state.
STATES = spoken("state status result outcome conclusion event type severity category")
# Fields that tell what was, or is wanted.
OTHER = spoken("previous old desired former from")
# Where a service says why.
CAUSES = ("cause", "errorMessage", "ErrorMessage", "reason", "message", "detailMessage", "Message")
DEPTH = 3


def changed(incident: Incident) -> Finding | None:
    """What a state change, a finding or an alarm says."""
    read = READERS.get((incident.source, incident.event)) or READERS.get((incident.source, "")) or _state
    return read(incident)


def _state(incident: Incident) -> Finding | None:
    """By its words: a state that failed, a result that is an error, a detail-type that says Unsuccessful."""
    told = [(incident.event, words(incident.event.replace("State-change", "").replace("Error", "error")))]
    told += [(f"{name} {value}", _spoken(value)) for name, value in _states(incident.facts, DEPTH)]
    for sentence, said in told:
        if BROKEN & set(said) or any(one in BROKEN_PAIRS for one in pairwise(said)):
            return finding("resource_failed", _why(sentence, incident.facts))
    for sentence, said in told:
        if RISKY & set(said):
            return finding("at_risk", _why(sentence, incident.facts))
    return None


def _task(incident: Incident) -> Finding | None:
    """An ECS task that stopped, by why: a scheduler or a person stops tasks every day."""
    facts = incident.facts
    if facts.get("lastStatus") != "STOPPED":
        return None
    containers = facts.get("containers")
    codes = [one.get("exitCode") for one in containers if isinstance(one, dict)] if isinstance(containers, list) else []
    code, why = str(facts.get("stopCode", "")), str(facts.get("stoppedReason", ""))
    if code in ("ServiceSchedulerInitiated", "UserInitiated") or "caling activity" in why:
        return None
    if code == "SpotInterruption":
        return finding("at_risk", f"the task was stopped: {why}")
    if code == "TaskFailedToStart" or "Essential container" in why or "failed" in why.lower() or any(codes):
        return finding("resource_failed", f"the task stopped: {why or code}")
    return None


def _container_host(incident: Incident) -> Finding | None:
    lost = incident.facts.get("agentConnected") is False and incident.facts.get("status") == "ACTIVE"
    return finding("resource_failed", "its ECS agent is not connected") if lost else None


def _states(detail: Any, depth: int) -> Iterator[tuple[str, str]]:
    """Every field that tells a state, with its value."""
    if not isinstance(detail, dict) or depth == 0:
        return
    for name, value in detail.items():
        said = words(str(name))
        if OTHER & set(said):
            continue
        if isinstance(value, str) and said[-1:] and said[-1] in STATES:
            yield str(name), value
        elif isinstance(value, dict):
            yield from _states(value, depth - 1)


def _spoken(value: str) -> tuple[str, ...]:
    """A state is one name or a few words: TIMED_OUT, CreateFailed, ERROR."""
    return words(value if not value.isupper() else value.lower()) if len(value) <= 60 else ()


def _why(sentence: str, facts: Json) -> str:
    told = next((facts[name] for name in CAUSES if isinstance(facts.get(name), str)), "")
    return f"{sentence}: {told[:300]}" if told else sentence


READERS: dict[tuple[str, str], Callable[[Incident], Finding | None]] = {
    ("aws.ecs", "ECS Task State Change"): _task,
    ("aws.ecs", "ECS Container Instance State Change"): _container_host,
    ("aws.rds", ""): databases.told,
    ("aws.health", ""): findings.health,
    ("aws.guardduty", ""): guardduty.found,
    ("aws.securityhub", ""): findings.security_hub,
    ("aws.inspector2", ""): findings.graded,
    ("aws.macie", ""): findings.graded,
    ("aws.access-analyzer", "Access Analyzer Finding"): findings.access,
    ("aws.config", "Config Rules Compliance Change"): findings.compliance,
    ("aws.trustedadvisor", ""): findings.advice,
}
