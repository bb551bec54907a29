"""What the agent may do, from policy.yaml (checked against policy.schema.json before it is deployed)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tasks.domain.maintenance import Window, windows
from tasks.domain.opting import AUTONOMY
from tasks.domain.payload import Json

# What a plan may say: in the shadow nobody is told either.
PLANNED = ("shadow", *AUTONOMY)
# With these it may come to acting.
ACTING = ("approve", "auto")


@dataclass(frozen=True)
class Recovery:
    """`otherwise` answers where this one does not know how; `alternatives` are what a model may pick in its place."""

    action: str
    autonomy: str
    confidence: float
    otherwise: "Recovery | None" = None
    alternatives: "tuple[Recovery, ...]" = ()

    @property
    def answers(self) -> "tuple[Recovery, ...]":
        """This one and what follows it."""
        return (self, *(self.otherwise.answers if self.otherwise else ()))


@dataclass(frozen=True)
class Recurring:
    """Healed or failed so many times within so many hours, the same issue on the same resource is a real fault."""

    times: int
    hours: float


@dataclass(frozen=True)
class Group:
    """At most a `share` of a group, but at least one, is under repair at once.

    The first of the `tags` that a resource has makes it a member of the group of that tag's value.
    """

    share: float
    tags: tuple[str, ...]


@dataclass(frozen=True)
class Trust:
    """Below so many `cases` of a fix its verified rate counts as `prior`.

    Fixes are counted apart by the value of the tag `environment` of the resource.
    """

    prior: float = 0.95
    cases: int = 20
    environment: str = "environment"


@dataclass(frozen=True)
class Earning:
    """Autonomy is earned: an issue class starts at a level, or at the `policy`'s own, in each environment.

    It climbs one level after so many `cases` in a row were a success, and falls one by a failure.
    """

    start: str = "policy"
    cases: int = 10


@dataclass(frozen=True)
class Allowance:
    """What the model may be asked: calls, and tokens of prompts and answers."""

    calls: int
    tokens: int


# Of one incident, whose Analyze may run again, and of a day (UTC).
MODEL = {"incident": Allowance(3, 15_000), "day": Allowance(500, 2_000_000)}


@dataclass(frozen=True)
class Policy:
    """`recover` maps an issue class to its answer; patterns know `*` only as a wildcard.

    `alarms` maps a pattern of alarm names to the ARN of the resource that they are about, `actions` an action to its
    own settings. `tell_from` is the severity from which people hear of attacks on what nobody tagged, or never.
    """

    recover: dict[str, Recovery]
    intended_invokers: tuple[str, ...]
    intended_roles: tuple[str, ...]
    intended_tags: tuple[str, ...]
    review_seconds: int
    denied_actions: tuple[str, ...]
    denied_resources: tuple[str, ...]
    alarms: Mapping[str, str] = field(default_factory=dict)
    actions: Mapping[str, Json] = field(default_factory=dict)
    windows: tuple[Window, ...] = ()
    calendars: tuple[str, ...] = ()
    recurring: Recurring | None = None
    group: Group | None = None
    tell_from: str = "high"
    trust: Trust = Trust()
    earning: Earning | None = None
    model: Mapping[str, Allowance] = field(default_factory=lambda: MODEL)

    def answers(self, issue: str) -> tuple[Recovery, ...]:
        """What may answer an issue, the first that knows how."""
        row = self.recover.get(issue)
        return tuple(one for one in (row.answers if row else ()) if one.action not in self.denied_actions)

    def alternatives(self, issue: str) -> tuple[Recovery, ...]:
        """What a model may pick in place of the first of the answers."""
        row = self.recover.get(issue)
        return tuple(one for one in (row.alternatives if row else ()) if one.action not in self.denied_actions)


def parse(document: Json) -> Policy:
    """The policy of a document that fits the schema."""
    intended, deny = document.get("intended", {}), document.get("deny", {})
    maintenance, limits = document.get("maintenance", {}), document.get("limits", {})
    return Policy(
        recover={issue: _recovery(row) for issue, row in document["recover"].items()},
        intended_invokers=tuple(intended.get("invoked_by", ())),
        intended_roles=tuple(intended.get("roles", ())),
        intended_tags=tuple(intended.get("tags", ())),
        review_seconds=60 * int(document["review"]["expires_minutes"]),
        denied_actions=tuple(deny.get("actions", ())),
        denied_resources=tuple(deny.get("resources", ())),
        alarms=document.get("alarms", {}),
        actions=document.get("actions", {}),
        windows=windows(maintenance.get("windows", ())),
        calendars=tuple(maintenance.get("calendars", ())),
        recurring=Recurring(**limits["recurring"]) if "recurring" in limits else None,
        group=Group(limits["group"]["share"], tuple(limits["group"]["tags"])) if "group" in limits else None,
        tell_from=document.get("unmanaged", {}).get("tell_from", "high"),
        model=MODEL | {whose: Allowance(**most) for whose, most in limits.get("model", {}).items()},
        earning=Earning(**document["earning"]) if "earning" in document else None,
        trust=Trust(**document.get("trust", {})),
    )


def _recovery(row: Json) -> Recovery:
    otherwise = _recovery(row["otherwise"]) if "otherwise" in row else None
    alternatives = tuple(_recovery(one) for one in row.get("alternatives", ()))
    return Recovery(row["action"], row["autonomy"], float(row.get("confidence", 0.0)), otherwise, alternatives)


def least(levels: Iterable[str]) -> str:
    """The lowest of several autonomy levels; a word that is none counts as notify."""
    return min((one if one in PLANNED else "notify" for one in levels), key=PLANNED.index, default="notify")
