"""What reading an event by itself finds: one of the classes below, with the sentence that says why."""

from dataclasses import dataclass

from tasks.domain.text import clean


@dataclass(frozen=True)
class Finding:
    issue: str
    classification: str
    severity: str
    certainty: float
    root_cause: str
    reason: str


# Issue class -> classification, severity, certainty, root cause. A finding may set another severity.
ISSUES = {
    "made_public": ("TAMPERING", "critical", 0.9, "a caller opened it to everybody"),
    "opened_to_the_internet": ("TAMPERING", "high", 0.85, "a caller opened it to the internet"),
    "shared_with_another_account": ("TAMPERING", "high", 0.85, "a caller gave another account a copy"),
    "granted_to_another_account": ("TAMPERING", "high", 0.8, "a caller let another account in"),
    "protection_off": ("TAMPERING", "high", 0.85, "a caller took protection away"),
    "watching_off": ("TAMPERING", "high", 0.9, "a caller made the account blind"),
    "key_disabled": ("TAMPERING", "high", 0.85, "a caller made a key and all that it encrypts unusable"),
    "foreign_encryption": ("TAMPERING", "critical", 0.85, "a caller encrypted under a key that can be withheld"),
    "capacity_to_zero": ("TAMPERING", "medium", 0.75, "a caller took away what serves requests"),
    "start_script_changed": ("TAMPERING", "high", 0.85, "a caller changed what runs at the next start"),
    "code_changed_by_hand": ("ANOMALY", "medium", 0.7, "a person changed running code past the pipeline"),
    "administrator_made": ("TAMPERING", "high", 0.85, "a caller handed out all rights"),
    "credential_made": ("ANOMALY", "medium", 0.75, "a caller made a way to sign in"),
    "remote_access": ("ANOMALY", "medium", 0.7, "a caller runs commands on machines"),
    "secret_read": ("ANOMALY", "medium", 0.65, "a caller collected secrets"),
    "copy_made_by_hand": ("ANOMALY", "low", 0.6, "a person copied data"),
    "costly_use": ("ANOMALY", "low", 0.6, "a caller began something that costs much"),
    "suspicious_sign_in": ("ANOMALY", "medium", 0.75, "somebody signed in without a second factor, or tried to"),
    "root_used": ("ANOMALY", "medium", 0.8, "the account's root was used, which daily work never needs"),
    "credential_exposed": ("ANOMALY", "critical", 0.9, "a credential of this account is public"),
    "resource_failed": ("FAILURE", "high", 0.85, "the service says that it failed"),
    "service_trouble": ("FAILURE", "high", 0.85, "AWS itself has trouble"),
    "at_risk": ("ANOMALY", "medium", 0.75, "trouble is announced"),
    "security_finding": ("ANOMALY", "medium", 0.9, "a security service found it"),
    "rule_broken": ("ANOMALY", "medium", 0.85, "a compliance rule is broken"),
}


def finding(issue: str, reason: str, *, severity: str = "", classification: str = "") -> Finding:
    """A finding of a known class."""
    usual, weight, certainty, cause = ISSUES[issue]
    return Finding(issue, classification or usual, severity or weight, certainty, cause, clean(reason, 400))
