"""The account that Detect runs in: what guards ask of it, and the claim."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tasks.domain import guards
from tasks.domain.admission import Tags
from tasks.domain.events import tagging_type
from tasks.domain.guards import Block
from tasks.domain.knowledge.autoscaling import GROUP
from tasks.domain.moment import iso
from tasks.domain.opting import TAG
from tasks.domain.payload import Analysis, Incident, Json
from tasks.domain.strangers import culprit
from tasks.domain.targets import alarm_arn
from tasks.resources import module
from tasks.runtime import calendars, tags
from tasks.runtime.clients import client
from tasks.runtime.execution import is_live
from tasks.runtime.policy import policy
from tasks.runtime.switch import stopped
from tasks.store import patterns, snapshots, storms, telling
from tasks.store.claims import Claims, claim
from tasks.store.rate import Rate
from tasks.store.storms import Storm


@dataclass(frozen=True)
class Environment:
    """Where everything is kept, and the limits that are no matter of the policy."""

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


@dataclass(frozen=True)
class Live:
    """The account as it is at this moment, asked for one execution."""

    env: Environment
    execution: str
    now_ms: int

    @property
    def now(self) -> float:
        return self.now_ms / 1000

    def target_tags(self, incident: Incident) -> Mapping[str, str]:
        return tags.of_alarm(client("cloudwatch"), alarm_arn(incident))

    def stopped(self) -> str:
        name = self.env.kill_switch
        return f"{name} is on" if stopped(client("ssm"), name) else ""

    def tags(self, incident: Incident, names: Sequence[str]) -> Tags:
        """Of a resource that was deleted, what its last good snapshot says."""
        found = self._tags(incident)
        return {arn: {name: own[name] for name in names if name in own} for arn, own in found.items()}

    def called(self, incident: Incident) -> bool:
        first = incident.resources[0]
        return bool(module(first.type).called(client, first.id, incident.facts))

    def closed(self, calendars_: Sequence[str]) -> str:
        return calendars.closed(client("ssm"), calendars_)

    def storm(self, incident: Incident, issue: str) -> Block | None:
        table, storm = self.env.claims_table, Storm(self.env.storm_incidents, self.env.storm_minutes)
        now_ms = self.now_ms
        return storms.count(client("dynamodb"), table, storm, incident, issue, execution=self.execution, now_ms=now_ms)

    def recurred(self, incident: Incident, issue: str) -> Mapping[str, Json]:
        table, dynamo = self.env.patterns_table, client("dynamodb")
        return {one.arn: patterns.read(dynamo, table, issue=issue, arn=one.arn) for one in incident.resources}

    def claim(self, incident: Incident, tags: Tags, *, holding: bool) -> Incident | Block:
        return claim(
            Claims(client("dynamodb"), self.env.incidents_table, self.env.claims_table),
            incident,
            execution=self.execution,
            limit=Rate(self.env.incidents_per_hour, self.env.burst),
            most=_most(incident, tags),
            now_ms=self.now_ms,
            retention_days=self.env.retention_days,
            is_live=lambda arn: is_live(client("stepfunctions"), arn),
            holding=holding,
        )

    def once(self, block: Block, incident: Incident, verdict: Analysis | None) -> Block:
        """What recurs is told once in the policy's hours, anything else once an hour."""
        if block.reason == guards.RECURRING and verdict:
            return self._recurs(block, incident, verdict.issue)
        return telling.once(
            client("dynamodb"),
            self.env.claims_table,
            block,
            issue=verdict.issue if verdict else block.reason,
            culprit=culprit(incident, verdict),
            execution=self.execution,
            now_ms=self.now_ms,
        )

    def _recurs(self, block: Block, incident: Incident, issue: str) -> Block:
        limit = policy().recurring
        since = iso(self.now - (limit.hours if limit else 0) * 3600)
        told = [
            patterns.tell(
                client("dynamodb"),
                self.env.patterns_table,
                issue=issue,
                arn=one.arn,
                execution=self.execution,
                at=iso(self.now),
                since=since,
            )
            for one in incident.resources
        ]
        return Block(block.reason, block.why, tell=any(told))

    def _tags(self, incident: Incident) -> dict[str, dict[str, str]]:
        if incident.resources[0].type == GROUP:
            return {one.arn: tags.of_group(client("autoscaling"), one.id, one.arn) for one in incident.resources}
        arns = [one.arn for one in incident.resources]
        found = tags.of(client("resourcegroupstaggingapi"), arns)
        for arn in arns if incident.gone else ():
            if TAG not in found.get(arn, {}) and (
                good := snapshots.read(client("dynamodb"), self.env.snapshots_table, arn)
            ):
                found[arn] = {**good.get("tags", {}), TAG: good["autonomy"]}
        return found


def _most(incident: Incident, own: Tags) -> dict[str, int]:
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
