"""What an event means: a table of rules, the first that holds decides.

FAILURE: a resource is down, gone or broken, whoever did it. TAMPERING: a working resource was weakened, exposed or
altered. ANOMALY: suspicious, nothing to restore. NORMAL: the rest, refused calls among them.
"""

from collections.abc import Callable

from tasks.domain import catalogue
from tasks.domain.alarms import EVENT as ALARM
from tasks.domain.events import DRIFT
from tasks.domain.kinds import Rule
from tasks.domain.knowledge.metrics import EVENT as METRIC
from tasks.domain.logs.foresight import FORESIGHT
from tasks.domain.payload import Analysis, Incident, Json
from tasks.domain.refusal import refused


def _drifted(issue: str) -> Callable[[Json], str]:
    def holds(facts: Json) -> str:
        if facts.get("issue") != issue:
            return ""
        return f"differs from the last good snapshot, unexplained by any accepted change: {facts.get('difference', '')}"

    return holds


# What only a measurement tells: it is no difference from a good state, and no finding of the sweep can be forged of it.
MEASURED = frozenset({ALARM, FORESIGHT, METRIC})
# What the sweep finds is the same issue, seen without the event.
_DRIFTS = tuple(
    Rule(issue, (DRIFT,), _drifted(issue), classification, severity, certainty, "a change that no event explained")
    for issue, classification, severity, certainty in dict.fromkeys(
        (rule.issue, rule.classification, rule.severity, rule.certainty)
        for rule in catalogue.RULES
        if not MEASURED.intersection(rule.events)
    )
)
RULES = catalogue.RULES + _DRIFTS


def judge(incident: Incident) -> Analysis:
    """The verdict of the rules alone: the catalogue's, whose issues have answers, then what the event says by itself.

    A call that was refused changed nothing, so it is NORMAL.
    """
    if error := refused(incident):
        return read(incident) or _normal(f"{incident.event} was refused ({error}): nothing changed")
    for rule in RULES:
        about = not rule.seen_on or rule.seen_on in (one.type for one in incident.resources)
        reason = rule.holds(incident.facts) if about and incident.event in rule.events else ""
        if reason:
            severity = rule.grade(incident.facts) if rule.grade else rule.severity
            return Analysis(
                rule.issue, rule.classification, severity, rule.certainty, rule.root_cause, _who(incident, reason)
            )
    return read(incident) or _normal(f"no rule sees harm in {incident.event}")


def read(incident: Incident) -> Analysis | None:
    """What the event says by itself, whatever the catalogue knows."""
    # A fifth of what Detect would load, for events that the catalogue does not know.
    from tasks.domain.understanding import find

    found = find(incident)
    if found is None:
        return None
    return Analysis(
        found.issue,
        found.classification,
        found.severity,
        found.certainty,
        found.root_cause,
        _who(incident, found.reason),
    )


def _normal(reason: str) -> Analysis:
    return Analysis("none", "NORMAL", "low", 0.9, "", reason)


def _who(incident: Incident, reason: str) -> str:
    actor = incident.actor
    return f"{reason}, by {actor.arn or actor.invoked_by or actor.kind}" if actor else reason
