"""Whether an incident may be acted upon: every guard in its order, the same for Detect and for replay.

What only the account can tell is asked when its turn comes, and not before.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from tasks.domain import guards
from tasks.domain.guards import Block
from tasks.domain.knowledge.ec2 import STATE as EC2_STATE
from tasks.domain.knowledge.rds import EVENT as RDS_EVENT
from tasks.domain.opting import TAG, TARGET
from tasks.domain.outcome import ANOMALY, NORMAL
from tasks.domain.payload import Analysis, Incident, Json
from tasks.domain.policy import Policy
from tasks.domain.rules import judge
from tasks.domain.strangers import noticed, told
from tasks.domain.targets import aim, aim_ahead

Tags = Mapping[str, Mapping[str, str]]
Judge = Callable[[Incident], Analysis]

# Events of the services themselves, which tell no actor.
NATIVE = (EC2_STATE, RDS_EVENT)


class Account(Protocol):
    """What only the account can tell; whoever answers may raise what he does not know."""

    @property
    def now(self) -> float | None:
        """When it is decided, in seconds since 1970; None where nobody knows, and then no window is open."""

    def target_tags(self, incident: Incident) -> Mapping[str, str]:
        """The tags of the alarm that started the incident."""

    def stopped(self) -> str:
        """Why all acting is stopped, or an empty text."""

    def tags(self, incident: Incident, names: Sequence[str]) -> Tags:
        """Each resource's ARN to those of its tags that have one of these names."""

    def called(self, incident: Incident) -> bool:
        """Whether a service's own event has a call behind it, whose event will come as well."""

    def closed(self, calendars: Sequence[str]) -> str:
        """Why these change calendars allow no change now, or an empty text."""

    def storm(self, incident: Incident, issue: str) -> Block | None:
        """The block while there is a storm of the issue."""

    def recurred(self, incident: Incident, issue: str) -> Mapping[str, Json]:
        """Each resource's ARN to what is counted of the issue on it."""

    def claim(self, incident: Incident, tags: Tags, *, holding: bool) -> Incident | Block:
        """The incident, now ours, with the resources that were free, or the block; `holding` takes them, too."""

    def once(self, block: Block, incident: Incident, verdict: Analysis | None) -> Block:
        """The block, to be told to people unless its like was told just now."""


@dataclass(frozen=True)
class Admission:
    """The incident with the resources that it may be about; `block` says why it goes no further.

    `verdict` is the rules', None of what was blocked and is nobody's news.
    """

    incident: Incident
    verdict: Analysis | None
    block: Block | None = None


def admit(
    incident: Incident, policy: Policy, account: Account, *, recovery_role: str, judge: Judge = judge
) -> Admission:
    """The incident, claimed if it is harmful, or what the first guard says that keeps hands off."""
    found = _guarded(incident, policy, account, recovery_role, judge)
    if isinstance(found, Admission):
        return found
    verdict = noticed(incident, found)
    if verdict and told(verdict, policy):
        found = account.once(found, incident, verdict)
    return Admission(incident, verdict, found)


def tag_names(policy: Policy) -> list[str]:
    """The names of the tags that may decide."""
    windows = [name for window in policy.windows for name, _ in window.tags]
    groups = policy.group.tags if policy.group else ()
    named = (TAG, TARGET, *policy.intended_tags, *groups, policy.trust.environment, *windows)
    return list(dict.fromkeys(named))


def _guarded(event: Incident, policy: Policy, account: Account, recovery_role: str, judge: Judge) -> Admission | Block:
    incident = aim(event, account.target_tags(event), policy) if event.trigger else event
    if isinstance(incident, Block):
        return incident
    if refusal := guards.refuse(incident, policy, recovery_role=recovery_role):
        return account.once(refusal, incident, None) if refusal.tell else refusal
    if why := account.stopped():
        return Block(guards.KILL_SWITCH, why)
    own = account.tags(incident, tag_names(policy))
    found = guards.managed(incident, own, policy)
    if isinstance(found, Block):
        return found
    if ahead := aim_ahead(found, own):
        theirs = account.tags(ahead, tag_names(policy))
        able = guards.managed(ahead, theirs, policy)
        # What nobody opted in is not touched: then it is the log's matter alone, and told.
        found, own = (found, own) if isinstance(able, Block) else (able, theirs)
    if found.event in NATIVE and account.called(found):
        return Block(guards.DEFERRED, "a caller stopped it: the CloudTrail event of the call tells who, and decides")
    verdict = judge(found)
    if verdict.classification == NORMAL:  # claims nothing: it must not shield what comes after it
        return Admission(found, verdict)
    left = _admitted(found, verdict, own, policy, account)
    if isinstance(left, Block):
        return left
    return Admission(left, verdict if left.resources == found.resources else judge(left))


def _admitted(incident: Incident, verdict: Analysis, own: Tags, policy: Policy, account: Account) -> Incident | Block:
    """What stands before the claim of a harmful incident: maintenance, storms, recurrence."""
    now = account.now
    found = incident if now is None else guards.maintained(incident, own, policy, now=now)
    if isinstance(found, Block):
        return found
    if policy.calendars and (why := account.closed(policy.calendars)):
        return Block(guards.MAINTENANCE, why)
    if block := account.storm(found, verdict.issue):
        return block
    if policy.recurring:
        counted = account.recurred(found, verdict.issue)
        kept = guards.recurring(found, counted, policy.recurring, now=now or 0.0)
        if isinstance(kept, Block):
            return account.once(replace(kept, why=f"{verdict.issue}: {kept.why}"), found, verdict)
        found = kept
    # Where nothing has failed yet nothing is held: a failure that comes meanwhile must not find it busy.
    return account.claim(found, own, holding=verdict.classification != ANOMALY)
