"""Made public, opened to the internet, shared with or granted to another account."""

from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

from tasks.domain.exposure import CANNED, EVERYONE, public_statements
from tasks.domain.understanding.call import ENDING, Call
from tasks.domain.understanding.finding import Finding, finding

# Parameter, in one spelling, and the values that make something public.
PUBLIC = {
    "publiclyaccessible": ("true",),
    "ispubliclyaccessible": ("true",),
    "publicsharingenabled": ("true",),
    "publicconnectivity": ("true",),
    "allowpublicoverrides": ("true",),
    "allowunauthenticatedidentities": ("true",),
    "anonymousauthenabled": ("true",),
    "ssmdocumentsconsolepublicsharingpermission": ("enable",),
    "projectvisibility": ("public_read",),
    "functionurlauthtype": ("none",),
    "xamzacl": CANNED,
    "acl": CANNED,
    "cannedacl": CANNED,
    "blockpublicsecuritygrouprules": ("false",),
}
# Lists of accounts that a call adds: the same parameters name accounts elsewhere, too.
SHARING = ("add", "launchpermission", "createvolumepermission", "loadpermission", "productcodes")
HANDING = ("permission", "share", "grant", "transfer", "replication", "peering")
# What a parameter that names an account ends with: awsAccountIds, granteePrincipal, peerOwnerId.
GRANTEES = ("principal", "principals", "account", "accountid", "accountids", "grantee", "ownerid")
# Routes and descriptions open nothing inwards.
OUTWARD = ("route", "egress", "description")
# What is meant to be reached from the internet, most of the time.
WEB = (80, 443)
INBOUND = ("authorize", "create", "modify", "update", "put", "replace", "add")


def opened(call: Call) -> Finding | None:
    """What the call opens, the worst first."""
    return _public(call) or _shared(call) or _granted(call) or _internet(call)


def _public(call: Call) -> Finding | None:
    for leaf in call.leaves:
        value = str(leaf.value).lower()
        if value in PUBLIC.get(leaf.name, ()):
            return finding("made_public", f"{leaf.name} is {value}")
        if value == "all" and _adds(leaf.path):
            return finding("made_public", "shared with all accounts")
        if leaf.value in EVERYONE or (leaf.name.startswith("xamzgrant") and any(one in value for one in EVERYONE)):
            return finding("made_public", "an access list lets everybody in")
        if leaf.name == "principal" and value == "*" and not list(call.values("principalorgid", "sourcearn")):
            return finding("made_public", "everybody may call it")
        if call.says("function url config") and (leaf.name, value) == ("authtype", "none"):
            return finding("made_public", "its address asks for no authentication")
    for policy in call.policies:
        if statements := public_statements(policy):
            return finding("made_public", f"its policy lets everybody in (statement {', '.join(statements)})")
    return None


def _shared(call: Call) -> Finding | None:
    for leaf in call.leaves:
        if _adds(leaf.path) and (account := call.foreign(str(leaf.value))):
            return finding("shared_with_another_account", f"shared with account {account}")
    return None


def _granted(call: Call) -> Finding | None:
    if call.verb not in ENDING and any(call.says(one) for one in HANDING):
        for leaf in call.leaves:
            if leaf.name.endswith(GRANTEES) and (account := call.foreign(str(leaf.value))):
                return finding("granted_to_another_account", f"account {account} may use it")
    for policy in call.policies:
        for principal in _allowed(policy):
            if account := call.foreign(principal):
                return finding("granted_to_another_account", f"its policy lets account {account} in")
    return None


def _internet(call: Call) -> Finding | None:
    """Security groups, network access lists, ports of a service."""
    if call.verb not in INBOUND or any(call.says(one) for one in OUTWARD):
        return None
    outward, denied = call.values("egress"), call.values("ruleaction")
    if any(leaf.on for leaf in outward) or any(leaf.value == "deny" for leaf in denied):
        return None
    for leaf in call.leaves:
        if leaf.name == "mappubliciponlaunch" and leaf.on:
            return finding("opened_to_the_internet", "what starts in it gets a public address", severity="medium")
        if "cidr" in leaf.name and "destination" not in leaf.name and "egress" not in leaf.path and _world(leaf.value):
            ports = [port.value for port in call.values("fromport", "toport")]
            usual = bool(ports) and all(port in WEB for port in ports)
            return finding("opened_to_the_internet", f"it lets {leaf.value} in", severity="low" if usual else "")
    return None


def _adds(path: tuple[str, ...]) -> bool:
    return any(name in SHARING or name.endswith("toadd") for name in path) and "remove" not in path


def _allowed(policy: dict[str, Any]) -> Iterator[str]:
    """The AWS principals that a policy's statements allow something."""
    statements = policy.get("Statement")
    for statement in statements if isinstance(statements, list) else [statements]:
        if isinstance(statement, dict) and statement.get("Effect") == "Allow":
            principal = statement.get("Principal")
            named = principal.get("AWS") if isinstance(principal, dict) else None
            yield from (one for one in (named if isinstance(named, list) else [named]) if isinstance(one, str))


def _world(value: Any) -> bool:
    try:
        return ip_network(str(value), strict=False).prefixlen == 0
    except ValueError:
        return False
