"""Permission checks that AWS makes and MiniStack does not: each resource of an EC2 call, and source identities."""

import json
import re
from typing import Any

from ministack.core import iam_actions
from ministack.core.iam_evaluator import EvalContext, caller_arn, enforce, evaluate_trust_policy
from ministack.core.responses import get_account_id, get_region
from ministack.services import autoscaling, iam

from aiops.engine.wrap import wraps_function

# Calls on tags name trails and alarms by ARN, under other keys than the calls that MiniStack knows.
_HOST = re.compile(r'"InstanceIds": ?\["(i-\w+)"\]')
_SERVICE = re.compile(r'^{"cluster": ?"([\w-]+)", "services?": ?\[?"([\w-]+)"')
_TAGGED = {
    "cloudtrail": re.compile(r"arn:aws:cloudtrail:[\w-]+:\d{12}:trail/[\w.-]+"),
    "monitoring": re.compile(r"arn:aws:cloudwatch:[\w-]+:\d{12}:alarm:[\w.-]+"),
}
_NAMED = ("InstanceId.", "ResourceId.")
# What a call uses beside the instance: the parameter and the type of resource in its ARN.
_USED = {
    "RunInstances": {
        "ImageId": "image",
        "SubnetId": "subnet",
        "KeyName": "key-pair",
        **{f"SecurityGroupId.{number}": "security-group" for number in range(1, 6)},
    },
    "AssociateAddress": {"AllocationId": "elastic-ip", "InstanceId": "instance"},
    "DescribeInstanceAttribute": {"InstanceId": "instance"},
}
# Operations of Lambda whose action has another name.
_PERMITTED_BY = {"Invoke": "InvokeFunction", "InvokeWithResponseStream": "InvokeFunction"}
iam_actions._BOTOCORE_SERVICE_MAP["lambda"] = ["lambda"]
_MADE = {"RunInstances": ("instance", "volume", "network-interface")}


@wraps_function(iam_actions, "extract_resource_arn")
def _resource_arn(original: Any, service: str, *request: Any) -> str:
    parameters = request[4]
    if service == "autoscaling" and (group := autoscaling._asgs.get(_value(parameters, "AutoScalingGroupName"))):
        return str(group["AutoScalingGroupARN"])
    if service == "ssm" and (host := _HOST.search(request[3].decode(errors="replace"))):
        return f"arn:aws:ec2:{get_region()}:{get_account_id()}:instance/{host[1]}"
    if service == "ecs" and (task_service := _SERVICE.search(request[3].decode(errors="replace"))):
        cluster, name = task_service.groups()
        return f"arn:aws:ecs:{get_region()}:{get_account_id()}:service/{cluster}/{name}"
    if service in _TAGGED and (named := _TAGGED[service].search(request[3].decode(errors="replace"))):
        return named[0]
    if service == "logs" and original(service, *request) == "*":
        return f"arn:aws:logs:{get_region()}:{get_account_id()}:log-group::log-stream:"
    if service == "logs" and (stream := json.loads(request[3] or b"{}").get("logStreamName")):
        return f"{original(service, *request)}:log-stream:{stream}"
    if service == "logs" and (prefix := json.loads(request[3] or b"{}").get("logGroupNamePrefix")):
        # As AWS words it when it refuses DescribeLogGroups.
        return f"arn:aws:logs:{get_region()}:{get_account_id()}:log-group:{prefix}:log-stream:"
    if service == "cloudformation" and str(original(service, *request)) == "*":
        return f"arn:aws:cloudformation:{get_region()}:{get_account_id()}:stack/*/*"
    if service == "lambda" and request[:2] == ("POST", "/2015-03-31/functions"):
        return f"arn:aws:lambda:{get_region()}:{get_account_id()}:function:{json.loads(request[3])['FunctionName']}"
    if service == "events" and (rule := _rule(request[3])):
        return rule
    if service != "ec2":
        return str(original(service, *request))
    if _describes_all(parameters):
        return "*"
    return (_instances(parameters) or _others(parameters) or [str(original(service, *request))])[0]


def _rule(body: bytes) -> str:
    """The ARN of the rule that a call names, as AWS spells it on the default bus; empty when it names none."""
    asked = json.loads(body or b"{}")
    if arn := asked.get("ResourceARN"):
        return str(arn)
    name, bus = asked.get("Rule") or asked.get("Name"), asked.get("EventBusName", "default")
    path = name if bus == "default" else f"{bus}/{name}"
    return f"arn:aws:events:{get_region()}:{get_account_id()}:rule/{path}" if name else ""


@wraps_function(iam_actions, "verified_access_resource_arns")
def _all_resource_arns(original: Any, parameters: dict[str, Any], *scope: str) -> list[str]:
    """All that is checked in a call, the first of which is checked already."""
    if _describes_all(parameters):
        return []
    return _instances(parameters) or _others(parameters) or list(original(parameters, *scope))


@wraps_function(iam_actions, "request_tag_context")
def _request_tags(original: Any, service: str, action: str, body: bytes, parameters: dict[str, Any]) -> dict[str, Any]:
    """The tags that a launch gives stand in its TagSpecifications; and whether a parameter may be overwritten."""
    found: dict[str, Any] = original(service, action, body, parameters)
    if action == "ssm:PutParameter":
        found["ssm:Overwrite"] = str(json.loads(body).get("Overwrite", False)).lower()
    for name in parameters if service == "ec2" else ():
        if name.startswith("TagSpecification.") and name.endswith(".Key"):
            value = _value(parameters, name.removesuffix("Key") + "Value")
            found[f"aws:RequestTag/{_value(parameters, name)}".lower()] = value
    return found


def _describes_all(parameters: dict[str, Any]) -> bool:
    """EC2's Describe calls know no permission for a single resource, but for those that name one attribute's."""
    action = _value(parameters, "Action")
    return action.startswith("Describe") and action not in _USED


def _others(parameters: dict[str, Any]) -> list[str]:
    """What the call uses and makes, as EC2 checks it; an image belongs to no account."""
    action = _value(parameters, "Action")
    used = [
        (kind, _value(parameters, name)) for name, kind in _USED.get(action, {}).items() if _value(parameters, name)
    ]
    named = used + [(kind, "new") for kind in _MADE.get(action, ())]
    return [
        f"arn:aws:ec2:{get_region()}:{'' if kind == 'image' else get_account_id()}:{kind}/{name}"
        for kind, name in named
    ]


def _value(parameters: dict[str, Any], name: str) -> str:
    return "".join(parameters.get(name, ""))


def _instances(parameters: dict[str, Any]) -> list[str]:
    named = ["".join(value) for name, value in parameters.items() if name.startswith(_NAMED)]
    arn = f"arn:aws:ec2:{get_region()}:{get_account_id()}:instance/"
    return [arn + instance for instance in named if instance.startswith("i-")]


@wraps_function(iam_actions, "extract_iam_action")
def _action(original: Any, service: str, *request: Any) -> str | None:
    """Converse is permitted by bedrock:InvokeModel (Bedrock API reference, Converse), Lambda's calls by their names.

    DeleteObjects takes s3:DeleteObjectVersion for a version, the first one too, which MiniStack forgets.
    """
    action: str | None = original(service, *request)
    if service == "lambda" and (called := iam_actions._match_rest_action("lambda", request[0], request[1])):
        return f"lambda:{_PERMITTED_BY.get(called, called)}"
    if action == "s3:DeleteObject" and b"<VersionId>" in request[3]:
        return "s3:DeleteObjectVersion"
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
