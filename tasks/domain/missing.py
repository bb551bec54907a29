"""What the sweep makes of a remembered resource that is no longer among the managed ones."""

import hashlib

from tasks.domain.catalogue import RULES
from tasks.domain.events import FAULTS
from tasks.domain.incident import understand
from tasks.domain.kinds import CLOUDTRAIL
from tasks.domain.knowledge.missing import OPTED_OUT, VANISHED
from tasks.domain.payload import Json
from tasks.domain.policy import Policy
from tasks.domain.sweep import REPORT, WATCH, Finding, accepted, explains

CLOSE = "CLOSE"


def deletions(resource_type: str) -> tuple[str, ...]:
    """The calls that delete a resource of this type."""
    return tuple(
        kind.name
        for kind in FAULTS
        if kind.gone and (kind.resource_type, kind.detail_type) == (resource_type, CLOUDTRAIL)
    )


def missing(
    row: Json, records: list[Json] | None, *, exists: bool, dealt_with: bool, patient: bool, policy: Policy,
    recovery_role: str,
) -> Finding:  # fmt: skip
    """`row` is the snapshot, `records` the deletions that CloudTrail has since, None when there are too many to read.

    `exists`: it is there, without the tag. `dealt_with`: an incident tells of it already.
    """
    done = [one for one in records or () if explains(one, recovery_role=recovery_role)]
    if done and all(accepted(one, policy, recovery_role=recovery_role) for one in done):
        return Finding(CLOSE, "every deletion since was accepted")
    if dealt_with:
        return Finding(CLOSE, "an incident tells of it already")
    issue, what = _issue(row["resource_type"], exists=exists and not done)
    digest = hashlib.sha256(f"{row['taken_at']}|{issue}".encode()).hexdigest()[:32]
    return Finding(REPORT if patient and records is not None else WATCH, what, issue, digest)


def facts(row: Json, records: list[Json]) -> Json:
    """What a drift tells beyond the finding: the newest deletion, if there is one, as its own event would."""
    told: Json = {"missing": True}
    if names := deletions(row["resource_type"]):
        told["eventName"] = names[0]
    newest = max(records, key=lambda one: str(one.get("eventTime")), default={})
    parts = ("eventName", "eventTime", "requestParameters", "responseElements", "userIdentity", "recipientAccountId")
    return told | {part: newest[part] for part in parts if part in newest}


def known_as(records: list[Json]) -> list[str]:
    """The ids of the incidents that the deletions' own events make."""
    return [understand(one).id for one in records]


def _issue(resource_type: str, *, exists: bool) -> tuple[str, str]:
    if exists:
        return OPTED_OUT, "its tag was removed: nothing looks after it any more"
    names = set(deletions(resource_type))
    issue = next((rule.issue for rule in RULES if names & set(rule.events)), VANISHED)
    return issue, "it is gone"
