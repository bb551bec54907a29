"""What only the sweep can see: a remembered resource that is gone unheard, or that nobody opts in any more."""

from tasks.domain.kinds import Kind, Rule

VANISHED = "resource_vanished"
OPTED_OUT = "resource_opted_out"

ARNS: dict[str, str] = {}
FAULTS: tuple[Kind, ...] = ()
CREATIONS: tuple[Kind, ...] = ()
RULES = (
    Rule(VANISHED, (), lambda facts: "", "ANOMALY", "high", 0.8, "a resource whose deletion nothing tells of"),
    Rule(OPTED_OUT, (), lambda facts: "", "ANOMALY", "medium", 0.9, "a caller removed the tag that opts it in"),
)
