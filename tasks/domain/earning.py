"""Autonomy that is earned: an issue class climbs in an environment by proven successes, and falls at once by a failure.

shadow: a plan is made and recorded; suggest: people are told the plan; approve: they are asked; auto: it is done. The
policy is the ceiling. At shadow and suggest a success is that a person brought the resource to where the plan would
have; above, that the fix was verified.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from tasks.domain.payload import Json
from tasks.domain.policy import Earning, Recovery

LEVELS = ("shadow", "suggest", "approve", "auto")
# A plan's word for suggest, and a policy's.
PLANNED = {"suggest": "notify"}
NEWEST = 20


@dataclass(frozen=True)
class Standing:
    """`level` is empty while it never changed; `run` counts the successes since. `cases` are the newest that counted.

    `fallen` is the incident that lowered the level last, `before` the level until then. `history` tells each change.
    """

    level: str = ""
    run: int = 0
    fallen: str = ""
    before: str = ""
    cases: tuple[str, ...] = ()
    history: tuple[Json, ...] = ()


@dataclass(frozen=True)
class Case:
    """One success or failure of an incident, or (None) a plan that a person refused. `id` makes it count once."""

    id: str
    incident: str
    helped: bool | None
    at: str


def level(standing: Standing, answer: Recovery, earning: Earning) -> str:
    """How far an issue class may go in an environment: what it earned, below the ceiling of the policy's answer."""
    ceiling = {plan: one for one, plan in PLANNED.items()}.get(answer.autonomy, answer.autonomy)
    earned = standing.level or (ceiling if earning.start == "policy" else earning.start)
    return min(ceiling, earned, key=LEVELS.index)


def after(standing: Standing, case: Case, answer: Recovery, earning: Earning) -> Standing:
    """The standing once a case has counted; the same if it counted before."""
    if case.id in standing.cases:
        return standing
    now = replace(standing, cases=(*standing.cases, case.id)[-NEWEST:])
    at = LEVELS.index(level(standing, answer, earning))
    if case.helped is None:
        return replace(now, run=0)
    if not case.helped:
        again = standing.fallen == case.incident
        before = standing.before if again else LEVELS[at]
        # Silence would hide what goes wrong: a failure leads no lower than suggest.
        lower = LEVELS[min(at, max(at - 1, LEVELS.index("suggest")))]
        return _moved(replace(now, fallen=case.incident, before=before), lower, case, "a fix of it did not help")
    if standing.fallen == case.incident:
        return _moved(replace(now, fallen="", before=""), standing.before, case, "run again, the fix was verified")
    if standing.run + 1 < earning.cases or level(replace(now, level="auto"), answer, earning) == LEVELS[at]:
        return replace(now, run=standing.run + 1)
    return _moved(now, LEVELS[at + 1], case, f"{standing.run + 1} successes in a row")


def why(standing: Standing) -> str:
    """Why the level is as it is, in words; empty while it never changed."""
    last: Mapping[str, str] = standing.history[-1] if standing.history else {}
    return f"{last['why']} (incident {last['incident'][:8]}, {last['at'][:10]})" if last else ""


def _moved(standing: Standing, to: str, case: Case, reason: str) -> Standing:
    told = {"at": case.at, "to": to, "why": reason, "incident": case.incident}
    return replace(standing, level=to, run=0, history=(*standing.history, told)[-NEWEST:])
