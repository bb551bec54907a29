"""CloudWatch alarms: what they mean depends on the resource that they are about, which no alarm event tells."""

from collections.abc import Callable

from tasks.domain.alarms import (
    CONTEXTS,
    CPU,
    DISK,
    EVENT,
    MEMORY,
    NETWORK,
    RESPONSE,
    context,
    described,
    rings,
    severity,
)
from tasks.domain.kinds import Json, Kind, Rule
from tasks.domain.knowledge.autoscaling import GROUP
from tasks.domain.knowledge.ec2 import INSTANCE
from tasks.domain.knowledge.ecs import SERVICE
from tasks.domain.knowledge.rds import INSTANCE as DATABASE

ARNS: dict[str, str] = {}
FAULTS = (Kind("aws.cloudwatch", EVENT, "", "", {"state": {"value": ["ALARM"]}}, detail_type=EVENT),)
CREATIONS: tuple[Kind, ...] = ()

CAUSES = {
    CPU: "more work than the processors can do, or a process that runs away",
    MEMORY: "more work than fits into the memory, or a leak",
    DISK: "logs, temporary files or data have filled the disk",
    NETWORK: "more traffic than usual",
    RESPONSE: "the service is overloaded, stuck, or waits for something slow",
}
# Resource type -> its word in the names of issues, and what can be done something about.
_TARGETS = {
    INSTANCE: ("host", CONTEXTS),
    GROUP: ("group", (CPU, MEMORY, NETWORK, RESPONSE)),
    SERVICE: ("service", (CPU, MEMORY, RESPONSE)),
    DATABASE: ("database", (DISK,)),
}


def _rang(wanted: str) -> Callable[[Json], str]:
    return lambda facts: described(facts) if rings(facts) and context(facts) == wanted else ""


def _unclear(facts: Json) -> str:
    return f"{described(facts)}, which is not understood" if rings(facts) and not context(facts) else ""


def _rule(word: str, watched: str, resource_type: str = "") -> Rule:
    return Rule(
        f"{word}_{watched}",
        (EVENT,),
        _rang(watched),
        "FAILURE",
        "critical",
        0.85,
        CAUSES[watched],
        seen_on=resource_type,
        grade=severity,
    )


RULES = (
    *(_rule(word, watched, one) for one, (word, contexts) in _TARGETS.items() for watched in contexts),
    # About another kind of resource, or nobody knows which.
    *(_rule("alarm", watched) for watched in CONTEXTS),
    Rule("alarm_not_understood", (EVENT,), _unclear, "ANOMALY", "critical", 0.5, "unknown", grade=severity),
)
