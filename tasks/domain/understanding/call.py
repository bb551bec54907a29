"""A CloudTrail record, read: what was asked of which service, by whom, with which outcome."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from tasks.domain.kinds import mapping
from tasks.domain.payload import Actor, Incident, Json
from tasks.domain.understanding.leaves import Leaf, leaves, policies
from tasks.domain.understanding.words import call_words, says, spoken

# Verbs that change nothing; what reads secrets is looked at all the same (intruding.py).
READING = spoken(
    "get list describe head lookup search query scan test simulate check validate preview view filter estimate "
    "select decrypt encrypt generate verify sign"
)
MAKING = spoken("create run restore register import copy start")
ENDING = spoken("delete stop disable disassociate remove deregister leave deactivate detach suspend schedule revoke")
ACCOUNT = re.compile(r"\d{12}")
_OWNED = re.compile(r"arn:[\w-]*:[\w-]*:[\w-]*:(\d{12}):", re.ASCII)


@dataclass(frozen=True)
class Call:
    service: str
    words: tuple[str, ...]
    asked: Json
    answer: Json
    more: Json
    actor: Actor | None
    accounts: frozenset[str]
    source_address: str
    endpoint: str

    @property
    def verb(self) -> str:
        first = self.words[0] if self.words else ""
        return self.words[1] if first in ("batch", "admin") and len(self.words) > 1 else first

    @cached_property
    def leaves(self) -> tuple[Leaf, ...]:
        return leaves(self.asked)

    @cached_property
    def policies(self) -> tuple[Json, ...]:
        return tuple(policies(self.asked))

    def says(self, phrase: str) -> bool:
        return says(self.words, phrase)

    def values(self, *names: str) -> Iterator[Leaf]:
        """The parameters of these names, wherever they stand."""
        return (leaf for leaf in self.leaves if leaf.name in names)

    def foreign(self, name: str) -> str:
        """The account that an ARN or an account id names, when it is not the caller's or the record's own."""
        found = _OWNED.match(name)
        account = found[1] if found else name if ACCOUNT.fullmatch(name) else ""
        return account if self.accounts and account and account not in self.accounts else ""

    @property
    def tries(self) -> bool:
        """A dry run changes nothing."""
        return any(leaf.on for leaf in self.values("dryrun"))

    @property
    def by_service(self) -> bool:
        """A service did it, by itself or on somebody's behalf; signin is the console, where people are."""
        actor = self.actor
        return actor is not None and (
            actor.kind == "service" or actor.invoked_by not in ("", "signin.amazonaws.com", "AWS Internal")
        )

    @property
    def by_person(self) -> bool:
        """Someone with a name: a user, root, or a role that IAM Identity Center or a federation gives to people."""
        actor = self.actor
        if actor is None or self.by_service:
            return False
        people = ("/aws-reserved/sso.amazonaws.com/", ":federated-user/", "/AWSReservedSSO_")
        return actor.kind in ("root", "person") or any(one in f"{actor.issuer} {actor.arn}" for one in people)

    @property
    def own_name(self) -> str:
        return self.actor.arn.rsplit("/", 1)[-1] if self.actor else ""


def read_call(incident: Incident) -> Call:
    """The call of an incident whose event is a CloudTrail record."""
    facts, actor = incident.facts, incident.actor
    own = {incident.account, str(facts.get("recipientAccountId", "")), actor.account if actor else ""}
    return Call(
        service=str(facts.get("eventSource", "")).split(".")[0],
        words=call_words(str(facts.get("eventName", ""))),
        asked=mapping(facts.get("requestParameters")),
        answer=mapping(facts.get("responseElements")),
        more=mapping(facts.get("additionalEventData")),
        actor=actor,
        accounts=frozenset(one for one in own if ACCOUNT.fullmatch(one)),
        source_address=str(facts.get("sourceIPAddress", "")),
        endpoint=str(facts.get("vpcEndpointId", "")),
    )
