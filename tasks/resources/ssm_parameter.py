"""SSM parameters: the last good version is put back from the parameter's own history.

The history keeps the newest 100 versions (docs.aws.amazon.com/systems-manager, "Working with parameter versions").
Values are read decrypted only inside the recovery session and never leave `restore` and `undo`.
"""

from typing import Any

from tasks.domain.errors import NotRecovered
from tasks.domain.knowledge import ARNS
from tasks.domain.knowledge.ssm import OVERWRITTEN, PARAMETER
from tasks.domain.payload import Json, Step
from tasks.domain.planning import Action, Permission
from tasks.resources import Aws

READS = {"ssm:GetParameterHistory": ARNS[PARAMETER]}
KEY = "arn:{partition}:kms:{region}:{account}:key/*"
# SSM encrypts a SecureString under its own ARN (docs.aws.amazon.com/kms, "How Parameter Store uses AWS KMS").
ONLY_THIS = {"StringLike": {"kms:EncryptionContext:PARAMETER_ARN": ARNS[PARAMETER]}}
PUT = (
    Permission("ssm:GetParameterHistory", ARNS[PARAMETER]),
    Permission("ssm:PutParameter", ARNS[PARAMETER], tagged=True),
    Permission("kms:Decrypt", KEY, ONLY_THIS),
    Permission("kms:Encrypt", KEY, ONLY_THIS),
    Permission("kms:GenerateDataKey", KEY, ONLY_THIS),
)
ACTIONS = {"put_previous_version": Action(undo="put_replaced_version", permissions=PUT, undo_permissions=PUT)}
DEADLINE = 120

_KEPT = {"Type": "type", "KeyId": "key_id", "Tier": "tier", "DataType": "data_type"}


def snapshot(aws: Aws, name: str) -> Json | None:
    """Everything but the value, which the history keeps."""
    ssm = aws("ssm")
    versions = _history(ssm, name)
    if not versions:
        return None
    newest = versions[max(versions)]
    return {"version": newest["Version"]} | {ours: newest[theirs] for theirs, ours in _KEPT.items() if theirs in newest}


def issue(good: Json, now: Json) -> tuple[str, str] | None:
    if good["version"] == now["version"]:
        return None
    return OVERWRITTEN, f"version {good['version']} -> {now['version']}"


def target(action: str, good: Json | None, facts: Json) -> Json | None:
    """The version of the last good snapshot, or else the one before the event's."""
    if good:
        return {"version": good["version"]}
    written = (facts.get("responseElements") or {}).get("version")
    return {"version": written - 1} if isinstance(written, int) and written > 1 else None


def reached(target: Json, now: Json | None) -> bool:
    return now is not None and bool(now["version"] == target["version"])


def restore(aws: Aws, step: Step) -> None:
    _put(aws("ssm"), step.resource.id, step.target["version"])


def verify(aws: Aws, step: Step, after: Json) -> str:
    """Still the version that was put back, with its type and key."""
    now = snapshot(aws, step.resource.id)
    if now is None:
        return "the parameter is gone"
    return "" if now == after else f"version {now['version']} stands where version {after['version']} was put"


def undo(aws: Aws, step: Step, before: Json) -> None:
    _put(aws("ssm"), step.resource.id, before["version"])


def _put(ssm: Any, name: str, version: int) -> None:
    """Make an earlier version the newest, unless it already is, whatever its number."""
    versions = _history(ssm, name, decrypted=True)
    if version not in versions:
        raise NotRecovered(f"version {version} of {name} is no longer in its history")
    wanted, newest = versions[version], versions[max(versions)]
    kept = [
        key for key in ("Value", "Type", "KeyId", "Tier", "DataType", "AllowedPattern", "Description") if key in wanted
    ]
    if all(wanted.get(key) == newest.get(key) for key in kept):
        return
    policies = [policy["PolicyText"] for policy in wanted.get("Policies", [])]
    extra = {"Policies": f"[{','.join(policies)}]"} if policies else {}
    ssm.put_parameter(Name=name, Overwrite=True, **{key: wanted[key] for key in kept}, **extra)


def _history(ssm: Any, name: str, *, decrypted: bool = False) -> dict[int, Any]:
    pages = ssm.get_paginator("get_parameter_history").paginate(Name=name, WithDecryption=decrypted)
    try:
        return {one["Version"]: one for page in pages for one in page["Parameters"]}
    except ssm.exceptions.ParameterNotFound:
        return {}
