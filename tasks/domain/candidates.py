"""The actions that may come into a plan, before it is made."""

from tasks.domain.payload import Analysis
from tasks.domain.policy import Policy, Recovery


def picked(analysis: Analysis, policy: Policy) -> Recovery | None:
    """The alternative that a model picked, if the policy has it."""
    named = analysis.advice.get("action")
    return next((one for one in policy.alternatives(analysis.issue) if one.action == named), None)


def candidates(analysis: Analysis, policy: Policy) -> list[str]:
    """The actions that may come into the plan: the policy's own answers, then what a model picked."""
    pick = picked(analysis, policy)
    answers = [*policy.answers(analysis.issue), *([pick] if pick else [])]
    return list(dict.fromkeys(one.action for one in answers))
