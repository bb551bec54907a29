"""How each action puts what the target of its step says. `now` is the function's state, empty when it is gone."""

import json
from typing import Any

from tasks.domain.errors import StillRestoring
from tasks.domain.exposure import public_statements
from tasks.domain.payload import Json, Step
from tasks.resources import Aws
from tasks.resources.lambda_policy import add
from tasks.store.vault import fetch, part


def settled(client: Any, name: str) -> None:
    """StillRestoring while a function is being made or updated, when it takes no other change."""
    one = client.get_function_configuration(FunctionName=name)
    if one.get("State") == "Pending" or one.get("LastUpdateStatus") == "InProgress":
        raise StillRestoring(f"{name} is being made or updated")


def _create(aws: Aws, step: Step, now: Json) -> None:
    wanted = step.target
    # What was not set is not named: an empty network or queue is refused.
    settings = {key: value for key, value in wanted["settings"].items() if value and any(_values(value))}
    aws("lambda").create_function(
        FunctionName=step.resource.id,
        Code=_code(aws, step),
        PackageType=wanted["package"],
        Architectures=wanted["architectures"],
        Environment=_environment(aws, step),
        Tags=wanted["tags"],
        **settings,
    )


def _values(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else [value]


def _code(aws: Aws, step: Step) -> Json:
    """Lambda fetches a package from the vault itself, with the session's right; verification compares its hash."""
    if image := part(step.target["kept"], "image"):
        return {"ImageUri": fetch(aws("s3"), image, "image", arn=step.resource.arn).decode()}
    ((key, at),) = part(step.target["kept"], "code").items()
    return {"S3Bucket": at["bucket"], "S3Key": key, "S3ObjectVersion": at["version"]}


def _environment(aws: Aws, step: Step) -> Json:
    if not step.target["environment"]["names"]:
        return {"Variables": {}}
    text = fetch(aws("s3"), step.target["kept"], "environment", arn=step.resource.arn)
    return {"Variables": json.loads(text)}


def _put_code(aws: Aws, step: Step, now: Json) -> None:
    aws("lambda").update_function_code(FunctionName=step.resource.id, **_code(aws, step))


def _put_configuration(aws: Aws, step: Step, now: Json) -> None:
    wanted = step.target["settings"]
    changes = {key: value for key, value in wanted.items() if now["settings"].get(key) != value}
    # What was not there is emptied.
    changes |= {key: type(value)() for key, value in now["settings"].items() if key not in wanted}
    if step.target["environment"] != now["environment"]:
        changes["Environment"] = _environment(aws, step)
    aws("lambda").update_function_configuration(FunctionName=step.resource.id, **changes)


def _point(aws: Aws, step: Step, now: Json) -> None:
    """Every alias; the version that it points at must still be there."""
    client, name = aws("lambda"), step.resource.id
    for alias, one in step.target["aliases"].items():
        weights = {"AdditionalVersionWeights": one["weights"]}
        client.update_alias(FunctionName=name, Name=alias, FunctionVersion=one["version"], RoutingConfig=weights)


def _make_aliases(aws: Aws, step: Step, now: Json) -> None:
    client, name = aws("lambda"), step.resource.id
    version = client.publish_version(FunctionName=name)["Version"]
    for alias, one in step.target["made"].items():
        if alias not in now["aliases"]:
            client.create_alias(FunctionName=name, Name=alias, FunctionVersion=version, Description=one["description"])


def _put_policy(aws: Aws, step: Step, now: Json) -> None:
    there = {statement["Sid"] for statement in now["policy"]}
    for statement in step.target["policy"]:
        if statement["Sid"] not in there:
            add(aws("lambda"), step.resource.id, statement)


def _close(aws: Aws, step: Step, now: Json) -> None:
    for name in set(public_statements({"Statement": now["policy"]})) - set(step.target["public"]):
        aws("lambda").remove_permission(FunctionName=step.resource.id, StatementId=name)


def _put_concurrency(aws: Aws, step: Step, now: Json) -> None:
    client, name, wanted = aws("lambda"), step.resource.id, step.target["concurrency"]
    if wanted is None:
        client.delete_function_concurrency(FunctionName=name)
    else:
        client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=wanted)


PUT = {
    "recreate_function": _create,
    "restore_code": _put_code,
    "restore_configuration": _put_configuration,
    "point_aliases": _point,
    "make_aliases": _make_aliases,
    "put_policy": _put_policy,
    "remove_public_statements": _close,
    "put_concurrency": _put_concurrency,
}
