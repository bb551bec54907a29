"""From an event to an incident: who did what to which resource, when."""

import hashlib
import json
from typing import Any

from tasks.domain import alarms
from tasks.domain.errors import Malformed
from tasks.domain.events import DRIFT, FAULTS, arn, event_name, kind_of, named_in
from tasks.domain.kinds import CLOUDTRAIL, SERVICE_EVENT, SIGN_IN, Kind, mapping
from tasks.domain.knowledge import lambda_, rds
from tasks.domain.moment import iso, seconds
from tasks.domain.payload import Actor, Incident, Json, Resource
from tasks.domain.text import clean, trim

# Enough for the largest bucket policy (20 KB) within the 256 KiB that a state may pass on.
FACTS_BYTES = 65_536

# CloudTrail's eventType, where EventBridge does not call it an API call.
DETAIL_TYPES = {"AwsConsoleSignIn": SIGN_IN, "AwsServiceEvent": SERVICE_EVENT}
KINDS = {
    "Root": "root",
    "IAMUser": "person",
    "IdentityCenterUser": "person",
    "AssumedRole": "role",
    "Role": "role",
    "FederatedUser": "role",
    "WebIdentityUser": "role",
    "SAMLUser": "role",
    "AWSService": "service",
    "AWSAccount": "account",
}


def envelope(event: Any) -> Json:
    """The EventBridge envelope of an event or of a bare CloudTrail record; Malformed when it is neither."""
    if not isinstance(event, dict):
        raise Malformed(f"an event is a JSON object, this is a {type(event).__name__}")
    if "eventSource" in event and "eventName" in event:
        event = {
            "id": event.get("eventID", ""),
            "detail-type": DETAIL_TYPES.get(str(event.get("eventType")), CLOUDTRAIL),
            "source": "aws." + str(event["eventSource"]).split(".")[0],
            "account": event.get("recipientAccountId", ""),
            "time": event.get("eventTime", ""),
            "region": event.get("awsRegion", ""),
            "detail": event,
        }
    for key, kind in (("source", str), ("detail-type", str), ("detail", dict)):
        if not isinstance(event.get(key), kind):
            raise Malformed(f"the event's {key!r} is missing or no {'object' if kind is dict else 'text'}")
    return dict(event)


def understand(event: Any, table: tuple[Kind, ...] = FAULTS) -> Incident:
    """The incident that an event tells of; without resources when the kind is unknown. Malformed if unreadable."""
    event = envelope(event)
    detail, kind = event["detail"], kind_of(event, table)
    account, region = str(event.get("account", "")), str(event.get("region", ""))
    try:
        known = named_in(kind, detail) if kind else []
        resources = tuple(_resource(t, name, region=region, account=account) for t, name in known)
    except (KeyError, TypeError, ValueError) as wrong:
        raise Malformed(f"the event names a resource that cannot be read: {wrong}") from wrong
    name = event_name(event)
    event_id = str(detail.get("eventID") or detail.get("digest") or event.get("id", ""))
    return Incident(
        id=incident_id(account, region, resources, name, event_id),
        source=clean(event["source"]),
        event=clean(name),
        event_id=clean(event_id),
        account=clean(account),
        region=clean(region),
        time=_time(detail.get("eventTime") or event.get("time", "")),
        resources=resources,
        actor=_actor(detail.get("userIdentity")),
        error=clean(detail.get("errorCode", "")),
        facts=_facts(detail),
        gone=bool(kind and kind.gone) or (name == DRIFT and detail.get("missing") is True),
        trigger=clean(detail.get("alarmName", ""), 255) if name == alarms.EVENT else "",
        others=() if resources else _others(event),
    )


def of_text(text: str) -> Incident:
    """The incident of an event that came as JSON text, readable or not, under the id that Detect gives it."""
    try:
        event = json.loads(text)
    except (ValueError, RecursionError):
        return unreadable(text)
    try:
        return understand(event)
    except Malformed:
        return unreadable(event)


def unreadable(event: Any) -> Incident:
    """A record for what could not be read, under the hash of what came."""
    digest = hashlib.sha256(json.dumps(event, sort_keys=True).encode()).hexdigest()[:32]
    return Incident(digest, "unknown", "unknown", digest, "", "", "", ())


def incident_id(account: str, region: str, resources: tuple[Resource, ...], event: str, event_id: str) -> str:
    """The same event gives the same id, however often it is delivered (32 hex digits)."""
    named = ",".join(sorted(resource.arn for resource in resources))
    text = "|".join((account, region, named, event, event_id))
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:32]


def _resource(resource_type: str, named: str, *, region: str, account: str) -> Resource:
    """A resource of this account by its name, or by its ARN, which some calls take as well."""
    name = named.removeprefix(arn(resource_type, "", region=region, account=account))
    name = name.lower() if resource_type == rds.INSTANCE else name  # RDS makes it small itself
    name = lambda_.plain(name, account) if resource_type == lambda_.FUNCTION else name
    return Resource(resource_type, name, arn(resource_type, name, region=region, account=account))


def _others(event: Json) -> tuple[Resource, ...]:
    """What an event of an unknown kind is about."""
    # Much to load, and seldom needed.
    from tasks.domain.understanding.naming import named

    return tuple(Resource(clean(kind), clean(name, 400), "") for kind, name in named(event))


def _time(text: Any) -> str:
    moment = seconds(str(text))
    return clean(text) if moment is None else iso(moment)


def _actor(identity: Any) -> Actor | None:
    if not isinstance(identity, dict):
        return None
    session = mapping(identity.get("sessionContext"))
    return Actor(
        kind=KINDS.get(str(identity.get("type", "")), "unknown"),
        arn=clean(identity.get("arn", "")),
        issuer=clean(mapping(session.get("sessionIssuer")).get("arn", "")),
        invoked_by=clean(identity.get("invokedBy", "")),
        account=clean(identity.get("accountId", "")),
        source_identity=clean(session.get("sourceIdentity", "")),
    )


def _facts(detail: Json) -> Json:
    """What the rules may look at; the actor stands apart, and credentials and addresses are not needed."""
    facts = {key: value for key, value in detail.items() if key not in ("userIdentity", "tlsDetails")}
    # The first keeps the largest bucket policy whole: nothing in it may hide from the rules behind the rest.
    bounds = ({"text": 20_480, "items": 20_480}, {"text": 500, "items": 30}, {"text": 100, "items": 10, "depth": 6})
    tries: list[Json] = [trim(facts, **bound) for bound in bounds]
    return next((one for one in tries if _size(one) <= FACTS_BYTES), {})


def _size(data: Json) -> int:
    """Bytes on the wire."""
    return len(json.dumps(data, ensure_ascii=False).encode(errors="surrogatepass"))
