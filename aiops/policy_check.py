"""`aiops policy check`: what a policy allows."""

from pathlib import Path

from aiops.policy import ACTIONS, load
from aiops.screen import show_table
from cdk_app.policy_file import ANSWERS
from tasks.domain.policy import Policy

COLUMNS = ("issue", "action", "autonomy", "undo", "disruptive", "data risk")


def show(path: Path | None) -> None:
    """A table of what the policy allows, with its exceptions; BadInput if it is no policy."""
    policy = load(path)
    show_table([(issue, *_allowed(policy, issue)) for issue in ANSWERS], columns=COLUMNS)
    print()
    for what, listed in (
        ("Meant when invoked by", policy.intended_invokers),
        ("Meant when done by", policy.intended_roles),
        ("Left alone when tagged", policy.intended_tags),
        ("Never changed", policy.denied_resources),
    ):
        print(f"{what}: {', '.join(listed) or 'nothing'}")
    print(f"A question expires after {policy.review_seconds // 60} minutes, and that means no.")


def _allowed(policy: Policy, issue: str) -> tuple[str, ...]:
    recovery = policy.recover.get(issue)
    if recovery is None:
        return "-", "notify", "-", "-", "-"
    action, denied = ACTIONS[recovery.action], recovery.action in policy.denied_actions
    risks = ["yes" if risk else "no" for risk in (action.disruptive, action.data_risk)]
    return recovery.action, "notify (denied)" if denied else recovery.autonomy, action.undo, *risks
