"""GuardDuty's findings, and grades by numbers."""

from typing import Any

from tasks.domain.payload import Incident
from tasks.domain.understanding.finding import Finding, finding

# docs.aws.amazon.com/guardduty, "Severity levels for GuardDuty findings": from which value on.
GRADES = ((9.0, "critical"), (7.0, "high"), (4.0, "medium"), (0.0, "low"))
# The purpose that a GuardDuty type begins with, when it says what was done to a resource rather than seen.
ALTERED = ("Policy", "Stealth")
# When the number is missing: the purpose's usual severity, and what in the type's name makes it another.
PURPOSES = {
    "AttackSequence": "critical",
    "Backdoor": "high",
    "CryptoCurrency": "high",
    "CredentialAccess": "medium",
    "DefenseEvasion": "medium",
    "Discovery": "low",
    "Execution": "medium",
    "Exfiltration": "high",
    "Impact": "high",
    "InitialAccess": "medium",
    "Object": "high",
    "PenTest": "medium",
    "Persistence": "medium",
    "Policy": "low",
    "PrivilegeEscalation": "medium",
    "Recon": "medium",
    "Stealth": "low",
    "Trojan": "medium",
    "UnauthorizedAccess": "medium",
}
NAMED = (
    ("BruteForce", "low"),
    ("RootCredentialUsage", "low"),
    ("SuspiciousDomain", "low"),
    ("InstanceCredentialExfiltration", "high"),
    ("Public", "high"),
    ("Tor", "medium"),
    ("Malicious", "medium"),
    ("DGADomain", "high"),
    ("MetadataDNSRebind", "high"),
)


def found(incident: Incident) -> Finding | None:
    """A GuardDuty finding, with its own severity, or by its type's name where the number is missing."""
    facts = incident.facts
    kind, number = str(facts.get("type", "")), facts.get("severity")
    severity = grade_of(number, GRADES) or _by_name(kind)
    altered = kind.split(":")[0] in ALTERED
    title = facts.get("title") or kind
    return finding(
        "security_finding", f"{kind}: {title}", severity=severity, classification="TAMPERING" if altered else ""
    )


def grade_of(number: Any, grades: tuple[tuple[float, str], ...]) -> str:
    """The grade that a number reaches; an empty text for what is no number."""
    if not isinstance(number, int | float) or isinstance(number, bool):
        return ""
    return next((name for least, name in grades if number >= least), "low")


def _by_name(kind: str) -> str:
    purpose, _, rest = kind.partition(":")
    return next((grade for part, grade in NAMED if part in rest), PURPOSES.get(purpose, "medium"))
