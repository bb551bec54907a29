"""Ingress rules of security groups as texts (`tcp 22-22 from 0.0.0.0/0`), and which of them let the world in."""

import re
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv6Network, ip_network
from typing import Any

Json = dict[str, Any]

_TEXT = re.compile(r"(?P<protocol>\S+)(?: (?P<first>-?\d+)-(?P<last>-?\d+))? from (?P<source>\S+)")
# A range that is wider than this counts as the world: two halves of the address space are the world as well.
_WIDE = {4: 8, 6: 32}
_PRIVATE = IPv6Network("fc00::/7")

# As EC2 itself spells the protocols that a call may number.
_PROTOCOLS = {"all": "-1", "1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6"}
# Where one permission names its sources: DescribeSecurityGroups' spelling, then CloudTrail's.
_SOURCES = (
    ("IpRanges", "CidrIp"),
    ("Ipv6Ranges", "CidrIpv6"),
    ("UserIdGroupPairs", "GroupId"),
    ("PrefixListIds", "PrefixListId"),
)
_RECORDED = {name: name[0].lower() + name[1:] for pair in _SOURCES for name in pair} | {"UserIdGroupPairs": "groups"}


def described(permissions: Iterable[Json]) -> list[str]:
    """The rules of a group's IpPermissions, as DescribeSecurityGroups returns them, sorted."""
    return sorted({rule for one in permissions for rule in _rules(one)})


def requested(parameters: Mapping[str, Any]) -> list[str]:
    """The rules that a call asked for, from its parameters as CloudTrail shows them, in either form of the request."""
    flat = {name: [parameters] for name, _ in _SOURCES[:2]} | _read(parameters)
    nested = [_read(one) for one in _items(parameters.get("ipPermissions")) if isinstance(one, dict)]
    return list(dict.fromkeys(rule for one in (*nested, flat) for rule in _rules(one)))


def world(rules: Iterable[str]) -> list[str]:
    """Those of the rules that let the world in."""
    return [rule for rule in rules if (found := _TEXT.fullmatch(rule)) and _is_wide(found["source"])]


def permission(rule: str) -> Json:
    """The IpPermission of one of the `world` rules."""
    found = _TEXT.fullmatch(rule)
    if not found:
        raise ValueError(f"not a rule: {rule[:80]!r}")
    ports = {"FromPort": int(found["first"]), "ToPort": int(found["last"])} if found["first"] else {}
    v6 = ":" in found["source"]
    sources = {"Ipv6Ranges": [{"CidrIpv6": found["source"]}]} if v6 else {"IpRanges": [{"CidrIp": found["source"]}]}
    return {"IpProtocol": found["protocol"], **ports, **sources}


def _rules(one: Mapping[str, Any]) -> Iterator[str]:
    named, first, last = str(one.get("IpProtocol", "-1")).lower(), one.get("FromPort"), one.get("ToPort")
    protocol = _PROTOCOLS.get(named, named)
    ports = "" if protocol == "-1" or first is None else f" {first}-{first if last is None else last}"
    for sources, source in _SOURCES:
        for item in one.get(sources) or []:
            spelled = item.get(source) or item.get(_RECORDED[source])
            if spelled:
                yield f"{protocol}{ports} from {spelled}"


def _read(recorded: Mapping[str, Any]) -> Json:
    """One permission of a CloudTrail record in DescribeSecurityGroups' spelling."""
    plain = {name: recorded.get(name[0].lower() + name[1:]) for name in ("IpProtocol", "FromPort", "ToPort")}
    lists = {name: _items(recorded[_RECORDED[name]]) for name, _ in _SOURCES if _RECORDED[name] in recorded}
    known = {name: [item for item in items if isinstance(item, dict)] for name, items in lists.items()}
    return {name: value for name, value in plain.items() if value is not None} | known


def _items(value: Any) -> list[Any]:
    """A CloudTrail list: `{"items": [...]}`, or `{}` when it is empty."""
    found = value.get("items") if isinstance(value, dict) else value
    return found if isinstance(found, list) else []


def _is_wide(source: str) -> bool:
    try:
        network = ip_network(source, strict=False)
    except ValueError:
        return False
    private = isinstance(network, IPv6Network) and network.subnet_of(_PRIVATE)
    return not private and network.prefixlen < _WIDE[network.version]
