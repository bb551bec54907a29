"""Whether what is managed could come back, and what is missing for it; told once, when it begins to be missing."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from tasks.domain.notice import Message
from tasks.domain.payload import Json, Resource
from tasks.domain.planning import Action
from tasks.domain.policy import ACTING, Policy
from tasks.domain.text import inert
from tasks.domain.wildcard import fits

# As many as one message names.
MOST = 50


@dataclass(frozen=True)
class Cover:
    """A resource, or what the agent itself needs (the trail, the e-mail, the model), and what it lacks."""

    name: str
    type: str
    autonomy: str
    arn: str
    missing: tuple[str, ...]


def lacks(
    resource: Resource, row: Json | None, policy: Policy, *,
    actions: Mapping[str, Action], of_type: Sequence[str], keeps: bool,
) -> tuple[str, ...]:  # fmt: skip
    """What is missing for a resource to come back. `row` is its last snapshot, `of_type` what its type finds missing
    there; `keeps` says that it takes more than a snapshot, from the vault.
    """
    found = list(of_type)
    if resource.autonomy not in ACTING:
        found.append(f"tagged {resource.autonomy}: it is told of, never restored")
    if row is None:
        found.append("no good state of it is remembered: TakeSnapshots has not seen it, or is refused the look")
    elif keeps and not row["kept"]:
        found.append("its value or code is not in the vault: it is too large, or its key keeps the agent out")
    if pattern := fits(resource.arn, policy.denied_resources):
        found.append(f"the policy denies it ({pattern})")
    found += [f"the policy never lets {name} be done" for name in actions if name not in usable(actions, policy)]
    return tuple(found)


def usable(actions: Mapping[str, Action], policy: Policy) -> set[str]:
    """Those of a type's actions that some row of the policy lets be done, with those that follow them."""
    rows = [one for issue in policy.recover for one in policy.answers(issue) if one.autonomy in ACTING]
    first = {one.action for one in rows} & actions.keys()
    following = {name for one in first for name in actions[one].then}
    return (first | following) - set(policy.denied_actions)


def news(covers: Sequence[Cover], told: Collection[str]) -> list[Cover]:
    """What began to be missing, by the marks of what was told before."""
    return [one for one in covers if not marks([one]) <= set(told)]


def marks(covers: Sequence[Cover]) -> set[str]:
    """What is missing, each as 16 hex digits."""
    return {
        hashlib.sha256(f"{one.type} {one.arn or one.name} {what}".encode()).hexdigest()[:16]
        for one in covers
        for what in one.missing
    }


def message(covers: Sequence[Cover]) -> Message:
    """What people are told of what can no longer be restored; `covers` are not empty."""
    lines = [f"{inert(one.type)} {inert(one.name)}: {'; '.join(map(inert, one.missing))}" for one in covers[:MOST]]
    more = [f"and {len(covers) - MOST} more"] if len(covers) > MOST else []
    names = ", ".join(inert(one.name, 60) for one in covers).encode("ascii", "replace").decode()
    tail = ["", "Nothing is wrong yet: if it breaks, it does not come back whole. `aiops coverage` lists all."]
    head = "Something is missing to heal these:"
    return Message(f"[aiops] NOT COVERED: {names}"[:100], "\n".join([head, "", *lines, *more, *tail]))
