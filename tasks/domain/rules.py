"""What an event means: a table of rules, the first that holds decides.

FAILURE: a resource is down, gone or broken, whoever did it. TAMPERING: a working resource was weakened, exposed or
altered. ANOMALY: suspicious, nothing to restore. NORMAL: the rest, refused calls among them.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tasks.domain.events import DRIFT, EC2_STATE
from tasks.domain.exposure import open_blocks, public_statements
from tasks.domain.payload import Analysis, Incident, Json

SEVERITIES = ("low", "medium", "high", "critical")


@dataclass(frozen=True)
class Rule:
    """`holds` returns the reason, or an empty text when the rule does not apply; `certainty` is 0..1."""

    issue: str
    events: tuple[str, ...]
    holds: Callable[[Json], str]
    classification: str
    severity: str
    certainty: float
    root_cause: str


def _request(facts: Json) -> Json:
    request = facts.get("requestParameters")
    return request if isinstance(request, dict) else {}


def _stopped(facts: Json) -> str:
    return "the instance is stopped" if facts.get("state") == "stopped" else ""


def _stop_called(facts: Json) -> str:
    return "StopInstances was called" if _request(facts).get("instancesSet") else ""


def _overwritten(facts: Json) -> str:
    response = facts.get("responseElements")
    version = response.get("version") if isinstance(response, dict) else None
    if not _request(facts).get("overwrite") or version == 1:
        return ""
    return f"the parameter was overwritten (version {version})" if version else "the parameter was overwritten"


def _block_deleted(facts: Json) -> str:
    return "the public access block was deleted" if _request(facts) else ""


def _block_weakened(facts: Json) -> str:
    off = open_blocks(_request(facts).get("PublicAccessBlockConfiguration"))
    return f"public access block switched off: {', '.join(off)}" if off else ""


def _policy_public(facts: Json) -> str:
    statements = public_statements(_request(facts).get("bucketPolicy"))
    return f"the bucket policy lets everybody in (statement {', '.join(statements)})" if statements else ""


def _policy_deleted(facts: Json) -> str:
    return "the bucket policy was deleted" if _request(facts) else ""


def _drifted(issue: str) -> Callable[[Json], str]:
    def holds(facts: Json) -> str:
        if facts.get("issue") != issue:
            return ""
        return f"differs from the last good snapshot, unexplained by any accepted change: {facts.get('difference', '')}"

    return holds


STOPPED = "ec2_instance_stopped"
OVERWRITTEN = "ssm_parameter_overwritten"
BLOCK_REMOVED = "s3_public_access_block_removed"
POLICY_PUBLIC = "s3_bucket_policy_public"
POLICY_CHANGED = "s3_bucket_policy_changed"

_EVENTS = (
    Rule(STOPPED, (EC2_STATE,), _stopped, "FAILURE", "high", 0.95, "the instance shut itself down or its host failed"),
    Rule(STOPPED, ("StopInstances",), _stop_called, "FAILURE", "high", 0.95, "a caller stopped the instance"),
    Rule(OVERWRITTEN, ("PutParameter",), _overwritten, "TAMPERING", "high", 0.9, "a caller replaced the value"),
    Rule(
        BLOCK_REMOVED,
        ("DeleteBucketPublicAccessBlock",),
        _block_deleted,
        "TAMPERING",
        "high",
        0.95,
        "a caller removed the bucket's protection against public access",
    ),
    Rule(
        BLOCK_REMOVED,
        ("PutBucketPublicAccessBlock",),
        _block_weakened,
        "TAMPERING",
        "high",
        0.95,
        "a caller weakened the bucket's protection against public access",
    ),
    Rule(
        POLICY_PUBLIC,
        ("PutBucketPolicy",),
        _policy_public,
        "TAMPERING",
        "critical",
        0.95,
        "a caller opened the bucket to the world",
    ),
    Rule(
        POLICY_CHANGED,
        ("DeleteBucketPolicy",),
        _policy_deleted,
        "TAMPERING",
        "medium",
        0.85,
        "a caller removed the bucket's policy",
    ),
)
# What the sweep finds is the same issue, seen without the event; EC2 knows its reason only from the event.
_DRIFTS = tuple(
    Rule(issue, (DRIFT,), _drifted(issue), classification, severity, certainty, "a change that no event explained")
    for issue, classification, severity, certainty in dict.fromkeys(
        (rule.issue, rule.classification, rule.severity, rule.certainty) for rule in _EVENTS
    )
)
RULES = _EVENTS + _DRIFTS


def judge(incident: Incident) -> Analysis:
    """The verdict of the rules alone; a call that was refused changed nothing, so it is NORMAL."""
    if incident.error:
        return _normal(f"{incident.event} was refused ({incident.error}): nothing changed")
    for rule in RULES:
        reason = rule.holds(incident.facts) if incident.event in rule.events else ""
        if reason:
            return Analysis(
                rule.issue, rule.classification, rule.severity, rule.certainty, rule.root_cause, _who(incident, reason)
            )
    return _normal(f"no rule sees harm in {incident.event}")


def _normal(reason: str) -> Analysis:
    return Analysis("none", "NORMAL", "low", 0.9, "", reason)


def _who(incident: Incident, reason: str) -> str:
    actor = incident.actor
    return f"{reason}, by {actor.arn or actor.invoked_by or actor.kind}" if actor else reason
