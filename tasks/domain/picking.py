"""What a model may pick: the policy's own action first, then its alternatives, each with what it does and costs."""

from collections.abc import Iterable

from tasks.domain.payload import Json
from tasks.domain.planning import Actions
from tasks.domain.policy import Policy


def offered(issue: str, policy: Policy, *, types: Iterable[str], actions: Actions) -> list[Json]:
    """One row for each action, the policy's own first; none where there is no choice.

    An action is offered where each of the resource `types` has it; `actions` gives a type's.
    """
    if not policy.alternatives(issue):
        return []
    known = [actions(one) for one in types]
    names = [one.action for one in (*policy.answers(issue)[:1], *policy.alternatives(issue))]
    can = [name for name in names if all(name in own for own in known)]
    rows = [(name, known[0][name]) for name in can] if can[:1] == names[:1] else []
    return [
        {
            "action": name,
            "does": action.does or name.replace("_", " "),
            "disruptive": action.disruptive,
            "data_risk": action.data_risk,
            "loses": action.lost or "nothing",
        }
        for name, action in (rows if len(rows) > 1 else [])
    ]
