"""SSM parameters: an overwritten one comes back from its own history, a deleted one from the vault.

The history keeps the newest 100 versions (docs.aws.amazon.com/systems-manager, "Working with parameter versions") and
goes with the parameter. Looking needs no right to read a value; values are read for the vault and inside a session.
"""

import time
from typing import Any

from botocore.exceptions import ClientError

from tasks.domain.digest import digest
from tasks.domain.errors import NotRecovered, NotSeen, StillRestoring
from tasks.domain.knowledge.ssm import ARNS, OVERWRITTEN, PARAMETER
from tasks.domain.moment import seconds
from tasks.domain.payload import Json, Resource, Step
from tasks.domain.planning import Action, Permission
from tasks.resources import Aws
from tasks.store.vault import FROM_VAULT, Part, fetch

ARN = ARNS[PARAMETER]
READS = {"ssm:DescribeParameters": "*", "ssm:ListTagsForResource": ARN}
LOOK = tuple(Permission(action, resource) for action, resource in READS.items())
KEY = "arn:{partition}:kms:{region}:{account}:key/*"
# SSM encrypts a SecureString under its own ARN (docs.aws.amazon.com/kms, "How Parameter Store uses AWS KMS").
ONLY_THIS = {"StringLike": {"kms:EncryptionContext:PARAMETER_ARN": ARN}}
# The value of a parameter that the agent may restore, which its tag says, and no other: through SSM alone.
KEEPS = (
    Permission("ssm:GetParameter", ARN, tagged=True),
    Permission("kms:Decrypt", KEY, {**ONLY_THIS, "StringEquals": {"kms:ViaService": "ssm.{region}.amazonaws.com"}}),
)
ENCRYPT = (Permission("kms:Encrypt", KEY, ONLY_THIS), Permission("kms:GenerateDataKey", KEY, ONLY_THIS))
PUT = (
    *LOOK,
    Permission("ssm:GetParameterHistory", ARN),
    Permission("ssm:PutParameter", ARN, tagged=True),
    Permission("kms:Decrypt", KEY, ONLY_THIS),
    *ENCRYPT,
)
CREATE = (
    *LOOK,
    Permission("ssm:PutParameter", ARN, {"StringEquals": {"ssm:Overwrite": "false"}}),
    Permission("ssm:AddTagsToResource", ARN),
    *ENCRYPT,
)
ACTIONS = {
    "put_previous_version": Action(undo="put_replaced_version", permissions=(*PUT, *FROM_VAULT), undo_permissions=PUT),
    "recreate_parameter": Action(
        undo="none",
        permissions=(*CREATE, *FROM_VAULT),
        recreates=True,
        lost="its earlier versions and its labels",
    ),
}
DEADLINE = 120

# "Wait for at least 30 seconds to create a parameter with the same name" (SSM API reference, DeleteParameter).
FREE_AFTER = 30
_SETTINGS = ("Type", "KeyId", "Tier", "DataType", "Description", "AllowedPattern")


def snapshot(aws: Aws, name: str) -> Json | None:
    """Everything but the value. `modified` tells a parameter from another one that was made under its name."""
    ssm = aws("ssm")
    wanted = {"Key": "Name", "Option": "Equals", "Values": [name]}
    found = ssm.describe_parameters(ParameterFilters=[wanted])["Parameters"]
    try:
        tags = ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=name)["TagList"] if found else []
    except ssm.exceptions.InvalidResourceId:
        return None
    return {**_settings(found[0]), "tags": sorted(tags, key=lambda tag: str(tag["Key"]))} if found else None


def keep(aws: Aws, name: str, state: Json) -> dict[str, Part]:
    """The value of the version that the state tells of."""

    def value() -> bytes:
        found = aws("ssm").get_parameter(Name=name, WithDecryption=True)["Parameter"]
        if not _same(found, state):
            raise NotSeen(f"{name} was written while it was looked at")
        return str(found["Value"]).encode()

    return {"value": Part(f"{state['version']} of {state['modified']}", value)}


def issue(good: Json, now: Json) -> tuple[str, str] | None:
    if good["version"] != now["version"]:
        return OVERWRITTEN, f"version {good['version']} -> {now['version']}"
    return None if good["modified"] == now["modified"] else (OVERWRITTEN, "deleted and made anew")


def target(action: str, good: Json | None, facts: Json) -> Json | None:
    """The last good version, or else the one before the event's; of a deleted parameter what the vault has."""
    if action == "recreate_parameter":
        return {**good, "deleted_at": facts.get("eventTime", "")} if good and good.get("kept") else None
    if good:
        return good
    written = (facts.get("responseElements") or {}).get("version")
    return {"version": written - 1} if isinstance(written, int) and written > 1 else None


def reached(target: Json, now: Json | None) -> bool:
    """A parameter that stands is no longer to be recreated, whatever its value."""
    if now is None or "deleted_at" in target:
        return now is not None
    return all(now[key] == target[key] for key in ("version", "modified") if key in target)


def followed(aws: Aws, resource: Resource, target: Json, now: Json) -> bool:
    """Whether a parameter has its good value and settings again, whatever its version; the vault tells the value."""
    if reached(target, now):
        return True
    if not target.get("kept") or any(now[part] != target[part] for part in ("settings", "policies")):
        return False
    try:
        value = keep(aws, resource.id, now)["value"].read()
    except (ClientError, NotSeen):  # who may not read it cannot tell; what was written meanwhile is looked at again
        return False
    (kept,) = target["kept"].values()
    return bool(digest(value, resource.arn) == kept["digest"])


def restore(aws: Aws, step: Step) -> None:
    ssm, name = aws("ssm"), step.resource.id
    if step.action == "put_previous_version":
        _put(aws, step, step.target)
    elif snapshot(aws, name) is None:
        if time.time() < (seconds(step.target["deleted_at"]) or 0) + FREE_AFTER:
            raise StillRestoring(f"the name {name} is free {FREE_AFTER} seconds after the deletion")
        # Nobody may set the tags of AWS's own services.
        tags = [tag for tag in step.target["tags"] if not tag["Key"].startswith("aws:")]
        ssm.put_parameter(Name=name, Overwrite=False, Tags=tags, **_from_vault(aws, step))
        _shown(aws, name, 1)


def verify(aws: Aws, step: Step, after: Json) -> str:
    """Still the version that was put, with its settings; a recreated one has the value that the vault has."""
    now = snapshot(aws, step.resource.id)
    if now is None:
        return "the parameter is gone"
    if {**now, "tags": after["tags"]} != after:
        return f"version {now['version']} stands where version {after['version']} was put"
    if step.action != "recreate_parameter":
        return ""
    other = [part for part in ("settings", "policies", "tags") if now[part] != step.target[part]]
    (kept,), value = step.target["kept"].values(), keep(aws, step.resource.id, now)["value"].read()
    other += [] if digest(value, step.resource.arn) == kept["digest"] else ["value"]
    return f"not as it was: {', '.join(other)}" if other else ""


def undo(aws: Aws, step: Step, before: Json) -> None:
    """Takes an overwriting back; a recreated parameter stays."""
    if step.action == "put_previous_version":
        _put(aws, step, before)


def _put(aws: Aws, step: Step, wanted: Json) -> None:
    """Make an earlier version the newest, unless it already is, whatever its number."""
    ssm, name = aws("ssm"), step.resource.id
    pages = ssm.get_paginator("get_parameter_history").paginate(Name=name, WithDecryption=True)
    versions = {one["Version"]: one for page in pages for one in page["Parameters"]}
    earlier, newest = versions.get(wanted["version"]), versions[max(versions)]
    if earlier and _same(earlier, wanted):
        good = _arguments(_settings(earlier), earlier["Value"])
    elif wanted.get("kept"):
        good = _from_vault(aws, step)
    else:
        raise NotRecovered(f"version {wanted['version']} of {name} is no longer in its history")
    number = newest["Version"]
    if _arguments(_settings(newest), newest["Value"]) != good:
        number = ssm.put_parameter(Name=name, Overwrite=True, **good)["Version"]
    _shown(aws, name, number)


def _shown(aws: Aws, name: str, version: int) -> None:
    """Parameter Store tells of a change a moment later: what is looked at next must be it."""
    now = snapshot(aws, name)
    if now is None or now["version"] < version:
        raise StillRestoring(f"version {version} of {name} is not to be seen yet")


def _from_vault(aws: Aws, step: Step) -> Json:
    value = fetch(aws("s3"), step.target["kept"], "value", arn=step.resource.arn)
    return _arguments(step.target, value.decode())


def _arguments(state: Json, value: str) -> Json:
    """PutParameter's, without the name."""
    policies = {"Policies": f"[{','.join(state['policies'])}]"} if state["policies"] else {}
    return {"Value": value, **state["settings"], **policies}


def _settings(one: Any) -> Json:
    """A parameter's metadata, or one version of its history, as a state without tags."""
    return {
        "version": one["Version"],
        "modified": one["LastModifiedDate"].timestamp(),
        "settings": {key: one[key] for key in _SETTINGS if one.get(key)},
        "policies": [policy["PolicyText"] for policy in one.get("Policies", [])],
    }


def _same(one: Any, state: Json) -> bool:
    """Whether it is the version that the state tells of, and not another parameter's of the same number."""
    modified = one["LastModifiedDate"].timestamp()
    return bool(one["Version"] == state["version"] and abs(modified - state.get("modified", modified)) < 1)
