"""Does a bucket's lifecycle configuration delete data soon?"""

from typing import Any

# Fewer days than this from an object's creation, or from its replacement, leave no time to notice.
SOON = 7


def hasty_rules(rules: Any) -> list[str]:
    """The ids (or positions) of enabled rules that delete soon, in S3's own names; one rule need not be in a list."""
    return [
        str(rule.get("ID") or f"number {number}")
        for number, rule in enumerate(rules if isinstance(rules, list) else [rules], start=1)
        if isinstance(rule, dict) and rule.get("Status") == "Enabled" and _soon(rule)
    ]


def _soon(rule: dict[str, Any]) -> bool:
    """A fixed date counts as soon: what is older than that goes at once."""
    expiration, versions = rule.get("Expiration"), rule.get("NoncurrentVersionExpiration")
    current = expiration if isinstance(expiration, dict) else {}
    noncurrent = versions if isinstance(versions, dict) else {}
    days = [current.get("Days"), noncurrent.get("NoncurrentDays")]
    return bool(current.get("Date")) or any(str(one).isdecimal() and int(one) < SOON for one in days if one is not None)
