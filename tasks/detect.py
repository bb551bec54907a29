"""Detect: turn the event into an incident and claim it, or say what blocks it."""

import time
from dataclasses import asdict, replace
from typing import Any

from tasks.domain import guards
from tasks.domain.admission import Admission, admit
from tasks.domain.errors import Malformed
from tasks.domain.grounds import Noting
from tasks.domain.guards import Block
from tasks.domain.incident import understand, unreadable
from tasks.domain.moment import seconds
from tasks.domain.payload import Json, dump
from tasks.runtime.clients import client
from tasks.runtime.environment import read
from tasks.runtime.live import Environment, Live
from tasks.runtime.observe import logger
from tasks.runtime.policy import policy
from tasks.store import incidents


@logger.inject_lambda_context
def handler(event: Json, context: Any) -> Json:
    env, now_ms = read(Environment), int(time.time() * 1000)
    found = _decided(env, event, now_ms)
    logger.set_correlation_id(found.incident.id)
    if found.block:
        _record(env, found, found.block, event["execution"], now_ms)
    else:
        named = [one.arn for one in found.incident.resources]
        logger.info("detected", extra={"event": found.incident.event, "resources": named})
    return _payload(found, event["execution"], now_ms)


def _decided(env: Environment, event: Json, now_ms: int) -> Admission:
    try:
        incident = understand(event["event"])
    except Malformed as wrong:
        return Admission(unreadable(event["event"]), None, Block(guards.MALFORMED, str(wrong)))
    logger.set_correlation_id(incident.id)
    account = Noting(Live(env, event["execution"], now_ms), incident)
    found = admit(incident, policy(), account, recovery_role=env.recovery_role_arn)
    # What was claimed has its notes, perhaps those of an earlier try.
    return found if found.incident.grounds else replace(found, incident=account.on(found.incident))


def _record(env: Environment, found: Admission, block: Block, execution: str, now_ms: int) -> None:
    logger.info("blocked", extra={"reason": block.reason, "why": block.why})
    if block.reason != guards.DUPLICATE:
        incidents.put_ended(
            client("dynamodb"),
            env.incidents_table,
            found.incident,
            execution=execution,
            state=incidents.BLOCKED,
            now_ms=now_ms,
            retention_days=env.retention_days,
            more=_said(found),
        )


def _said(found: Admission) -> Json:
    block = {"blocked": asdict(found.block)} if found.block else {}
    return block | ({"analysis": dump(found.verdict)} if found.verdict else {})


def _payload(found: Admission, execution: str, now_ms: int) -> Json:
    """What the following states get; the lag is 0 where the event tells no time."""
    now = now_ms / 1000
    happened = seconds(found.incident.time)
    return {
        "incident": dump(found.incident),
        "execution": execution,
        "attempt": 0,
        "detected_at": now,
        "lag_seconds": 0.0 if happened is None else max(0.0, now - happened),
        **_said(found),
    }
