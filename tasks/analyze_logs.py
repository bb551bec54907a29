"""AnalyzeLogs: read what arrived in the opted-in log groups, and warn before something fails."""

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from tasks.domain.errors import NotSeen
from tasks.domain.events import named_by
from tasks.domain.targets import TAG as TARGET
from tasks.runtime import tags
from tasks.runtime.clients import client
from tasks.runtime.counting import MetricUnit, metrics
from tasks.runtime.environment import read
from tasks.runtime.log_reading import Log, Terms, read_on
from tasks.runtime.observe import logger
from tasks.store import locks, log_watches

SPARE_MS = 20_000  # of the function's time, for one more stretch to end in


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
    env, size, unseen = read(Environment), 0, []
    terms = Terms(env.patterns_table, env.topic_arn, env.log_minutes * 60.0, env.log_megabytes_a_day)
    for arn, own in tags.managed(client("resourcegroupstaggingapi"), ["logs:log-group"]):
        try:
            log = Log(arn, (named_by(arn) or ("", arn))[1], failing=_failing(env, own.get(TARGET, "")))
            while stretch := read_on(client, terms, log, may_read=context.get_remaining_time_in_millis() > SPARE_MS):
                logger.info("read", extra={"log": log.name, **stretch})
                size += stretch["bytes"]
        except (ClientError, BotoCoreError, log_watches.Moved) as refused:  # one log must not hide the others
            unseen.append(f"{arn}: {refused}")
    metrics.add_metric("LogBytes", MetricUnit.Bytes, size)
    if unseen:
        raise NotSeen("; ".join(unseen))
    return {"bytes": size}


def _failing(env: Environment, target: str) -> bool:
    """Whether the resource that writes a log is in an incident: what it writes then is neither news nor normal."""
    return bool(target) and locks.failing(client("dynamodb"), env.claims_table, target)
