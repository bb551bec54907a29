"""Permission checks that AWS makes and MiniStack does not: each instance of an EC2 call, and source identities."""

import re
from typing import Any

from ministack.core import iam_actions
from ministack.core.iam_evaluator import EvalContext, caller_arn, enforce, evaluate_trust_policy
from ministack.core.responses import get_account_id, get_region
from ministack.services import iam

from aiops.engine.wrap import wraps_function

# AddTags and ListTags name trails by ARN, under other keys than the calls that MiniStack knows.
_TRAILS = re.compile(r"arn:aws:cloudtrail:[\w-]+:\d{12}:trail/[\w.-]+")
_NAMED = ("InstanceId.", "ResourceId.")


@wraps_function(iam_actions, "extract_resource_arn")
def _resource_arn(original: Any, service: str, *request: Any) -> str:
    parameters = request[4]
    if service == "cloudtrail" and (named := _TRAILS.search(request[3].decode())):
        return named[0]
    if service != "ec2":
        return str(original(service, *request))
    if "".join(parameters.get("Action", "")).startswith("Describe"):
        return "*"  # EC2's Describe calls know no permission for a single resource
    return (_instances(parameters) or [str(original(service, *request))])[0]


@wraps_function(iam_actions, "verified_access_resource_arns")
def _all_resource_arns(original: Any, parameters: dict[str, Any], *scope: str) -> list[str]:
    """All that is checked in a call, the first of which is checked already."""
    if "".join(parameters.get("Action", "")).startswith("Describe"):
        return []
    return _instances(parameters) or list(original(parameters, *scope))


def _instances(parameters: dict[str, Any]) -> list[str]:
    named = ["".join(value) for name, value in parameters.items() if name.startswith(_NAMED)]
    arn = f"arn:aws:ec2:{get_region()}:{get_account_id()}:instance/"
    return [arn + instance for instance in named if instance.startswith("i-")]


@wraps_function(iam_actions, "extract_iam_action")
def _action(original: Any, service: str, *request: Any) -> str | None:
    """Converse is permitted by bedrock:InvokeModel (Bedrock API reference, Converse)."""
    action: str | None = original(service, *request)
    return "bedrock:InvokeModel" if action == "bedrock:Converse" else action


def may_set_source_identity(access_key: str, role_arn: str) -> bool:
    """Whether both the caller's policies and the role's trust policy allow sts:SetSourceIdentity."""
    role = iam._roles.get(role_arn.rpartition("/")[2])
    if role is None or enforce(access_key, "sts:SetSourceIdentity", "sts", get_region(), resource_arn=role_arn):
        return False
    who = EvalContext(
        principal_arn=caller_arn(),
        principal_type="",
        principal_account=get_account_id(),
        action="sts:SetSourceIdentity",
        resource_arn=role_arn,
        region=get_region(),
    )
    return bool(evaluate_trust_policy(role["AssumeRolePolicyDocument"], caller_arn(), who))
