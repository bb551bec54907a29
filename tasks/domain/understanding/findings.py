"""What services that watch others found: security findings, compliance, alarms, AWS Health."""

from typing import Any

from tasks.domain.payload import Incident, Json
from tasks.domain.understanding.finding import Finding, finding
from tasks.domain.understanding.guardduty import grade_of

# Of findings that have a label, or Security Hub's older number up to 100.
LABELS = {"informational": "low", "low": "low", "medium": "medium", "high": "high", "critical": "critical"}
NUMBERS = ((90, "critical"), (70, "high"), (40, "medium"), (0, "low"))
HEALTH = {"issue": "service_trouble", "scheduledChange": "at_risk", "investigation": "at_risk"}
EXPOSED = ("CREDENTIALS_EXPOSED", "CREDENTIALS_COMPROMISE", "IAM_QUARANTINE")


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
    title = str(facts.get("title") or facts.get("name") or "a finding")
    if active and (risk := grade_of(facts.get("risk-score"), NUMBERS)):  # Macie Classic
        return finding("security_finding", title, severity=risk)
    if not active or "severity" not in facts:
        return None
    return finding("security_finding", title, severity=_label(facts.get("severity")))


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
    if "Abuse" in incident.event or "ABUSE" in str(facts.get("service", "")):
        return finding("security_finding", code, severity="high")
    issue = HEALTH.get(category)
    return finding(issue, f"{category}: {code}") if issue else None


def _open(one: Json) -> bool:
    settled = _dict(one.get("Workflow")).get("Status") in ("RESOLVED", "SUPPRESSED")
    passed = _dict(one.get("Compliance")).get("Status") in ("PASSED", "NOT_AVAILABLE")
    return not settled and not passed and one.get("RecordState", "ACTIVE") == "ACTIVE"


def _rated(one: Json) -> str:
    severity = _dict(one.get("Severity"))
    return (
        _label(severity["Label"]) if "Label" in severity else grade_of(severity.get("Normalized"), NUMBERS) or "medium"
    )


def _label(severity: Any) -> str:
    told = severity.get("description") if isinstance(severity, dict) else severity
    return LABELS.get(str(told).lower(), "medium")


def _dict(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
