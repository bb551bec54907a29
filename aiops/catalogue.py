"""`aiops catalogue`: what can befall each type of resource, and what is done about it."""

from collections.abc import Iterator
from pathlib import Path

from aiops.policy import load
from cdk_app.policy_file import TYPES_OF
from tasks.domain.policy import Policy
from tasks.resources import ANY_TYPE, actions, module, way
from tasks.resources.defined import Defined

COLUMNS = ("Resource", "Fault", "Restored by", "Healthy when", "Undone by", "Lost")
STAYS = "none"


def show(path: Path | None) -> None:
    """Print it as a table in Markdown, by the policy in a file."""
    print(table(load(path)))


def table(policy: Policy) -> str:
    """A row for each fault that the policy answers, and for what answers where no good state is known."""
    cells = [COLUMNS, tuple("---" for _ in COLUMNS), *_rows(policy)]
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


def _rows(policy: Policy) -> Iterator[tuple[str, ...]]:
    for issue in policy.recover:
        for one in sorted(TYPES_OF[issue]):
            for answer in policy.answers(issue)[:1]:
                yield _row(one, issue, answer.action)
                yield from (_row(one, issue, other.action, "or ") for other in policy.alternatives(issue))
    for name in ANY_TYPE:
        told, action = _first(Defined.verify.__doc__), way(name).ACTION
        yield "any", "one without a known good state", f"`{name}`", told, _undone(action.undo), action.lost or "-"


def _row(resource_type: str, issue: str, name: str, prefix: str = "") -> tuple[str, ...]:
    """`prefix` tells what a model may pick from the policy's own action."""
    action = actions(resource_type)[name]
    verify = Defined.verify if name in ANY_TYPE else module(resource_type).verify
    steps = f"{prefix}`{name}`" + (f", then {', '.join(f'`{one}`' for one in action.then)}" if action.then else "")
    return resource_type, f"`{issue}`", steps, _first(verify.__doc__), _undone(action.undo), action.lost or "-"


def _undone(undo: str) -> str:
    return "-" if undo == STAYS else f"`{undo}`"


def _first(docstring: str | None) -> str:
    """What a verify function says that it looks at: the one place where it stands."""
    return " ".join((docstring or "").split()).removesuffix(".")
