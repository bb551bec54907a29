"""Remembering a state as good, with what only the vault may hold of it."""

from collections.abc import Mapping, Set
from typing import Any

from botocore.exceptions import ClientError

from tasks.domain.errors import NotSeen
from tasks.domain.moment import iso, seconds
from tasks.domain.payload import Json, Resource
from tasks.domain.policy import ACTING
from tasks.resources import Aws, module
from tasks.runtime.observe import logger
from tasks.store import snapshots, vault
from tasks.store.items import DAY

REFUSED = ("AccessDenied", "AccessDeniedException", "InvalidKeyId")


def remember(
    aws: Aws,
    table: str,
    bucket: str,
    resource: Resource,
    state: Json,
    *,
    former: Json | None,
    taken_at: str,
    tags: Mapping[str, str] | None = None,
) -> None:
    """Write the snapshot; `former` is the one before, whose `tags` stay unless there are new ones.

    What may not be read is not kept, and the log says so.
    """
    kept = (former or {}).get("kept", {})
    if keeps(resource):
        try:
            kept = _stored(aws, bucket, resource, state, kept)
        except (ClientError, NotSeen) as refused:  # a key's policy may keep us out: the state alone still serves
            if isinstance(refused, ClientError) and refused.response["Error"]["Code"] not in REFUSED:
                raise
            logger.warning("not kept", extra={"resource": resource.arn, "why": str(refused)})
            kept = {}
    tags = (former or {}).get("tags", {}) if tags is None else tags
    snapshots.write(aws("dynamodb"), table, resource, state, kept=kept, taken_at=taken_at, tags=tags)


def keeps(resource: Resource) -> bool:
    """Whether the vault has parts of this resource: its type has some, and the agent may act on it."""
    return hasattr(module(resource.type), "keep") and resource.autonomy in ACTING


def _stored(aws: Aws, bucket: str, resource: Resource, state: Json, former: Json) -> Json:
    parts: Any = module(resource.type).keep(aws, resource.id, state)
    return vault.store(aws("s3"), bucket, resource, parts, former=former)


def forget(aws: Aws, table: str, *, seen: Set[str], days: float, now: float) -> None:
    """Forget what was no managed resource for so many days. `seen` are the ARNs of those that are."""
    dynamo = aws("dynamodb")
    for row in snapshots.every(dynamo, table):
        arn, since = row["resource_arn"], row.get("unseen_since", "")
        if arn in seen:
            if since:
                snapshots.mark_seen(dynamo, table, arn)
        elif not since:
            snapshots.mark_unseen(dynamo, table, arn, since=iso(now))
        elif now - (seconds(since) or now) > days * DAY:
            vault.forget(aws("s3"), row.get("kept", {}))
            snapshots.remove(dynamo, table, arn)
