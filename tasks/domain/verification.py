"""Whether a restore healed: from what the resources say, the alarm that started it, and what rang since."""

from collections.abc import Mapping
from dataclasses import dataclass

from tasks.domain.outcome import LOOKED, PARTIAL, SIDE_EFFECTS, VERIFIED

# Verdicts that end nothing yet: ask again, or undo.
NOT_YET, NOT_RECOVERED = "NOT_YET", "NOT_RECOVERED"
RINGING = "ALARM"


@dataclass(frozen=True)
class Health:
    """What a restored resource says of itself: `wrong` is empty when it is healthy, since `healthy_for` seconds.

    It must be healthy `deadline` seconds after the restore, and from then on stay so for `settle` seconds.
    """

    wrong: str
    deadline: float
    settle: float = 0.0
    healthy_for: float = 0.0

    @property
    def doubt(self) -> str:
        """Why it is not yet known to be well, though it is healthy."""
        if self.wrong or self.healthy_for >= self.settle:
            return ""
        return f"healthy for {self.healthy_for:.0f} of {self.settle:.0f} s only"


@dataclass(frozen=True)
class Trigger:
    """The alarm that started the incident: OK, ALARM, INSUFFICIENT_DATA, or empty when it is gone.

    `fresh`: a whole period of data has come in since the restore. `window`: seconds of data that it judges by.
    """

    name: str
    state: str
    fresh: bool
    window: float


@dataclass(frozen=True)
class Verdict:
    """`wrong` maps what is not healthy (an ARN, an alarm's name) to what is wrong; `unknown` says what nobody knows."""

    outcome: str
    wrong: Mapping[str, str]
    unknown: str = ""


def verdict(
    resources: Mapping[str, Health], trigger: Trigger | None, side_effects: bool, *, waited: float, most: float
) -> Verdict:
    """NOT_YET until everything is well or its deadline is over; `waited` since the restore, `most` caps every deadline.

    An alarm that rings on data from before the restore says nothing yet, and past its deadline is only told of: what
    it watches may send no data. Where some resources are healthy, nothing of theirs is undone for the others' sake.
    """
    wrong = {arn: one.wrong for arn, one in resources.items() if one.wrong}
    doubts = {arn: one.doubt for arn, one in resources.items() if one.doubt}
    deadlines = {arn: min(one.deadline, most) for arn, one in resources.items()}
    if doubts or any(waited < deadlines[arn] for arn in wrong):
        return Verdict(NOT_YET, wrong | doubts)
    if wrong:
        return Verdict(PARTIAL if len(wrong) < len(resources) else NOT_RECOVERED, wrong)
    healed = SIDE_EFFECTS if side_effects else VERIFIED
    if trigger is None or trigger.state == "OK":
        return Verdict(healed, {})
    if not trigger.state:
        return Verdict(healed, {}, f"the alarm {trigger.name}, which started it, is gone")
    early = waited < max(*deadlines.values(), min(trigger.window, most))
    if trigger.state == RINGING and trigger.fresh:
        return Verdict(NOT_YET if early else NOT_RECOVERED, {trigger.name: "the alarm that started it still rings"})
    data = "on data from before the restore" if trigger.state == RINGING else "for want of data"
    return Verdict(NOT_YET if early else healed, {}, f"the alarm {trigger.name} is {trigger.state} {data}")


def looked(resources: Mapping[str, Health], trigger: Trigger | None) -> Verdict:
    """A plan that only looks heals nothing: people get at once what it saw, whatever rings."""
    state = f"the alarm {trigger.name} is {trigger.state or 'gone'}" if trigger else ""
    return Verdict(LOOKED, {arn: one.wrong for arn, one in resources.items() if one.wrong}, state)
