"""What a decision is made on besides the event and the policy."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from tasks.domain.admission import Account
from tasks.domain.confidence import Fixes
from tasks.domain.earning import Standing
from tasks.domain.payload import Analysis, Incident
from tasks.domain.planning import Known
from tasks.domain.policy import Policy


class Inputs(Account, Protocol):
    """An account as far as Analyze and Plan ask it, too."""

    @property
    def threshold(self) -> float:
        """The confidence below which a person is asked."""

    def judge(self, incident: Incident) -> Analysis:
        """What the rules say."""

    def advised(self, verdict: Analysis, incident: Incident, policy: Policy) -> Analysis:
        """The verdict with the model's advice."""

    def fixes(self, issue: str, names: Sequence[str]) -> dict[str, Fixes]:
        """What each action, or at least the first, has achieved so far."""

    def known(self, incident: Incident, issue: str, policy: Policy) -> Mapping[str, Known]:
        """Each resource's ARN to what is known of it."""

    def standings(self, incident: Incident, policy: Policy) -> Mapping[str, Standing]:
        """What the issue has earned in each environment."""
