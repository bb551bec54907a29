"""`aiops policy check`: what a policy allows."""

from collections.abc import Iterator
from pathlib import Path

from aiops.policy import ACTIONS, load
from aiops.screen import show_table
from cdk_app.policy_file import ANSWERS
from tasks.domain.policy import Policy
from tasks.domain.text import clean

COLUMNS = ("issue", "action", "autonomy", "undo", "disruptive", "data risk")
# Characters of a list; no policy of a sane size is cut.
MOST = 50_000


def show(path: Path | None) -> None:
    """A table of what the policy allows, with its exceptions; BadInput if it is no policy."""
    policy = load(path)
    show_table([row for issue in ANSWERS for row in _rows(policy, issue)], columns=COLUMNS)
    print()
    for what, listed in (
        ("Meant when invoked by", policy.intended_invokers),
        ("Meant when done by", policy.intended_roles),
        ("Left alone when tagged", policy.intended_tags),
        ("Never changed", policy.denied_resources),
        ("Nothing is changed in the windows", [window.name for window in policy.windows]),
        ("Nothing is changed while closed", policy.calendars),
    ):
        print(f"{what}: {clean(', '.join(listed), MOST) or 'nothing'}")
    if policy.recurring:
        times, hours = policy.recurring.times, policy.recurring.hours
        print(f"Left to a person: what was healed or failed {times} times within {hours:g} hours.")
    if policy.group:
        tags = clean(", ".join(policy.group.tags), MOST)
        print(f"Under repair at once: at most {policy.group.share:.0%} of a group, by {tags}.")
    if policy.earning:
        began = "the levels above" if policy.earning.start == "policy" else policy.earning.start
        print(
            f"Autonomy is earned, from {began}: {policy.earning.cases} successes in a row lead a level up, "
            "a failure one down."
        )
    print(f"A question expires after {policy.review_seconds // 60} minutes, and that means no.")


def _rows(policy: Policy, issue: str) -> Iterator[tuple[str, ...]]:
    """A row for the answer to an issue, one for each that a model may pick instead, and each that answers otherwise."""
    recovery = policy.recover.get(issue)
    if recovery is None:
        yield issue, "-", "notify", "-", "-", "-"
        return
    first, *rest = recovery.answers
    named = [(issue, first), *(("  or picked", one) for one in recovery.alternatives)]
    for name, one in [*named, *(("  otherwise", one) for one in rest)]:
        action, denied = ACTIONS[one.action], one.action in policy.denied_actions
        risks = ["yes" if risk else "no" for risk in (action.disruptive, action.data_risk)]
        autonomy = "notify (denied)" if denied else one.autonomy
        yield name, one.action, autonomy, action.undo, *risks
