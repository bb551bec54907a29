"""The rows of what the agent knows: kinds of events, and rules that judge them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

CLOUDTRAIL = "AWS API Call via CloudTrail"
SIGN_IN = "AWS Console Sign In via CloudTrail"
SERVICE_EVENT = "AWS Service Event via CloudTrail"


@dataclass(frozen=True)
class Kind:
    """`ids` is the path of the resource ids in the event's detail, `[]` standing for every item of a list.

    `match` is what else a rule asks of the detail, in EventBridge's pattern language. `gone` says that the event
    leaves the resource deleted, so that only its last snapshot tells its tag. A call on resources of any type has no
    `resource_type` but `types`: the prefix of an id to its type; ids of no known prefix are passed over.
    """

    source: str
    name: str
    resource_type: str
    ids: str
    match: Mapping[str, Any] = field(default_factory=dict)
    detail_type: str = CLOUDTRAIL
    gone: bool = False
    types: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Rule:
    """`holds` returns the reason, or an empty text when the rule does not apply; `certainty` is 0..1.

    `seen_on` is the resource type of an issue whose event does not tell it (an alarm), or that only the sweep sees.
    `grade` gives the severity where it varies with the facts; `severity` then is the most that it can be.
    """

    issue: str
    events: tuple[str, ...]
    holds: Callable[[Json], str]
    classification: str
    severity: str
    certainty: float
    root_cause: str
    seen_on: str = ""
    grade: Callable[[Json], str] | None = None


def mapping(value: Any) -> Json:
    """A JSON object as it is, an empty one for anything else: what an event says may be of any form."""
    return value if isinstance(value, dict) else {}


def request(facts: Json) -> Json:
    """A call's parameters, empty when there are none."""
    return mapping(facts.get("requestParameters"))


def response(facts: Json) -> Json:
    """A call's answer, empty when there is none."""
    return mapping(facts.get("responseElements"))


def called(what: str) -> Callable[[Json], str]:
    """A rule's condition that the call alone fulfils: `what` is the reason."""
    return lambda facts: what if request(facts) else ""
