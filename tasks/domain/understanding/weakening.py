"""Protection, recording or encryption switched off, keys disabled, capacity taken away."""

from tasks.domain.understanding.call import ENDING, MAKING, Call
from tasks.domain.understanding.finding import Finding, finding

# What an operation ends, by the words of its name: what sees.
WATCHING = (
    "trail",
    "logging",
    "flow log",
    "query log config",
    "logging configuration",
    "invocation logging configuration",
    "event data store",
    "detector",
    "configuration recorder",
    "delivery channel",
    "security hub",
    "macie",
    "analyzer",
    "alarm action",
    "organization admin account",
    "administrator account",
    "master account",
    "threat intel set",
    "standard",
)
# And what protects.
PROTECTION = (
    "public access block",
    "block public access",
    "encryption",
    "encryption by default",
    "mfa device",
    "password policy",
    "permissions boundary",
    "domain transfer lock",
    "termination protection",
    "deletion protection",
    "guardrail",
    "web acl",
    "continuous backup",
    "backup vault",
    "backup plan",
    "organization",
)
# The account has one of these: the call needs no parameter to say which.
ACCOUNT_WIDE = (
    "block public access",
    "organization",
    "by default",
    "security hub",
    "macie",
    "password policy",
    "account",
    "invocation logging",
)
# A parameter whose name says this protects as long as it is on.
PROTECTIVE = ("protection", "encryption", "encrypted", "mfa", "logging", "versioning", "recovery", "logfilevalidation")
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
}
# Of these services a detector or a hub is switched off by `enable`.
WATCHERS = ("guardduty", "securityhub", "macie2", "inspector2", "detective")
WATCHES_NOT = ("disabled", "paused", "suppressed", "false")
# Their updates repeat every setting, also those that were never on.
REPEATING = ("cloudfront", "cognito-idp")
CAPACITY = ("desiredcapacity", "desiredcount", "maxsize", "maxcapacity", "reservedconcurrentexecutions")


def weakened(call: Call) -> Finding | None:
    """What the call takes away."""
    return _ended(call) or _switched_off(call) or _emptied(call)


def _ended(call: Call) -> Finding | None:
    if call.verb not in ENDING or not (call.asked or any(call.says(one) for one in ACCOUNT_WIDE)):
        return None
    for issue, phrases in (("watching_off", WATCHING), ("protection_off", PROTECTION)):
        if found := next((one for one in phrases if call.says(one)), None):
            return finding(issue, f"{' '.join(call.words)}: {found} ends")
    if call.service == "kms" and call.words in (("disable", "key"), ("schedule", "key", "deletion")):
        return finding("key_disabled", f"{' '.join(call.words)} was called")
    if call.service in WATCHERS and call.says("member"):
        return finding("watching_off", f"{' '.join(call.words)}: accounts are watched no longer")
    return None


def _switched_off(call: Call) -> Finding | None:
    """Switched off on what exists: what a creation leaves out was never there."""
    if call.service in WATCHERS and any(str(leaf.value).lower() == "archive" for leaf in call.values("action")):
        return finding("watching_off", "its findings are put away unseen")
    if call.verb in MAKING or call.service in REPEATING:
        return None
    for leaf in call.leaves:
        value = str(leaf.value).lower()
        protective = leaf.off and any(_protective(name) for name in leaf.path)
        if protective or value in SETTINGS.get(leaf.name, ()):
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


def _protective(name: str) -> bool:
    return any(one in name for one in PROTECTIVE)
