"""What an issue class has earned, changed by how incidents end, and read when a plan is made."""

from collections.abc import Iterable

from tasks.domain.confidence import first_steps
from tasks.domain.earning import Case, Standing, after
from tasks.domain.payload import Plan
from tasks.runtime.clients import client
from tasks.runtime.policy import policy
from tasks.store import standings


def earn(table: str, issue: str, environments: Iterable[str], case: Case) -> None:
    """Let a case count in each environment; nothing if the policy lets nothing be earned."""
    rules = policy()
    earning, answer = rules.earning, rules.recover.get(issue)
    if earning is None or answer is None:
        return
    for environment in sorted(set(environments)):
        standings.change(
            client("dynamodb"), table, issue, environment, lambda known: after(known, case, answer, earning)
        )


def environments(plan: Plan) -> list[str]:
    """Where a plan would heal."""
    return [step.resource.environment for step in first_steps(plan)]


def earned(table: str, issue: str, environments: Iterable[str]) -> dict[str, Standing]:
    """The standing of an issue class in each environment; empty if the policy lets nothing be earned."""
    if policy().earning is None:
        return {}
    return {one: standings.read(client("dynamodb"), table, issue, one) for one in sorted(set(environments))}
