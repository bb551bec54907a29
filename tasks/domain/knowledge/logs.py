"""Log groups: nothing is restored in them; what AnalyzeLogs foresees from their lines is told."""

from tasks.domain.kinds import Json, Kind, Rule

LOG_GROUP = "AWS::Logs::LogGroup"
FORESIGHT = "Foresight"
FORESEEN = "failure_foreseen"
SOURCE = "aiops"

ARNS = {LOG_GROUP: "arn:{partition}:logs:{region}:{account}:log-group:{id}"}
FAULTS = (Kind(SOURCE, FORESIGHT, LOG_GROUP, "logGroup", detail_type=FORESIGHT),)
CREATIONS: tuple[Kind, ...] = ()


def _foreseen(facts: Json) -> str:
    found = facts.get("anomalies")
    probability = facts.get("probability")
    if not isinstance(found, list) or not isinstance(probability, int | float):
        return ""
    told = "; ".join(f"{one['kind']}: {one['template'] or one['reason']}" for one in found if isinstance(one, dict))
    return f"nothing has failed yet, {probability:.0%} likely within the hour: {told}{_advice(facts)}"


def _advice(facts: Json) -> str:
    urgency, action = facts.get("urgency"), facts.get("recommendedAction")
    return f". Recommended ({urgency}): {action}" if isinstance(urgency, str) and isinstance(action, str) else ""


def _severity(facts: Json) -> str:
    return "critical" if facts["probability"] >= 0.9 else "high"


RULES = (
    Rule(
        FORESEEN, (FORESIGHT,), _foreseen, "ANOMALY", "critical", 0.7,
        "what the log's unusual lines say", grade=_severity,
    ),
)  # fmt: skip
