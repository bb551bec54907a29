"""Protection, recording or encryption switched off, capacity taken away."""

from functools import lru_cache

from tasks.domain.understanding.call import MAKING, Call
from tasks.domain.understanding.ending import WATCHERS, ended
from tasks.domain.understanding.finding import Finding, finding
from tasks.domain.understanding.leaves import Leaf

# A parameter whose name says this protects as long as it is on.
PROTECTIVE = (
    *("protection", "protected", "encryption", "encrypted", "mfa", "versioning", "recovery", "logfilevalidation"),
    *("logging", "accesslog", "auditlog", "flowlog", "querylog"),
)
# What switches when it stands below such a name: `logging.enabled`, but not `encryption.bucketKeyEnabled`.
SWITCHES = ("enabled", "enable", "status", "state", "mode", "level", "value")
# A name that says the contrary of protection: `encryptionDisabled`, `insecureSsl`.
CONTRARY = ("disable", "insecure", "skip", "remove")
# Spelled so that no such word is in it; the value that weakens.
SETTINGS = {
    "disableapitermination": ("false",),
    "disableapistop": ("false",),
    "httptokens": ("optional",),
    "backupretentionperiod": ("0",),
    "blockpublicacls": ("false",),
    "ignorepublicacls": ("false",),
    "blockpublicpolicy": ("false",),
    "restrictpublicbuckets": ("false",),
    "includemanagementevents": ("false",),
    "enableloggingtos": ("false",),
    "encryptiondisabled": ("true",),
    "insecuressl": ("true",),
    "disablessl": ("true",),
    "requiretls": ("false",),
    "requiressl": ("false", "0"),
    "rdsforcessl": ("0",),
    "requiresecuretransport": ("0", "off"),
    "sslmode": ("none",),
    "datatransferprotection": ("disabled",),
}
# Of what watches, a detector or a hub is switched off by `enable`.
WATCHES_NOT = ("disabled", "paused", "suppressed", "false")
# Updates of these repeat every setting, also those that were never on.
REPEATING = ("cloudfront", "cognito-idp")
CAPACITY = ("desiredcapacity", "desiredcount", "maxsize", "maxcapacity", "reservedconcurrentexecutions")


def weakened(call: Call) -> Finding | None:
    """What the call takes away."""
    return ended(call) or _switched_off(call) or _emptied(call)


def _switched_off(call: Call) -> Finding | None:
    """Switched off on what exists: what a creation leaves out was never there."""
    if call.service in WATCHERS and any(str(leaf.value).lower() == "archive" for leaf in call.values("action")):
        return finding("watching_off", "its findings are put away unseen")
    if call.verb in MAKING or (call.verb == "update" and call.service in REPEATING):
        return None
    for leaf in call.leaves:
        value = str(leaf.value).lower()
        if (leaf.off and _protective(leaf)) or value in SETTINGS.get(leaf.name, ()):
            return finding("protection_off", f"{'.'.join(leaf.path)} is {value}")
        if call.service in WATCHERS and value in WATCHES_NOT and leaf.name in ("enable", "status", "autoenable"):
            return finding("watching_off", f"{leaf.name} is {value}")
    return None


def _emptied(call: Call) -> Finding | None:
    if call.verb in MAKING:
        return None
    for leaf in call.values(*CAPACITY):
        if leaf.value == 0 and leaf.value is not False:
            return finding("capacity_to_zero", f"{leaf.name} is 0")
    return None


def _protective(leaf: Leaf) -> bool:
    names = leaf.path if leaf.name in SWITCHES else leaf.path[-1:]
    return any(_protects(name) for name in names)


@lru_cache(2048)
def _protects(name: str) -> bool:
    return any(one in name for one in PROTECTIVE) and not any(one in name for one in CONTRARY)
