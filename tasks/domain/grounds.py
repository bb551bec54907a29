"""What a decision was made on besides the event: noted with the incident, small and without secrets.

By these notes `aiops replay` decides again (aiops/recorded.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

from tasks.domain.admission import Account, Tags
from tasks.domain.guards import Block
from tasks.domain.logs.redaction import hidden
from tasks.domain.moment import iso
from tasks.domain.opting import TARGET
from tasks.domain.payload import Analysis, Incident, Json, Resource


class Noting:
    """An account whose answers are noted, each under the question's name; what was not asked is missing."""

    def __init__(self, account: Account, event: Incident) -> None:
        self._account, self._event = account, event
        self.noted: Json = {"at": iso(account.now or 0.0)}

    @property
    def now(self) -> float | None:
        return self._account.now

    def target_tags(self, incident: Incident) -> Mapping[str, str]:
        found = self._account.target_tags(incident)
        self.noted["target"] = found.get(TARGET, "")
        return found

    def stopped(self) -> str:
        self.noted["stopped"] = found = self._account.stopped()
        return found

    def tags(self, incident: Incident, names: Sequence[str]) -> Tags:
        found = self._account.tags(incident, names)
        self.noted["tag_names"] = list(names)
        for one in incident.resources:
            own = found.get(one.arn, {})
            kept = {name: value if name == TARGET else hidden(value) for name, value in own.items()}
            self.noted.setdefault("tags", {})[one.arn] = kept
        return found

    def called(self, incident: Incident) -> bool:
        self.noted["called"] = found = self._account.called(incident)
        return found

    def closed(self, calendars: Sequence[str]) -> str:
        found = self._account.closed(calendars)
        self.noted["calendars"] = {"names": list(calendars), "closed": found}
        return found

    def storm(self, incident: Incident, issue: str) -> Block | None:
        found = self._account.storm(incident, issue)
        self.noted["storm"] = asdict(found) if found else None
        return found

    def recurred(self, incident: Incident, issue: str) -> Mapping[str, Json]:
        found = self._account.recurred(incident, issue)
        self.noted["recurred"] = {arn: one.get("recent", {}) for arn, one in found.items()}
        return found

    def claim(self, incident: Incident, tags: Tags, *, holding: bool) -> Incident | Block:
        """The notes go into the record with the claim itself, which may refuse some of several resources."""
        self.noted["claim"] = None
        if len(self._event.resources) > 1:
            self._note_resources()
        found = self._account.claim(self.on(incident), tags, holding=holding)
        if isinstance(found, Block):
            self.noted["claim"] = asdict(found)
        return found

    def once(self, block: Block, incident: Incident, verdict: Analysis | None) -> Block:
        return self._account.once(block, incident, verdict)

    def on(self, incident: Incident) -> Incident:
        """The incident with the notes; where its resources are others by now, with those that the event named."""
        if _bare(incident.resources) != self._event.resources:
            self._note_resources()
        return replace(incident, grounds=self.noted)

    def _note_resources(self) -> None:
        self.noted["resources"] = [{"type": one.type, "id": one.id, "arn": one.arn} for one in self._event.resources]


def understood(incident: Incident) -> Incident:
    """An incident with its notes as it was understood from its event, without them."""
    named = incident.grounds.get("resources")
    resources = _bare(incident.resources) if named is None else tuple(Resource(**one) for one in named)
    return replace(incident, resources=resources, dropped={}, grounds={})


def _bare(resources: Sequence[Resource]) -> tuple[Resource, ...]:
    """The resources as an event names them, without what their tags say."""
    return tuple(Resource(one.type, one.id, one.arn) for one in resources)
