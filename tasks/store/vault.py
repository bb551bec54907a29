"""What restoring needs and no table may hold, secret values and code: objects in an encrypted, versioned bucket.

A snapshot's `kept` says where: object key -> bucket, version, mark (names the content) and digest (proves it).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tasks.domain.digest import digest
from tasks.domain.errors import NotRecovered
from tasks.domain.payload import Json, Resource
from tasks.domain.planning import Permission

BUCKET = "arn:{partition}:s3:::aiops-snapshots-{account}-{region}"
# What a step needs to fetch what its target says is kept. A bucket key has the bucket as encryption context
# (docs.aws.amazon.com/AmazonS3, "Reducing the cost of SSE-KMS with Amazon S3 Bucket Keys").
FROM_VAULT = (
    Permission("s3:GetObjectVersion", f"{BUCKET}/{{kept}}"),
    Permission(
        "kms:Decrypt",
        "arn:{partition}:kms:{region}:{account}:key/*",
        {"StringEquals": {"kms:ViaService": "s3.{region}.amazonaws.com", "kms:EncryptionContext:aws:s3:arn": BUCKET}},
    ),
)
GONE = ("NoSuchKey", "NoSuchVersion", "MethodNotAllowed")


@dataclass(frozen=True)
class Part:
    """One thing to keep. `mark` names its content, so that it is read only if that is not in the vault yet."""

    mark: str
    read: Callable[[], bytes]


def store(s3: Any, bucket: str, resource: Resource, parts: Mapping[str, Part], *, former: Json) -> Json:
    """Where each part is kept. `former` is what a snapshot said before: what is in the vault stays as it is."""
    kept = {}
    for name, part in parts.items():
        key = f"{resource.type.replace('::', '.')}/{resource.id.lstrip('/')}/{name}"
        if former.get(key, {}).get("mark") == part.mark:
            kept[key] = former[key]
            continue
        data = part.read()
        version = s3.put_object(Bucket=bucket, Key=key, Body=data)["VersionId"]
        kept[key] = {"bucket": bucket, "version": version, "mark": part.mark, "digest": digest(data, resource.arn)}
    return kept


def part(kept: Json, name: str) -> Json:
    """Of what is kept, one part."""
    return {key: at for key, at in kept.items() if key.endswith(f"/{name}")}


def fetch(s3: Any, kept: Json, name: str, *, arn: str) -> bytes:
    """A part of a resource; NotRecovered when it is no longer there, or not what was stored."""
    ((key, at),) = part(kept, name).items()
    try:
        found = s3.get_object(Bucket=at["bucket"], Key=key, VersionId=at["version"])["Body"].read()
    except s3.exceptions.ClientError as refused:
        if refused.response["Error"]["Code"] not in GONE:
            raise
        raise NotRecovered(f"the vault no longer has the {name} of {arn}") from None
    if digest(found, arn) != at["digest"]:
        raise NotRecovered(f"the {name} of {arn} in the vault is not what was stored")
    return bytes(found)


def forget(s3: Any, kept: Json) -> None:
    """Let the bucket's lifecycle remove what is kept."""
    for key, at in kept.items():
        s3.delete_object(Bucket=at["bucket"], Key=key)
