"""Exact grants: these actions on these ARNs, and a reason beside every wildcard."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct


def allow(
    role: iam.Role, *actions: str, on: str, because: str = "", conditions: Mapping[str, Any] | None = None
) -> None:
    """Let the role do the actions on one ARN. ValueError when the ARN has a wildcard and no reason stands beside it."""
    role.add_to_policy(iam.PolicyStatement(actions=list(actions), resources=[on], conditions=conditions))
    flat = _flat(cdk.Stack.of(role).resolve(on))
    if "*" not in flat:
        return
    if not because:
        raise ValueError(f"{', '.join(actions)} on {flat}: why this wildcard?")
    acknowledge(role, f"AwsSolutions-IAM5[Resource::{flat}]", because)


def acknowledge(construct: Construct, rule: str, reason: str) -> None:
    """Accept one cdk-nag finding, with the reason."""
    cdk.Validations.of(construct).acknowledge(cdk.Acknowledgment(id=rule, reason=reason))


def arn(construct: Construct, template: str, resource_id: str = "*") -> str:
    """The ARN of a template in the construct's stack; what only a plan knows of it is `*`."""
    stack = cdk.Stack.of(construct)
    known = {"partition": stack.partition, "region": stack.region, "account": stack.account, "id": resource_id}
    return template.format_map(defaultdict(lambda: "*", known))


def _flat(value: Any) -> str:
    """A resolved ARN as text, the way cdk-nag writes it."""
    match value:
        case {"Ref": name}:
            return f"<{name}>"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"<{name}.{attribute}>"
        case {"Fn::Join": [separator, parts]}:
            return str(separator).join(map(_flat, parts))
    return str(value)
