"""How sure the agent is: the number that gates acting, from the rules, earlier fixes and the model.

It is the least of three: a plan is right only if the problem is real (the rules' certainty, which the model may lower)
and if its action helps (the lower bound of the rate at which it was proven to).
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from math import sqrt

from tasks.domain.payload import Analysis, Json, Plan, Step
from tasks.domain.policy import Trust

# The standard normal quantile of 95 %, one-sided: only too much confidence does harm.
Z = 1.6449
# They heal nothing, so that how an incident ends says nothing of them.
LOOKS = frozenset({"collect_evidence", "enable_detailed_monitoring"})


@dataclass(frozen=True)
class Fix:
    """What is counted together: one action on one issue, for one type of resource in one environment."""

    issue: str
    action: str
    type: str
    environment: str


@dataclass(frozen=True)
class Fixes:
    """How often an action was carried out for one issue, type of resource and environment, and was proven to help."""

    cases: int = 0
    verified: int = 0


def bound(fixes: Fixes) -> float:
    """The lower 95 % confidence bound of the verified-fix rate, 0 without cases.

    Wilson's score interval: https://www.itl.nist.gov/div898/handbook/prc/section2/prc241.htm
    """
    if not fixes.cases:
        return 0.0
    n, rate = fixes.cases, fixes.verified / fixes.cases
    spread = Z * sqrt(rate * (1 - rate) / n + Z**2 / (4 * n**2))
    return max(0.0, (rate + Z**2 / (2 * n) - spread) / (1 + Z**2 / n))


def weigh(verdict: Analysis, history: Mapping[str, Fixes], trust: Trust, *, rules: float) -> Analysis:
    """The verdict with the confidence in the first of the actions that may answer, and what it is made of.

    `rules` is their own certainty; `history` maps the actions, in the policy's order, to their fixes. Where a model
    picked another action, the lesser of both counts.
    """
    model = verdict.advice.get("confidence")
    sure = rules if model is None else min(rules, model)
    rates = {action: bound(fixes) if fixes.cases >= trust.cases else trust.prior for action, fixes in history.items()}
    parts = {
        action: asdict(fixes) | {"bound": round(bound(fixes), 4), "result": round(min(sure, rates[action]), 4)}
        for action, fixes in history.items()
    }
    counted = [*list(parts)[:1], verdict.advice.get("action")]
    result = min((parts[one]["result"] for one in counted if one in parts), default=sure)
    told = [f"rules {rules:.2f}"]
    told += [f"model {model:.2f}"] if model is not None else []
    told += [_told(action, fixes, trust) for action, fixes in history.items()]
    why = f"the least of: {', '.join(told)}"
    return replace(verdict, confidence=result, certainty={"rules": rules, "model": model, "history": parts, "why": why})


def confidence(analysis: Analysis, action: str) -> float:
    """The confidence in one action that answers the issue."""
    parts = analysis.certainty.get("history", {})
    return float(parts[action]["result"]) if action in parts else analysis.confidence


def predicted(analysis: Analysis, tried: Collection[Fix]) -> Json:
    """What was predicted of an attempt, by who predicted it; None of a model that was not asked."""
    sources = {name: analysis.certainty.get(name) for name in ("rules", "model")}
    return {"result": min(confidence(analysis, fix.action) for fix in tried), **sources}


def attempted(issue: str, plan: Plan, wrong: Collection[str]) -> dict[Fix, bool]:
    """What an attempt at a plan tried, and whether it helped everywhere; `wrong` are the ARNs that are not healthy.

    What follows an action on the same resource belongs to it.
    """
    tried: dict[Fix, bool] = {}
    for step in first_steps(plan):
        fix = Fix(issue, step.action, step.resource.type, step.resource.environment)
        tried[fix] = tried.get(fix, True) and step.resource.arn not in wrong
    return tried


def first_steps(plan: Plan) -> list[Step]:
    """The step of each resource that answers the issue; others follow from it, and what only looks answers nothing."""
    first: dict[str, Step] = {}
    for step in plan.steps:
        first.setdefault(step.resource.arn, step)
    return [step for step in first.values() if step.action not in LOOKS]


def _told(action: str, fixes: Fixes, trust: Trust) -> str:
    counted = f"{action} {fixes.verified} of {fixes.cases} verified"
    if fixes.cases < trust.cases:
        return f"{trust.prior:.2f} by policy ({counted}, fewer than {trust.cases})"
    return f"{bound(fixes):.2f} at least ({counted})"
