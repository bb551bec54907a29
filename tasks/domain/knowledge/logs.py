"""Log groups: nothing is restored in them; what AnalyzeLogs foresees from their lines is told, or prevented.

A failure foreseen is about what writes the log, where its tag names that (targets.py).
"""

from collections.abc import Callable

from tasks.domain.kinds import Json, Kind, Rule
from tasks.domain.knowledge.autoscaling import GROUP
from tasks.domain.knowledge.ec2 import INSTANCE
from tasks.domain.knowledge.ecs import SERVICE
from tasks.domain.logs.foresight import FORESIGHT, SOURCE
from tasks.domain.logs.recommendation import AT_ONCE, RESTART, SCALE

LOG_GROUP = "AWS::Logs::LogGroup"
FORESEEN = "failure_foreseen"
# What writes a log, the issue, and the help by which the agent could prevent it.
_PREVENTABLE = (
    (INSTANCE, f"host_{FORESEEN}", RESTART),
    (GROUP, f"group_{FORESEEN}", SCALE),
    (SERVICE, f"service_{FORESEEN}", SCALE),
)

ARNS = {LOG_GROUP: "arn:{partition}:logs:{region}:{account}:log-group:{id}"}
FAULTS = (Kind(SOURCE, FORESIGHT, LOG_GROUP, "logGroup", detail_type=FORESIGHT),)
CREATIONS: tuple[Kind, ...] = ()


def _foreseen(facts: Json) -> str:
    found = facts.get("anomalies")
    probability = facts.get("probability")
    if not isinstance(found, list) or not isinstance(probability, int | float):
        return ""
    named = [one for one in found if isinstance(one, dict)]
    told = "; ".join(f"{one.get('kind')}: {one.get('template') or one.get('reason')}" for one in named)
    seen = f"{probability:.0%} likely within the hour by the log {facts.get('logGroup')}"
    return f"nothing has failed yet, {seen}: {told}{_advice(facts)}"


def _advice(facts: Json) -> str:
    urgency, action = facts.get("urgency"), facts.get("recommendedAction")
    return f". Recommended ({urgency}): {action}" if isinstance(urgency, str) and isinstance(action, str) else ""


def _told(certain: bool, helps: str = "") -> Callable[[Json], str]:
    """Holds when the failure is as near as asked and, if that is asked, such help is what helps against it."""

    def holds(facts: Json) -> str:
        told, offered = _foreseen(facts), facts.get("helps")
        if not told or (facts["probability"] >= AT_ONCE) != certain:
            return ""
        return told if not helps or (isinstance(offered, list) and helps in offered) else ""

    return holds


RULES = tuple(
    Rule(
        issue, (FORESIGHT,), _told(certain, helps), "ANOMALY", severity, certainty,
        "what the log's unusual lines say", seen_on=resource_type,
    )
    for resource_type, issue, helps in (*_PREVENTABLE, ("", FORESEEN, ""))
    for certain, severity, certainty in ((True, "critical", AT_ONCE), (False, "high", 0.7))
)  # fmt: skip
