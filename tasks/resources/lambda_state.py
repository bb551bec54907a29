"""What a Lambda function is: its state without values that may be secret; those values and its code, for the vault."""

import base64
import hashlib
import json
from typing import Any
from urllib.request import urlopen

from tasks.domain.digest import digest
from tasks.domain.errors import NotSeen
from tasks.domain.exposure import document
from tasks.domain.payload import Json
from tasks.store.vault import Part

# Named alike in the answers and in the requests of CreateFunction and UpdateFunctionConfiguration.
_SAME = (
    "Description",
    "EphemeralStorage",
    "FileSystemConfigs",
    "Handler",
    "KMSKeyArn",
    "LoggingConfig",
    "MemorySize",
    "Role",
    "Runtime",
    "Timeout",
)
# What a function that keeps its code with us may have at most, so that it fits into the memory of who keeps it.
MOST_BYTES = 100_000_000
_SECONDS = 30


def read(client: Any, name: str) -> Json | None:
    """The state of a function, None when it is gone. Its environment is names and a fingerprint.

    An environment under a key of the owner's own is not looked at: None.
    """
    try:
        one = client.get_function_configuration(FunctionName=name)
        reserved = client.get_function_concurrency(FunctionName=name).get("ReservedConcurrentExecutions")
        tags = client.list_tags(Resource=one["FunctionArn"])["Tags"]
        pages = client.get_paginator("list_aliases").paginate(FunctionName=name)
        aliases = {alias["Name"]: _alias(alias) for page in pages for alias in page["Aliases"]}
        policy = _policy(client, name)
    except client.exceptions.ResourceNotFoundException:
        return None
    return {
        "package": one.get("PackageType", "Zip"),
        "architectures": one.get("Architectures", ["x86_64"]),
        "code": one["CodeSha256"],
        "settings": _settings(one),
        "environment": None if one.get("KMSKeyArn") else _environment(variables(one), one["FunctionArn"]),
        "policy": policy,
        "concurrency": reserved,
        "aliases": aliases,
        "tags": {key: tags[key] for key in sorted(tags) if not key.startswith("aws:")},
    }


def variables(one: Json) -> dict[str, str]:
    """A configuration's environment."""
    return dict((one.get("Environment") or {}).get("Variables") or {})


def parts(client: Any, name: str, state: Json) -> dict[str, Part]:
    """Code or image, and environment, of the state."""

    def found() -> Json:
        one: Json = client.get_function(FunctionName=name)
        if one["Configuration"]["CodeSha256"] != state["code"]:
            raise NotSeen(f"{name} was changed while it was looked at")
        return one

    def code() -> bytes:
        one = found()
        if one["Configuration"]["CodeSize"] > MOST_BYTES:
            raise NotSeen(f"the code of {name} is larger than {MOST_BYTES} bytes")
        with urlopen(one["Code"]["Location"], timeout=_SECONDS) as answer:  # noqa: S310 - AWS's own address for it
            package = bytes(answer.read())
        if base64.b64encode(hashlib.sha256(package).digest()).decode() != state["code"]:
            raise NotSeen(f"the code of {name} is not what its hash says")
        return package

    def environment() -> bytes:
        return _text(variables(found()["Configuration"]))

    def image() -> bytes:
        return str(found()["Code"]["ResolvedImageUri"]).encode()

    kept = {"image": Part(state["code"], image)} if state["package"] == "Image" else {"code": Part(state["code"], code)}
    known = state["environment"]
    return kept | ({"environment": Part(known["digest"], environment)} if known and known["names"] else {})


def _settings(one: Json) -> Json:
    network = one.get("VpcConfig") or {}
    mode = (one.get("TracingConfig") or {}).get("Mode", "PassThrough")
    return {
        **{key: one[key] for key in _SAME if one.get(key)},
        "Layers": [layer["Arn"] for layer in one.get("Layers", [])],
        "SnapStart": {"ApplyOn": (one.get("SnapStart") or {}).get("ApplyOn", "None")},
        "TracingConfig": {"Mode": mode},
        "VpcConfig": {key: sorted(network.get(key, [])) for key in ("SubnetIds", "SecurityGroupIds")},
        "DeadLetterConfig": {"TargetArn": (one.get("DeadLetterConfig") or {}).get("TargetArn", "")},
        **({"ImageConfig": one["ImageConfigResponse"]["ImageConfig"]} if one.get("ImageConfigResponse") else {}),
    }


def _environment(given: dict[str, str], arn: str) -> Json:
    return {"names": sorted(given), "digest": digest(_text(given), arn)}


def _text(given: dict[str, str]) -> bytes:
    return json.dumps(given, sort_keys=True).encode()


def _alias(one: Json) -> Json:
    weights = (one.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    return {"version": one["FunctionVersion"], "description": one.get("Description", ""), "weights": weights}


def _policy(client: Any, name: str) -> list[Json]:
    """The statements of its resource policy, by their names."""
    try:
        text = client.get_policy(FunctionName=name)["Policy"]
    except client.exceptions.ResourceNotFoundException:
        return []
    return sorted(document(text).get("Statement", []), key=lambda one: str(one.get("Sid")))
