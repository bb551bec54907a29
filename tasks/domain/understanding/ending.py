"""What a call ends of what watches or protects: trails and alarms, backups and guard rails."""

from tasks.domain.understanding.call import ENDING, Call
from tasks.domain.understanding.finding import Finding, finding

# What an operation ends, by the words of its name: what sees.
WATCHING = (
    "trail",
    "logging",
    "flow log",
    "query log config",
    "logging configuration",
    "invocation logging configuration",
    "security hub",
    "macie",
    "alarm action",
    "organization admin account",
    "administrator account",
    "master account",
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
    "dnssec",
    "guardrail",
    "web acl",
    "continuous backup",
    "backup vault",
    "backup plan",
    "organization",
)
# These services do nothing but watch or protect: whatever ends there counts, but for what only sorts or tells.
WATCHERS = ("guardduty", "securityhub", "macie2", "inspector2", "detective")
DEFENDERS = {
    **dict.fromkeys((*WATCHERS, "config", "cloudtrail", "access-analyzer"), "watching_off"),
    **dict.fromkeys(("shield", "wafv2", "waf", "waf-regional", "network-firewall", "fms"), "protection_off"),
}
SORTING = (
    *("tag", "filter", "invitation", "query", "job", "import", "dashboard", "report", "archive rule", "ip set"),
    *("result", "request"),
)
# Pipelines end these every day with what they belong to; by hand it hides something, or makes it unrecoverable.
BY_HAND = {
    **dict.fromkeys(("log group", "log stream", "subscription filter", "metric filter", "alarm"), "watching_off"),
    **dict.fromkeys(("backup", "recovery point"), "protection_off"),
}
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


def ended(call: Call) -> Finding | None:
    """What the call ends; of what is created and deleted every day, only what a person ends by hand."""
    if call.verb not in ENDING or not (call.asked or any(call.says(one) for one in ACCOUNT_WIDE)):
        return None
    said = " ".join(call.words)
    for issue, phrases in (("watching_off", WATCHING), ("protection_off", PROTECTION)):
        if found := next((one for one in phrases if call.says(one)), None):
            return finding(issue, f"{said}: {found} ends")
    if call.service == "kms" and call.words in (("disable", "key"), ("schedule", "key", "deletion")):
        return finding("key_disabled", f"{said} was called")
    if call.service == "organizations" and call.says("policy"):
        return finding("protection_off", f"{said}: what bound the organization's accounts ends")
    if call.service in DEFENDERS and not any(call.says(one) for one in SORTING):
        return finding(DEFENDERS[call.service], f"{said}: a part of {call.service} ends")
    if call.by_person and (found := next((one for one in BY_HAND if call.says(one)), None)):
        return finding(BY_HAND[found], f"{said}: {found} ends, by hand", severity="medium", classification="ANOMALY")
    return None
