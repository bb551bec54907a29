"""GatherDeletions: objects were deleted, perhaps thousands: one event per bucket starts the workflow."""

import json
import time
from collections import defaultdict
from dataclasses import dataclass
from itertools import islice
from typing import Any

from tasks.domain.deletions import Deletions, entry, gather, told
from tasks.domain.events import arn
from tasks.domain.knowledge.s3 import BUCKET
from tasks.domain.opting import AUTONOMY, TAG
from tasks.domain.payload import Json
from tasks.resources.s3_objects import has_versions
from tasks.runtime import tags
from tasks.runtime.clients import client
from tasks.runtime.environment import read
from tasks.runtime.observe import logger
from tasks.runtime.switch import stopped
from tasks.store import locks
from tasks.store.rate import Rate, spent

# Each key whose version was deleted for good takes a call to see what is left of it.
MOST_LOOKS = 100
# What the tagging API takes at once.
MOST_BUCKETS = 100


@dataclass(frozen=True)
class Environment:
    claims_table: str
    kill_switch: str
    incidents_per_hour: int
    burst: int


@logger.inject_lambda_context
def handler(event: Json, context: Any) -> Json:
    """Deletions in a bucket under repair, or while nothing may act, go back to the queue: no sweep would see them."""
    env, batches, now_ms = read(Environment), defaultdict(list), int(time.time() * 1000)
    for record in event["Records"]:
        body = json.loads(record["body"])
        if named := told(body):
            batches[named[0]].append((record["messageId"], body))
    own, held = _managed(list(batches)), _held(env, now_ms)
    again: list[str] = []
    for bucket, batch in batches.items():
        if bucket not in own:
            continue
        if held or locks.taken(client("dynamodb"), env.claims_table, own[bucket], now_ms=now_ms):
            again += [message for message, _ in batch]
        else:
            _tell(bucket, own[bucket], gather(body for _, body in batch))
    return {"batchItemFailures": [{"itemIdentifier": message} for message in again]}


def _held(env: Environment, now_ms: int) -> bool:
    """Whether the kill switch or the rate limiter would block whatever is told now."""
    limit = Rate(env.incidents_per_hour, env.burst)
    return stopped(client("ssm"), env.kill_switch) or spent(client("dynamodb"), env.claims_table, limit, now_ms)


def _managed(buckets: list[str]) -> dict[str, str]:
    """The opted-in ones, name to ARN."""
    events, found = client("events"), {}
    names = {arn(BUCKET, one, region=events.meta.region_name, account=""): one for one in buckets}
    left = iter(names)
    while some := list(islice(left, MOST_BUCKETS)):
        for name, own in tags.of(client("resourcegroupstaggingapi"), some).items():
            if own.get(TAG) in AUTONOMY:
                found[names[name]] = name
    return found


def _tell(bucket: str, bucket_arn: str, found: Deletions) -> None:
    """Put the deletions on the bus, unless all that happened is that old versions were cleaned up."""
    looked = list(dict.fromkeys(found.permanent))[:MOST_LOOKS]
    lost = sum(not has_versions(client("s3"), bucket, key) for key in looked)
    logger.info("gathered", extra={"bucket": bucket, "marked": len(found.marked), "lost": lost})
    if found.marked or lost:
        one = entry(bucket, bucket_arn, found, lost=lost, until=time.time())
        client("events").put_events(Entries=[{**one, "Detail": json.dumps(one["Detail"])}])
