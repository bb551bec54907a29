"""What the sweep makes of a managed resource: remember it, leave it, or report that it drifted."""

import hashlib
import json
from dataclasses import dataclass

from tasks.domain.events import DRIFT, DRIFT_SOURCE
from tasks.domain.guards import intended
from tasks.domain.incident import understand
from tasks.domain.payload import Json, Resource
from tasks.domain.policy import Policy
from tasks.domain.rules import judge

REMEMBER, KEEP, WATCH, REPORT = "REMEMBER", "KEEP", "WATCH", "REPORT"


@dataclass(frozen=True)
class Finding:
    """What to do with a resource and why; `issue` and `digest` name the difference that is watched or reported."""

    action: str
    why: str
    issue: str = ""
    digest: str = ""


def compare(
    good: Json | None, now: Json, difference: tuple[str, str] | None, *, changes: list[Json] | None, patient: bool,
    policy: Policy, recovery_role: str,
) -> Finding:  # fmt: skip
    """`good` is the last snapshot, `difference` what the resource's module says of it and `now`.

    `changes` are the resource's CloudTrail events since the snapshot, None when they could not all be read.
    `patient` says that the difference has stood long enough for CloudTrail to have told.
    """
    if good is None:
        return Finding(REMEMBER, "first seen")
    if good["state"] == now:
        return Finding(KEEP, "as remembered")
    if difference is None:
        return Finding(REMEMBER, "other, but not worse")
    issue, what = difference
    others = [change for change in changes or () if explains(change, recovery_role=recovery_role)]
    if others and all(accepted(change, policy, recovery_role=recovery_role) for change in others):
        return Finding(REMEMBER, f"{what}: every change since was accepted")
    digest = fingerprint(good, now)
    if changes is None or not patient:
        return Finding(WATCH, what, issue, digest)
    return Finding(REPORT, what, issue, digest)


def fingerprint(good: Json, now: Json) -> str:
    """Names one difference from one snapshot, so that reporting it again is the same event (32 hex digits)."""
    return hashlib.sha256(json.dumps([good["taken_at"], now], sort_keys=True).encode()).hexdigest()[:32]


def accepted(record: Json, policy: Policy, *, recovery_role: str) -> bool:
    """Whether a CloudTrail record tells of a change that was meant, was harmless, or was refused."""
    change = understand(record)
    if intended(change.actor, policy, account=change.account, recovery_role=recovery_role):
        return True
    return judge(change).classification == "NORMAL"


def explains(record: Json, *, recovery_role: str) -> bool:
    """Whether a call changed anything, and was not the agent's own: what it undid is no good state."""
    change = understand(record)
    return not change.error and (change.actor is None or change.actor.issuer != recovery_role)


def drift(resource: Resource, finding: Finding, *, since: str, facts: Json) -> Json:
    """The PutEvents entry that starts the workflow; the digest makes repeated reports one incident.

    `facts` are more than the finding says.
    """
    detail = facts | {
        "resource": {"type": resource.type, "id": resource.id},
        "issue": finding.issue,
        "difference": finding.why,
        "since": since,
        "digest": finding.digest,
    }
    return {"Source": DRIFT_SOURCE, "DetailType": DRIFT, "Detail": json.dumps(detail), "Resources": [resource.arn]}
