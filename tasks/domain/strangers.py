"""What nobody asked the agent to look after: never changed, but an attack on it is noticed, and told if it is grave."""

from tasks.domain.guards import UNKNOWN_EVENT, UNMANAGED, Block
from tasks.domain.payload import SEVERITIES, Analysis, Incident
from tasks.domain.policy import Policy
from tasks.domain.rules import read

# A failure of such a resource is its owner's business.
TOLD = ("TAMPERING", "ANOMALY")


def noticed(incident: Incident, block: Block) -> Analysis | None:
    """What the event says by itself: the catalogue's rules presume a resource that somebody tagged."""
    return read(incident) if block.reason in (UNMANAGED, UNKNOWN_EVENT) else None


def told(verdict: Analysis, policy: Policy) -> bool:
    """Whether people hear of it: an attack of the severity that the policy names, or worse."""
    if verdict.classification not in TOLD or policy.tell_from not in SEVERITIES:
        return False
    return SEVERITIES.index(verdict.severity) >= SEVERITIES.index(policy.tell_from)


def culprit(incident: Incident, verdict: Analysis | None) -> str:
    """Whose doing it is, for telling it once: a role whatever its session, or what was found on what; and how grave."""
    actor, severity = incident.actor, verdict.severity if verdict else ""
    if actor and (who := actor.issuer or actor.arn or actor.account or actor.invoked_by):
        return f"{severity} {who}"
    named = ",".join(sorted(one.id for one in incident.resources + incident.others))
    return f"{severity} {verdict.reason if verdict else ''} on {named}"
