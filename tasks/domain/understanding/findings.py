"""What services that watch others found: security findings, compliance, alarms, AWS Health."""

from typing import Any

from tasks.domain.payload import Incident, Json
from tasks.domain.understanding.finding import Finding, finding

# docs.aws.amazon.com/guardduty, "Severity levels for GuardDuty findings": from which value on.
GRADES = ((9.0, "critical"), (7.0, "high"), (4.0, "medium"), (0.0, "low"))
# Of findings that have a label, or Security Hub's older number up to 100.
LABELS = {"informational": "low", "low": "low", "medium": "medium", "high": "high", "critical": "critical"}
NUMBERS = ((90, "critical"), (70, "high"), (40, "medium"), (0, "low"))
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
HEALTH = {"issue": "service_trouble", "scheduledChange": "at_risk", "investigation": "at_risk"}
EXPOSED = ("CREDENTIALS_EXPOSED", "CREDENTIALS_COMPROMISE", "IAM_QUARANTINE")


def guardduty(incident: Incident) -> Finding | None:
    """A GuardDuty finding, with its own severity, or by its type's name where the number is missing."""
    facts = incident.facts
    kind, number = str(facts.get("type", "")), facts.get("severity")
    severity = _grade(number, GRADES) or _by_name(kind)
    altered = kind.split(":")[0] in ALTERED
    title = facts.get("title") or kind
    return finding(
        "security_finding", f"{kind}: {title}", severity=severity, classification="TAMPERING" if altered else ""
    )


def security_hub(incident: Incident) -> Finding | None:
    """The gravest finding that is neither solved nor put away."""
    found = [one for one in _list(incident.facts.get("findings")) if isinstance(one, dict) and _open(one)]
    order = list(dict.fromkeys(LABELS.values()))
    graded = [(order.index(_rated(one)), one) for one in found]
    if not graded:
        return None
    worst, one = max(graded, key=lambda pair: pair[0])
    return finding("security_finding", str(one.get("Title", "a finding")), severity=order[worst])


def graded(incident: Incident) -> Finding | None:
    """A finding of Inspector or Macie: an active one, by its severity's label."""
    facts = incident.facts
    active = str(facts.get("status", "ACTIVE")).upper() == "ACTIVE" and facts.get("archived") is not True
    if not active or "severity" not in facts:
        return None
    return finding("security_finding", str(facts.get("title", "a finding")), severity=_label(facts.get("severity")))


def access(incident: Incident) -> Finding | None:
    """IAM Access Analyzer: a resource that outsiders may use."""
    facts = incident.facts
    if facts.get("status") != "ACTIVE" or facts.get("isDeleted") is True:
        return None
    if facts.get("isPublic") is True:
        return finding("made_public", f"Access Analyzer: everybody may use {facts.get('resource', 'it')}")
    return finding("security_finding", f"Access Analyzer: outsiders may use {facts.get('resource', 'it')}")


def compliance(incident: Incident) -> Finding | None:
    result = _dict(incident.facts.get("newEvaluationResult")).get("complianceType")
    broken = result == "NON_COMPLIANT"
    return finding("rule_broken", f"{incident.facts.get('configRuleName', 'a rule')}: {result}") if broken else None


def advice(incident: Incident) -> Finding | None:
    """Trusted Advisor: red or yellow."""
    name, status = incident.facts.get("check-name", "a check"), incident.facts.get("status")
    severity = {"ERROR": "high", "WARN": "medium"}.get(str(status))
    return finding("at_risk", f"Trusted Advisor, {name}: {status}", severity=severity) if severity else None


def health(incident: Incident) -> Finding | None:
    facts = incident.facts
    code, category = str(facts.get("eventTypeCode", "")), str(facts.get("eventTypeCategory", ""))
    if any(one in code for one in EXPOSED):
        return finding("credential_exposed", code)
    if facts.get("statusCode") == "closed":
        return None
    if "Abuse" in incident.event or "ABUSE" in facts.get("service", ""):
        return finding("security_finding", code, severity="high")
    issue = HEALTH.get(category)
    return finding(issue, f"{category}: {code}") if issue else None


def _by_name(kind: str) -> str:
    purpose, _, rest = kind.partition(":")
    return next((grade for part, grade in NAMED if part in rest), PURPOSES.get(purpose, "medium"))


def _open(one: Json) -> bool:
    settled = _dict(one.get("Workflow")).get("Status") in ("RESOLVED", "SUPPRESSED")
    passed = _dict(one.get("Compliance")).get("Status") in ("PASSED", "NOT_AVAILABLE")
    return not settled and not passed and one.get("RecordState", "ACTIVE") == "ACTIVE"


def _rated(one: Json) -> str:
    severity = _dict(one.get("Severity"))
    return _label(severity["Label"]) if "Label" in severity else _grade(severity.get("Normalized"), NUMBERS) or "medium"


def _grade(number: Any, grades: tuple[tuple[float, str], ...]) -> str:
    """The grade that a number reaches; an empty text for what is no number."""
    if not isinstance(number, int | float) or isinstance(number, bool):
        return ""
    return next((name for least, name in grades if number >= least), "low")


def _label(severity: Any) -> str:
    told = severity.get("description") if isinstance(severity, dict) else severity
    return LABELS.get(str(told).lower(), "medium")


def _dict(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
