"""How far a plan may go by itself: the least of what each bound leaves, and which of them it was."""

from collections.abc import Mapping, Sequence

from tasks.domain import earning
from tasks.domain.confidence import confidence
from tasks.domain.earning import Standing
from tasks.domain.payload import Analysis, Step
from tasks.domain.policy import Policy, Recovery, least


def autonomy(
    analysis: Analysis,
    steps: Sequence[Step],
    answers: Sequence[Recovery],
    stale: Sequence[str],
    threshold: float,
    earned: Sequence[tuple[str, str]],
) -> tuple[str, str]:
    """The lowest level that the policy, the tags, the risk and the confidence leave, and what set it."""
    wanted = max(threshold, *(one.confidence for one in answers))
    limits = [
        *((one.autonomy, f"the policy allows {one.autonomy} for {analysis.issue}") for one in answers),
        *((step.resource.autonomy, f"{step.resource.id} is tagged {step.resource.autonomy}") for step in steps),
        *earned,
    ]
    if any(step.data_risk for step in steps):
        limits.append(("approve", "a step risks data"))
    if stale:
        limits.append(("approve", f"{', '.join(stale)} was changed by an accepted actor since its last good snapshot"))
    sure = min(confidence(analysis, one.action) for one in answers)
    if sure < wanted:
        limits.append(("approve", f"confidence {sure:.2f} is below {wanted:.2f}"))
    level = least(limit for limit, _ in limits)
    return level, next(why for limit, why in limits if least([limit]) == level)


def earned(
    issue: str, steps: Sequence[Step], policy: Policy, standings: Mapping[str, Standing]
) -> list[tuple[str, str]]:
    """The level that the issue has earned in each environment of the steps, and why."""
    if policy.earning is None:
        return []
    found = []
    for name in dict.fromkeys(step.resource.environment for step in steps):
        standing = standings.get(name, Standing())
        level = earning.level(standing, policy.recover[issue], policy.earning)
        ahead = f"{policy.earning.cases} successes in a row lead higher, {standing.run} so far"
        because = "; ".join(filter(None, [earning.why(standing), ahead]))
        told = f"{issue} has earned {level} in the environment {name}: {because}"
        found.append((earning.PLANNED.get(level, level), told))
    return found
