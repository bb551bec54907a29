"""Does a bucket's policy or ACL let the world in? (docs.aws.amazon.com/AmazonS3, "The meaning of public")"""

import json
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
EVERYONE = (
    "http://acs.amazonaws.com/groups/global/AllUsers",
    "http://acs.amazonaws.com/groups/global/AuthenticatedUsers",
)


def document(policy: Any) -> dict[str, Any]:
    """A policy as an object, whether it came as text or as one; empty when it is neither."""
    if isinstance(policy, str):
        try:
            policy = json.loads(policy)
        except ValueError:
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
        key.lower() in NARROWING and _fixed(value)
        for operator, tests in condition.items()
        if isinstance(tests, dict) and _compares(operator)
        for key, value in tests.items()
    )


def _compares(operator: str) -> bool:
    """IfExists lets requests without the key in, and a negation lets nearly everybody in."""
    return "Not" not in operator and not operator.endswith("IfExists") and not operator.startswith("Null")


def _fixed(value: Any) -> bool:
    values = value if isinstance(value, list) else [value]
    return bool(values) and all(str(item) not in ("*", "0.0.0.0/0", "::/0") for item in values)
