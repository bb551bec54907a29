"""What a redeployment may not do: destroy, replace, or anything else that cannot be seen before it is done.

Runs in our Lambdas and, as a script of its own, in the build that applies a saved plan: it reads one JSON document
from its input and ends with status 1 and one line for each refusal.

Terraform's plan: https://developer.hashicorp.com/terraform/internals/json-format
CloudFormation's change set: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html
"""

import json
import sys
from collections.abc import Iterator
from typing import Any

# Destroying, replacing in either order and forgetting are lists of actions that hold another word.
HARMLESS = ({"no-op"}, {"read"}, {"create"}, {"update"})
NESTED = "AWS::CloudFormation::Stack"


def refusals(document: Any) -> list[str]:
    """Why a saved plan of Terraform, or a described change set, may not be applied; empty when it may."""
    if isinstance(document, dict) and isinstance(document.get("Changes"), list):
        return list(_of_changes(document["Changes"]))
    if isinstance(document, dict) and str(document.get("format_version", "")).startswith(("0.", "1.")):
        return list(_of_plan(document))
    return ["it is neither a Terraform plan of format 1 nor a change set"]


def refused_changes(changes: list[Any], *, only: str) -> list[str]:
    """Why changes to a stack are not just the logical resource `only` as its template wants it."""
    others = [_name(one) for one in changes if _change(one).get("LogicalResourceId") != only]
    return [f"{name} would be touched too" for name in others] + list(_of_changes(changes))


def _of_plan(plan: dict[str, Any]) -> Iterator[str]:
    if plan.get("errored"):
        yield "planning failed half way"
    for one in plan.get("resource_changes", []):
        actions = one["change"]["actions"]
        if set(actions) not in HARMLESS:
            yield f"{one['address']}{_deposed(one)}: {', '.join(actions)}"
    # Since Terraform 1.14 a provider's actions can be part of a plan, which does not say what they do.
    for one in plan.get("action_invocations", []):
        yield f"{one['address']}: an action would be run"


def _deposed(change: dict[str, Any]) -> str:
    return f" (deposed {change['deposed']})" if "deposed" in change else ""


def _of_changes(changes: list[Any]) -> Iterator[str]:
    for one in changes:
        change, name = _change(one), _name(one)
        action, replacement = change.get("Action"), change.get("Replacement", "False")
        if change.get("ResourceType") == NESTED:
            yield f"{name}: what a nested stack changes is not to be seen"
        elif action not in ("Add", "Modify", "SyncWithActual"):
            yield f"{name}: {action}"
        elif replacement != "False" or "PolicyAction" in change:
            yield f"{name}: replacement {replacement}, {change.get('PolicyAction', 'nothing deleted')}"


def _change(one: Any) -> dict[str, Any]:
    return dict(one["ResourceChange"]) if one.get("Type") == "Resource" else {"Action": one.get("Type")}


def _name(one: Any) -> str:
    return str(_change(one).get("LogicalResourceId"))


if __name__ == "__main__":
    found = refusals(json.load(sys.stdin))
    for why in found:
        print(f"aiops: refused: {why}")
    sys.exit(bool(found))
