"""AnalyzeLogs: read what arrived in the opted-in log groups, and warn before something fails."""

import time
from collections import Counter, deque
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from tasks.domain.errors import NotSeen
from tasks.domain.opting import TARGET
from tasks.runtime import tags
from tasks.runtime.clients import client
from tasks.runtime.counting import MetricUnit, metrics
from tasks.runtime.environment import read
from tasks.runtime.log_reading import Log, Terms, read_on
from tasks.runtime.observe import logger
from tasks.store import locks, log_watches

SPARE_MS = 45_000  # of the function's time, for one more stretch to end in
COUNTED = ("bytes", "late", "too_late")


@dataclass(frozen=True)
class Environment:
    patterns_table: str
    claims_table: str
    topic_arn: str
    log_minutes: int
    log_megabytes_a_day: int


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """What was read in all; `gone` are groups deleted meanwhile, `unfinished` those for which no time was left."""
    env, counts, gone, unseen = read(Environment), Counter(dict.fromkeys(COUNTED, 0)), list[str](), list[str]()
    terms = Terms(env.patterns_table, env.topic_arn, env.log_minutes * 60.0, env.log_megabytes_a_day)
    waiting = deque(tags.managed(client("resourcegroupstaggingapi"), ["logs:log-group"]))
    # A stretch of each in turn, and not always of the same one first: none that refuses or is far behind hides another.
    waiting.rotate(int(time.time() // terms.width))
    while waiting and context.get_remaining_time_in_millis() > SPARE_MS:
        arn, own = waiting.popleft()
        try:
            log = Log(arn, *_known(env, own.get(TARGET, "")))
            stretch = read_on(client, terms, log)
        except (ClientError, BotoCoreError, log_watches.NotKept) as refused:
            (gone if _is_gone(refused) else unseen).append(f"{arn}: {refused}")
            continue
        if stretch:
            logger.info("read", extra={"log": log.name, **stretch})
            counts.update({name: stretch[name] for name in COUNTED})
            waiting.append((arn, own))
    told = {**counts, "gone": gone, "unfinished": [arn for arn, _ in waiting]}
    logger.info("all read", extra=told)
    metrics.add_metric("LogBytes", MetricUnit.Bytes, counts["bytes"])
    if unseen:
        raise NotSeen("; ".join(unseen))
    return told


def _known(env: Environment, target: str) -> tuple[bool, float]:
    """Whether the resource that writes a log is in an incident, and when something was last done before it failed."""
    return locks.known(client("dynamodb"), env.claims_table, target) if target else (False, 0.0)


def _is_gone(refused: Exception) -> bool:
    """The tagging API still tells of a group for a while after it was deleted."""
    return isinstance(refused, ClientError) and refused.response["Error"]["Code"] == "ResourceNotFoundException"
