"""Detect: turn the event into an incident and claim it, or say what blocks it."""

import time
from dataclasses import asdict, dataclass
from typing import Any

from tasks.domain import guards
from tasks.domain.errors import Malformed
from tasks.domain.events import tagging_type
from tasks.domain.guards import Block
from tasks.domain.incident import understand, unreadable
from tasks.domain.knowledge.autoscaling import GROUP
from tasks.domain.knowledge.ec2 import STATE as EC2_STATE
from tasks.domain.knowledge.rds import EVENT as RDS_EVENT
from tasks.domain.moment import seconds
from tasks.domain.outcome import NORMAL
from tasks.domain.payload import Analysis, Incident, Json, dump
from tasks.domain.rules import judge
from tasks.domain.strangers import culprit, noticed, told
from tasks.domain.targets import aim, alarm_arn
from tasks.resources import module
from tasks.runtime import tags
from tasks.runtime.admission import Counters, admitted
from tasks.runtime.clients import client
from tasks.runtime.environment import read
from tasks.runtime.execution import is_live
from tasks.runtime.observe import logger
from tasks.runtime.policy import policy
from tasks.runtime.switch import stopped
from tasks.store import incidents, snapshots, telling
from tasks.store.claims import Claims, claim
from tasks.store.rate import Rate
from tasks.store.storms import Storm

# Events of the services themselves, which tell no actor.
NATIVE = (EC2_STATE, RDS_EVENT)


@dataclass(frozen=True)
class Environment:
    incidents_table: str
    claims_table: str
    snapshots_table: str
    kill_switch: str
    recovery_role_arn: str
    patterns_table: str
    incidents_per_hour: int
    burst: int
    storm_incidents: int
    storm_minutes: float
    retention_days: int


@logger.inject_lambda_context
def handler(event: Json, context: Any) -> Json:
    env, now_ms = read(Environment), int(time.time() * 1000)
    try:
        incident = understand(event["event"])
    except Malformed as wrong:
        return _blocked(env, unreadable(event["event"]), Block(guards.MALFORMED, str(wrong)), event, now_ms)
    logger.set_correlation_id(incident.id)
    found = _guarded(env, incident, event["execution"], now_ms)
    if isinstance(found, Block):
        return _blocked(env, incident, found, event, now_ms)
    logger.info("detected", extra={"incident": dump(found)})
    return _payload(found, event, now_ms) | {"analysis": dump(judge(found))}


def _guarded(env: Environment, event: Incident, execution: str, now_ms: int) -> Incident | Block:
    """The incident, claimed if it is harmful, or the block of the first guard that keeps hands off."""
    incident = aim(event, tags.of_alarm(client("cloudwatch"), alarm_arn(event)), policy()) if event.trigger else event
    if isinstance(incident, Block):
        return incident
    if refusal := guards.refuse(incident, policy(), recovery_role=env.recovery_role_arn):
        return _once(env, incident, refusal, None, execution, now_ms) if refusal.tell else refusal
    if stopped(client("ssm"), env.kill_switch):
        return Block(guards.KILL_SWITCH, f"{env.kill_switch} is on")
    own = _tags(env, incident)
    found = guards.managed(incident, own, policy())
    if isinstance(found, Block):
        return found
    first = found.resources[0]
    if found.event in NATIVE and module(first.type).called(client, first.id, found.facts):
        return Block(guards.DEFERRED, "a caller stopped it: the CloudTrail event of the call tells who, and decides")
    verdict = judge(found)
    if verdict.classification == NORMAL:  # claims nothing: it must not shield what comes after it
        return found
    found = admitted(
        found,
        verdict.issue,
        own,
        policy(),
        Counters(env.claims_table, env.patterns_table, Storm(env.storm_incidents, env.storm_minutes)),
        execution=execution,
        now_ms=now_ms,
    )
    return _claimed(env, found, own, execution, now_ms) if isinstance(found, Incident) else found


def _tags(env: Environment, incident: Incident) -> dict[str, dict[str, str]]:
    """The tags of each resource; of one that was deleted, what its last good snapshot says."""
    if incident.resources[0].type == GROUP:
        return {one.arn: tags.of_group(client("autoscaling"), one.id, one.arn) for one in incident.resources}
    arns = [one.arn for one in incident.resources]
    found = tags.of(client("resourcegroupstaggingapi"), arns)
    for arn in arns if incident.gone else ():
        if guards.TAG not in found.get(arn, {}) and (
            good := snapshots.read(client("dynamodb"), env.snapshots_table, arn)
        ):
            found[arn] = {**good.get("tags", {}), guards.TAG: good["autonomy"]}
    return found


def _claimed(
    env: Environment, incident: Incident, own: dict[str, dict[str, str]], execution: str, now_ms: int
) -> Incident | Block:
    return claim(
        Claims(client("dynamodb"), env.incidents_table, env.claims_table),
        incident,
        execution=execution,
        limit=Rate(env.incidents_per_hour, env.burst),
        most=_most(incident, own),
        now_ms=now_ms,
        retention_days=env.retention_days,
        is_live=lambda arn: is_live(client("stepfunctions"), arn),
    )


def _most(incident: Incident, own: dict[str, dict[str, str]]) -> dict[str, int]:
    """How many members of each resource's group may be under repair at once."""
    found, group = {}, policy().group
    for one in incident.resources:
        member = guards.membership(own.get(one.arn, {}), group)
        if group and member and one.group not in found:
            # The tagging API knows no Auto Scaling groups: one at a time.
            known = one.type != GROUP
            size = tags.count(client("resourcegroupstaggingapi"), *member, tagging_type(one.type)) if known else 1
            found[one.group] = guards.most_at_once(group, size)
    return found


def _blocked(env: Environment, incident: Incident, block: Block, event: Json, now_ms: int) -> Json:
    logger.set_correlation_id(incident.id)
    logger.info("blocked", extra={"reason": block.reason, "why": block.why})
    verdict = noticed(incident, block)
    if verdict and told(verdict, policy()):
        block = _once(env, incident, block, verdict, event["execution"], now_ms)
    found = {"blocked": asdict(block)} | ({"analysis": dump(verdict)} if verdict else {})
    if block.reason != guards.DUPLICATE:
        incidents.put_ended(
            client("dynamodb"),
            env.incidents_table,
            incident,
            execution=event["execution"],
            state=incidents.BLOCKED,
            now_ms=now_ms,
            retention_days=env.retention_days,
            more=found,
        )
    return _payload(incident, event, now_ms) | found


def _once(
    env: Environment, incident: Incident, block: Block, verdict: Analysis | None, execution: str, now_ms: int
) -> Block:
    """The block, told unless its like was just now."""
    return telling.once(
        client("dynamodb"),
        env.claims_table,
        block,
        issue=verdict.issue if verdict else block.reason,
        culprit=culprit(incident, verdict),
        execution=execution,
        now_ms=now_ms,
    )


def _payload(incident: Incident, event: Json, now_ms: int) -> Json:
    """What the following states get; the lag is 0 where the event tells no time."""
    now = now_ms / 1000
    happened = seconds(incident.time)
    return {
        "incident": dump(incident),
        "execution": event["execution"],
        "attempt": 0,
        "detected_at": now,
        "lag_seconds": 0.0 if happened is None else max(0.0, now - happened),
    }
