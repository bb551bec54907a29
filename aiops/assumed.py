"""What replay assumes of an account that it cannot ask: a resource is tagged `auto`, out of any cooldown, broken, and
known in its good state, and there is no history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tasks.domain.admission import Tags
from tasks.domain.confidence import Fixes
from tasks.domain.earning import Standing
from tasks.domain.guards import Block
from tasks.domain.moment import seconds
from tasks.domain.opting import TAG
from tasks.domain.payload import Analysis, Incident, Json
from tasks.domain.planning import Known
from tasks.domain.policy import Policy
from tasks.domain.rules import judge
from tasks.resources import actions


@dataclass(frozen=True)
class Assumed:
    """An account at the time of an event. `managed` maps an id or ARN to its tag; without it everything is `auto`."""

    event: Incident
    threshold: float
    managed: Mapping[str, str] | None = None

    @property
    def now(self) -> float | None:
        return seconds(self.event.time)

    def judge(self, incident: Incident) -> Analysis:
        return judge(incident)

    def target_tags(self, incident: Incident) -> Mapping[str, str]:
        return {}

    def stopped(self) -> str:
        return ""

    def tags(self, incident: Incident, names: Sequence[str]) -> Tags:
        found = {}
        for one in incident.resources:
            tag = "auto" if self.managed is None else self.managed.get(one.arn) or self.managed.get(one.id)
            found[one.arn] = {TAG: tag} if tag else {}
        return found

    def called(self, incident: Incident) -> bool:
        return False

    def closed(self, calendars: Sequence[str]) -> str:
        return ""

    def storm(self, incident: Incident, issue: str) -> Block | None:
        return None

    def recurred(self, incident: Incident, issue: str) -> Mapping[str, Json]:
        return {}

    def claim(self, incident: Incident, tags: Tags, *, holding: bool) -> Incident | Block:
        return incident

    def once(self, block: Block, incident: Incident, verdict: Analysis | None) -> Block:
        return replace(block, tell=True)

    def advised(self, verdict: Analysis, incident: Incident, policy: Policy) -> Analysis:
        return verdict

    def fixes(self, issue: str, names: Sequence[str]) -> dict[str, Fixes]:
        return dict.fromkeys(names, Fixes())

    def known(self, incident: Incident, issue: str, policy: Policy) -> dict[str, Known]:
        return {one.arn: Known(targets={name: {} for name in actions(one.type)}, seen={}) for one in incident.resources}

    def standings(self, incident: Incident, policy: Policy) -> dict[str, Standing]:
        return {}
