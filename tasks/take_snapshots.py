"""TakeSnapshots: remember the good state of managed resources, and report differences that nobody explains.

On a schedule it sweeps all of them; on a creation event it looks at the resources that the event names.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from tasks.domain.catalogue import CREATIONS
from tasks.domain.errors import NotSeen
from tasks.domain.events import FAULTS
from tasks.domain.incident import understand
from tasks.domain.kinds import CLOUDTRAIL
from tasks.domain.moment import iso, seconds
from tasks.domain.opting import AUTONOMY, TAG
from tasks.domain.payload import Json, Resource
from tasks.domain.sweep import KEEP, REMEMBER, REPORT, WATCH, Finding, compare, fingerprint
from tasks.resources import module
from tasks.runtime import tags
from tasks.runtime.clients import client
from tasks.runtime.drifts import Terms, changes, report
from tasks.runtime.environment import read
from tasks.runtime.managed import opted_in
from tasks.runtime.memory import forget, keeps, remember
from tasks.runtime.observe import logger
from tasks.runtime.policy import policy
from tasks.runtime.suggestions import judge
from tasks.runtime.vanished import search
from tasks.store import snapshots

Tags = dict[str, str]
# Tags outlive some resources by an hour.
GONE = "GONE"


@dataclass(frozen=True)
class Environment:
    snapshots_table: str
    snapshots_bucket: str
    retention_days: int
    incidents_table: str
    drift_grace_minutes: float
    recovery_role_arn: str
    patterns_table: str


@logger.inject_lambda_context
def handler(event: Json, context: Any) -> Json:
    env, seen, unseen = read(Environment), set(), []
    created = event.get("detail-type") == CLOUDTRAIL
    for resource, own in _created(event) if created else opted_in(client("resourcegroupstaggingapi")):
        try:
            finding = _look(env, resource, own)
        except (ClientError, BotoCoreError) as refused:  # one that refuses the look, or hangs, must not hide the others
            unseen.append(f"{resource.arn}: {refused}")
            seen.add(resource.arn)
            continue
        if finding.action != GONE:
            seen.add(resource.arn)
        logger.info("looked", extra={"resource": resource.arn, "finding": finding.action, "why": finding.why})
    if not created:
        forget(client, env.snapshots_table, seen=seen, days=env.retention_days, now=time.time())
        unseen += search(_terms(env), seen=seen, now=time.time())
    if unseen:
        raise NotSeen("; ".join(unseen))
    return {"resources": len(seen)}


def _created(event: Json) -> Iterator[tuple[Resource, Tags]]:
    """The opted-in resources that a creation event names, with their tags."""
    incident = understand(event, CREATIONS)
    own = tags.of(client("resourcegroupstaggingapi"), [one.arn for one in incident.resources])
    for one in incident.resources:
        if own.get(one.arn, {}).get(TAG) in AUTONOMY:
            yield Resource(one.type, one.id, one.arn, own[one.arn][TAG]), own[one.arn]


def _look(env: Environment, resource: Resource, own: Tags) -> Finding:
    kind, dynamo, now = module(resource.type), client("dynamodb"), time.time()
    state = kind.snapshot(client, resource.id)
    if state is None:
        return Finding(GONE, "tagged, but not to be seen")
    good = snapshots.read(dynamo, env.snapshots_table, resource.arn)
    if good and "suggested" in good:
        judge(env.patterns_table, env.snapshots_table, resource, good["suggested"], state, now)
    difference = kind.issue(good["state"], state) if good else None
    mark = fingerprint(good, state) if good else ""
    known = good is not None and good.get("differs_digest") == mark
    since = (seconds(good["differs_since"]) or now) if good and known else now
    finding = compare(
        good,
        state,
        difference,
        changes=changes(resource, _faults(resource.type), since=good["taken_at"]) if good and difference else [],
        patient=now - since >= env.drift_grace_minutes * 60,
        policy=policy(),
        recovery_role=env.recovery_role_arn,
    )
    if finding.action == REMEMBER or (good and finding.action == KEEP and keeps(resource) and not good["kept"]):
        where = (env.snapshots_table, env.snapshots_bucket)
        remember(client, *where, resource, state, former=good, taken_at=iso(now), tags=own)
    elif finding.action == WATCH and not known:
        snapshots.mark_different(dynamo, env.snapshots_table, resource.arn, digest=mark, since=iso(now))
    elif finding.action == REPORT and good:
        report(_terms(env), resource, finding, since=good["taken_at"], facts={})
    return finding


def _faults(resource_type: str) -> list[str]:
    """The calls that may do harm to a resource of this type."""
    return [kind.name for kind in FAULTS if (kind.resource_type, kind.detail_type) == (resource_type, CLOUDTRAIL)]


def _terms(env: Environment) -> Terms:
    return Terms(env.snapshots_table, env.incidents_table, env.recovery_role_arn, env.drift_grace_minutes * 60)
