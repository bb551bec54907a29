"""What our own detector says of a managed resource's metrics: nothing has failed, somebody should look."""

from tasks.domain.kinds import Json, Kind, Rule
from tasks.domain.payload import SEVERITIES

SOURCE, EVENT = "aiops", "Metric Anomaly"

ARNS: dict[str, str] = {}
FAULTS = (Kind(SOURCE, EVENT, "", "resource.id", detail_type=EVENT),)
CREATIONS: tuple[Kind, ...] = ()


def _told(facts: Json) -> str:
    number = facts.get("value")
    value = f"{number:g}" if isinstance(number, int | float) else "unknown"
    return (
        f"{facts.get('metric', 'a metric')} is {value}, unusually {'high' if facts.get('up') else 'low'} "
        "for this time of day; nothing has failed yet"
    )


def _grade(facts: Json) -> str:
    return facts["severity"] if facts.get("severity") in SEVERITIES else "medium"


RULES = (
    Rule("metric_unusual", (EVENT,), _told, "ANOMALY", "critical", 0.7, "unlike the last week's days", grade=_grade),
)
