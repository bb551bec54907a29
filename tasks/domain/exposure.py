"""Does a bucket's policy or ACL let the world in? (docs.aws.amazon.com/AmazonS3, "The meaning of public")"""

import json
import re
from ipaddress import ip_network
from typing import Any

BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")

# Conditions that S3 accepts as narrowing a wildcard principal, when their values are fixed.
NARROWING = (
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalarn",
    "aws:principalaccount",
    "aws:sourceaccount",
    "aws:sourceowner",
    "aws:sourcearn",
    "aws:sourceip",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
)
_OWNED = re.compile(r"arn:[\w-]+:[\w-]+:[\w-]*:\d{12}:")
EVERYONE = (
    "http://acs.amazonaws.com/groups/global/AllUsers",
    "http://acs.amazonaws.com/groups/global/AuthenticatedUsers",
)

CANNED = ("public-read", "public-read-write", "authenticated-read")


def document(policy: Any) -> dict[str, Any]:
    """A policy as an object, whether it came as text or as one; empty when it is neither."""
    if isinstance(policy, str):
        try:
            policy = json.loads(policy)
        except (ValueError, RecursionError):
            return {}
    return policy if isinstance(policy, dict) else {}


def public_statements(policy: Any) -> list[str]:
    """The Sids (or positions) of statements that allow everybody something, unnarrowed."""
    statements = document(policy).get("Statement", [])
    statements = statements if isinstance(statements, list) else [statements]
    return [
        str(statement.get("Sid") or f"number {number}")
        for number, statement in enumerate(statements, start=1)
        if isinstance(statement, dict)
        and statement.get("Effect") == "Allow"
        and _everybody(statement)
        and not _narrowed(statement.get("Condition"))
    ]


def public_grants(grants: Any) -> list[str]:
    """The permissions that an ACL's grants (as GetBucketAcl returns them) give to everybody."""
    return [grant["Permission"] for grant in grants or [] if grant.get("Grantee", {}).get("URI") in EVERYONE]


def public_acl(asked: dict[str, Any]) -> list[str]:
    """What a PutBucketAcl call, by its parameters in CloudTrail, gives to everybody: canned ACL, headers or grants."""
    canned = [one for one in _items(asked.get("x-amz-acl")) if one in CANNED]
    headers = [name for name, value in asked.items() if name.startswith("x-amz-grant-") and _names_everyone(value)]
    policy = asked.get("AccessControlPolicy")
    listed = policy.get("AccessControlList") if isinstance(policy, dict) else None
    grants = _items(listed.get("Grant")) if isinstance(listed, dict) else []
    return canned + headers + public_grants([one for one in grants if isinstance(one, dict)])


def _items(value: Any) -> list[Any]:
    """CloudTrail shows what occurs once bare or in a list."""
    return value if isinstance(value, list) else [value]


def _names_everyone(value: Any) -> bool:
    return any(group in str(value) for group in EVERYONE)


def open_blocks(configuration: Any) -> list[str]:
    """Which of the four public access blocks are off; all of them when there is no configuration."""
    on = configuration if isinstance(configuration, dict) else {}
    return [name for name in BLOCKS if str(on.get(name, False)).lower() != "true"]


def _everybody(statement: dict[str, Any]) -> bool:
    if "NotPrincipal" in statement:
        return True
    principal = statement.get("Principal")
    if isinstance(principal, dict):
        principal = principal.get("AWS")
    names = principal if isinstance(principal, list) else [principal]
    return "*" in names


def _narrowed(condition: Any) -> bool:
    if not isinstance(condition, dict):
        return False
    return any(
        key.lower() in NARROWING and _fixed(key.lower(), value)
        for operator, tests in condition.items()
        if isinstance(tests, dict) and _compares(operator)
        for key, value in tests.items()
    )


def _compares(operator: str) -> bool:
    """IfExists and ForAllValues let requests without the key in, and a negation lets nearly everybody in."""
    name = operator.lower()
    return "not" not in name and not name.endswith("ifexists") and not name.startswith(("null", "forallvalues:"))


def _fixed(key: str, value: Any) -> bool:
    values = value if isinstance(value, list) else [value]
    fixed = _few_addresses if key == "aws:sourceip" else _names_an_owner
    return bool(values) and all(fixed(str(item)) for item in values)


def _names_an_owner(value: str) -> bool:
    """No policy variable, and wildcards only behind the account of an ARN."""
    wild = "*" in value or "?" in value
    return "${" not in value and (not wild or bool(_OWNED.match(value)))


def _few_addresses(value: str) -> bool:
    """S3 takes ranges wider than /8, or /32 of IPv6, for the world."""
    try:
        network = ip_network(value, strict=False)
    except ValueError:
        return False
    return network.prefixlen >= (8 if network.version == 4 else 32)
