"""The payload between states: frozen dataclasses, as plain JSON on the wire."""

from dataclasses import asdict, dataclass, field, fields, is_dataclass
from types import UnionType
from typing import Any, TypeVar, cast, get_args, get_origin

T = TypeVar("T")
Json = dict[str, Any]

SEVERITIES = ("low", "medium", "high", "critical")


@dataclass(frozen=True)
class Resource:
    """`type` is the CloudFormation name; `autonomy` is the value of the tag `aiops:recover`, empty if unmanaged.

    `environment` is the value of the tag that the policy names for it.
    `group` names what must not be under repair all at once: `AWS::EC2::Instance service=web`; empty for none.
    """

    type: str
    id: str
    arn: str
    autonomy: str = ""
    group: str = ""
    environment: str = "default"


@dataclass(frozen=True)
class Actor:
    """Who made the call, as CloudTrail's userIdentity says; `issuer` is the role's ARN of an assumed session."""

    kind: str
    arn: str = ""
    issuer: str = ""
    invoked_by: str = ""
    account: str = ""
    source_identity: str = ""


@dataclass(frozen=True)
class Incident:
    """One thing that happened to one or more resources. `time` is ISO 8601 UTC; `facts` is the event's detail, trimmed.

    `gone`: only their last snapshots tell their tags, since the resources are deleted, or were opted out. `dropped`
    lists what was taken out of the incident, ARN to reason. `trigger` is the name of the CloudWatch alarm that
    started it, empty for any other event. `others` are what an event is about that the agent cannot restore: told,
    never touched; their ARN may be missing. `grounds` is what the account answered when it was decided (grounds.py).
    """

    id: str
    source: str
    event: str
    event_id: str
    account: str
    region: str
    time: str
    resources: tuple[Resource, ...]
    actor: Actor | None = None
    error: str = ""
    facts: Json = field(default_factory=dict)
    gone: bool = False
    dropped: dict[str, str] = field(default_factory=dict)
    trigger: str = ""
    others: tuple[Resource, ...] = ()
    grounds: Json = field(default_factory=dict)


@dataclass(frozen=True)
class Analysis:
    """`confidence` 0..1 gates acting, `certainty` says what it is made of.

    `advice` is the model's validated answer, `adviser` says who decided and why, `asked` is what the model was told and
    said, without secrets.
    """

    issue: str
    classification: str
    severity: str
    confidence: float
    root_cause: str
    reason: str
    adviser: str = "rules"
    similar: Json = field(default_factory=dict)
    advice: Json = field(default_factory=dict)
    certainty: Json = field(default_factory=dict)
    asked: Json = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """One action on one resource. `undo` names the action that takes it back, or none.

    `seen` is the resource's state when the plan was made, None if it was gone; `target` what of it must become what.
    `token` is Restore's: it names this step of this attempt to services that take a name, and is empty in a plan.
    `lost` says what does not come back by it.
    """

    resource: Resource
    action: str
    undo: str
    disruptive: bool
    data_risk: bool
    target: Json = field(default_factory=dict)
    seen: Json | None = None
    token: str = ""
    lost: str = ""


@dataclass(frozen=True)
class Plan:
    """`autonomy` is auto, approve, notify, shadow, or none (nothing is wrong any more).

    `hash` binds an approval to exactly these steps. `grounds` is what was known when it was made (planned_on.py).
    """

    steps: tuple[Step, ...]
    autonomy: str
    reason: str
    hash: str
    review_seconds: int
    grounds: Json = field(default_factory=dict)


def dump(value: Any) -> Any:
    """A dataclass as JSON-ready data."""
    return asdict(value)


def load(cls: type[T], data: Json) -> T:
    """The dataclass `cls` from JSON data; unknown keys are ignored, a missing one is a TypeError."""
    known = {one.name: _value(one.type, data[one.name]) for one in fields(cast(Any, cls)) if one.name in data}
    return cls(**known)


def _value(hint: Any, value: Any) -> Any:
    if get_origin(hint) is tuple:
        return tuple(_value(get_args(hint)[0], item) for item in value)
    if isinstance(hint, UnionType):
        return None if value is None else _value(get_args(hint)[0], value)
    return load(hint, value) if isinstance(hint, type) and is_dataclass(hint) else value
