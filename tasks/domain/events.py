"""Reading events by the rows of what the agent knows, and the patterns that EventBridge's rules are made of.

CloudTrail spells some operations differently from the SDK (DeleteBucketPublicAccessBlock): the names in the rows are
CloudTrail's, from recorded events (tests/events/README.md lists where each shape is published).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from tasks.domain import catalogue
from tasks.domain.arns import in_arn, partition
from tasks.domain.kinds import CLOUDTRAIL, SERVICE_EVENT, SIGN_IN, Json, Kind
from tasks.domain.knowledge import autoscaling, ssm

DRIFT = "Drift"
DRIFT_SOURCE = "aiops"

FAULTS = (*catalogue.FAULTS, Kind(DRIFT_SOURCE, DRIFT, "", "resource.id", detail_type=DRIFT))
SOURCES = tuple(dict.fromkeys(kind.source for kind in FAULTS))

# Names become part of ARNs in session policies: no wildcards, no variables.
IDS = re.compile(r"[\w.:/@=+-]{1,1011}", re.ASCII)


def kind_of(event: Json, table: tuple[Kind, ...] = FAULTS) -> Kind | None:
    """The row of `table` that knows this EventBridge event, whatever its outcome and further values."""
    name = event_name(event)
    return next((kind for kind in table if (kind.source, kind.name) == (event.get("source"), name)), None)


def event_name(event: Json) -> str:
    """CloudTrail's eventName, or the detail-type of any other event."""
    detail_type = str(event.get("detail-type", ""))
    recorded = detail_type in (CLOUDTRAIL, SIGN_IN, SERVICE_EVENT)
    return str(event["detail"].get("eventName", "")) if recorded else detail_type


def resource_ids(kind: Kind, detail: Json) -> tuple[str, ...]:
    """The resource ids that the event names, each once, in its order; ValueError for one that no resource can have."""
    ids = tuple(dict.fromkeys(str(value) for value in _pluck(detail, kind.ids.split(".")) if value))
    for name in ids:
        if not IDS.fullmatch(name):
            raise ValueError(f"no resource can be called {name[:80]!r}")
    return ids


def named_in(kind: Kind, detail: Json) -> list[tuple[str, str]]:
    """CloudFormation type name and id of each resource that the event names; a Drift names its own type."""
    names = resource_ids(kind, detail)
    if kind.types:
        return [(one, name) for name in names for prefix, one in kind.types.items() if name.startswith(prefix)]
    return [(kind.resource_type or str(detail["resource"]["type"]), name) for name in names]


def arn(resource_type: str, resource_id: str, *, region: str, account: str) -> str:
    """The ARN of a resource of a known type."""
    return catalogue.ARNS[resource_type].format(
        partition=partition(region),
        region=region,
        account=account,
        id=in_arn(resource_type, resource_id),
    )


def named_by(arn: str) -> tuple[str, str] | None:
    """The type and id of a resource of a known type from its ARN; a parameter in a hierarchy starts with a slash."""
    for resource_type, template in catalogue.ARNS.items():
        pattern = re.sub(r"\\\{\w+\\\}|\\\*", "[^:]*", re.escape(template.removesuffix("{id}")))
        if found := re.fullmatch(f"{pattern}(?P<id>{IDS.pattern})", arn, re.ASCII):
            name = found["id"]
            return resource_type, f"/{name}" if resource_type == ssm.PARAMETER and "/" in name else name
    return None


def tagging_types() -> list[str]:
    """The known types as the Resource Groups Tagging API filters them: `ec2:instance`, `s3`.

    It tells nothing of Auto Scaling groups ("Services that support the Resource Groups Tagging API").
    """
    return [tagging_type(one) for one in catalogue.ARNS if one != autoscaling.GROUP]


def swept(arn: str) -> bool:
    """Whether the sweep would see a resource with this ARN, if it were there and opted in."""
    known = named_by(arn)
    return known is not None and tagging_type(known[0]) in tagging_types()


def tagging_type(resource_type: str) -> str:
    """One type as the Resource Groups Tagging API filters it."""
    parts = catalogue.ARNS[resource_type].split(":", 5)
    return ":".join(filter(None, (parts[2], parts[5].removesuffix("{id}").rstrip("/:"))))


def fault_pattern(source: str) -> Json:
    """The EventBridge pattern of everything that can go wrong in one source."""
    return _pattern([kind for kind in FAULTS if kind.source == source])


def creation_pattern(source: str) -> Json | None:
    """The EventBridge pattern of new resources in one source; None where none is known."""
    kinds = [kind for kind in catalogue.CREATIONS if kind.source == source]
    return _pattern(kinds) if kinds else None


def _pattern(kinds: list[Kind]) -> Json:
    """Refused calls changed nothing, so `errorCode` must be absent."""
    plain = [kind.name for kind in kinds if kind.detail_type == CLOUDTRAIL and not kind.match]
    details = [{"eventName": plain, "errorCode": [{"exists": False}]}] if plain else []
    for kind in kinds:
        if kind.detail_type != CLOUDTRAIL:
            details.append(dict(kind.match))
        elif kind.match:
            details.append({"eventName": [kind.name], "errorCode": [{"exists": False}], **kind.match})
    pattern: Json = {
        "source": [kinds[0].source],
        "detail-type": list(dict.fromkeys(kind.detail_type for kind in kinds)),
    }
    if not any(details):
        return pattern
    if len(details) > 1:
        return pattern | {"detail": {"$or": details}}
    return pattern | {"detail": details[0]}


def matches(pattern: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    """Whether EventBridge would deliver the event. Known are literals, `$or` and the operators of `_fits`."""
    return all(
        any(matches(option, event) for option in wanted) if key == "$or" else _field(wanted, event, key)
        for key, wanted in pattern.items()
    )


def _field(wanted: Any, event: Mapping[str, Any], key: str) -> bool:
    """Of a list in the event any item will do."""
    if wanted == [{"exists": False}]:
        return key not in event
    if key not in event:
        return False
    values = event[key] if isinstance(event[key], list) else [event[key]]
    if isinstance(wanted, dict):
        return any(isinstance(value, dict) and matches(wanted, value) for value in values)
    return any(_fits(one, value) for one in wanted for value in values)


def _fits(wanted: Any, value: Any) -> bool:
    if isinstance(wanted, dict):
        ((operator, operand),) = wanted.items()
        return OPERATORS[operator](operand, value)
    # JSON's true is not 1, though Python's is.
    return bool(value == wanted) and isinstance(value, bool) == isinstance(wanted, bool)


# docs.aws.amazon.com/eventbridge, "Comparison operators": those that the rules use. `exists` holds for leaves only.
OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "exists": lambda wanted, value: wanted and not isinstance(value, dict),
    "prefix": lambda wanted, value: isinstance(value, str) and value.startswith(wanted),
    "suffix": lambda wanted, value: isinstance(value, str) and value.endswith(wanted),
    "wildcard": lambda wanted, value: isinstance(value, str) and fnmatchcase(value, wanted),
    "anything-but": lambda wanted, value: not _fits(wanted, value),
}


def _pluck(value: Any, path: list[str]) -> Iterator[Any]:
    if not path:
        yield from value if isinstance(value, list) else [value]
    elif isinstance(value, Mapping):
        key = path[0].removesuffix("[]")
        items = value.get(key)
        for item in items if path[0].endswith("[]") and isinstance(items, list) else [items]:
            yield from _pluck(item, path[1:])
