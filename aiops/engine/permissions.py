"""Permission checks that AWS makes and MiniStack does not: every instance of a call, tags of EC2, source identities."""

from collections.abc import Iterator
from typing import Any

from ministack.core import iam_actions
from ministack.core.iam_evaluator import EvalContext, enforce, evaluate_trust_policy
from ministack.services import ec2, tagging

from aiops.engine.wrap import wraps_function

_NAMED = ("InstanceId.", "ResourceId.")


@wraps_function(iam_actions, "extract_resource_arn")
def _resource_arn(original: Any, service: str, *request: Any) -> str:
    _method, _path, _headers, _body, parameters, region, account = request
    named = _instances(parameters, region, account) if service == "ec2" else []
    return named[0] if named else str(original(service, *request))


@wraps_function(iam_actions, "verified_access_resource_arns")
def _all_resource_arns(original: Any, parameters: dict[str, Any], region: str, account: str) -> list[str]:
    return _instances(parameters, region, account) or list(original(parameters, region, account))


def _instances(parameters: dict[str, Any], region: str, account: str) -> list[str]:
    values = [value for name, value in sorted(parameters.items()) if name.startswith(_NAMED)]
    ids = [value[0] if isinstance(value, list) else value for value in values]
    return [f"arn:aws:ec2:{region}:{account}:instance/{each}" for each in ids if each.startswith("i-")]


def _tagged_instances() -> Iterator[tuple[str, list[dict[str, str]]]]:
    for name, instance in list(ec2._instances.items()):
        if instance["State"]["Name"] != "terminated":
            yield ec2_arn(name), ec2._tags.get(name, [])


def ec2_arn(instance_id: str) -> str:
    return f"arn:aws:ec2:{tagging.get_region()}:{tagging.get_account_id()}:instance/{instance_id}"


tagging._COLLECTORS |= {"ec2": _tagged_instances, "ssm": tagging._collect_ssm}
tagging._RESOURCE_TAG_COLLECTORS["ec2"] = _tagged_instances
