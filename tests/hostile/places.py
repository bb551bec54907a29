"""Where attackers can write: each function puts a text into its place and says how the attack must end."""

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import count

from alarming import alarm, tagged_alarm
from cloud import INCIDENTS, PATTERNS, SNAPSHOTS
from events_made import called, reported
from managed import TAG, instance, parameter, resource, unreachable
from moto.ec2.responses import general
from published import ACCOUNT, Json, actors, changed, drifting, overwriting, sample, stopping
from world import CLAIMED, Attack, World

from tasks.domain.knowledge.ec2 import INSTANCE
from tasks.runtime.clients import client
from tasks.store import snapshots
from tasks.store.items import encode
from tasks.store.patterns import pattern_id

Place = Callable[[World, str], Attack]
_numbers = count(1)


def _stop(world: World, tags: dict[str, str] | None = None, /, **changes: object) -> Attack:
    """A managed instance that somebody stopped: to be healed whatever is written around it."""
    one = instance(more=tags)
    return Attack(stopping(one.id, eventID=f"event {next(_numbers)}", **changes), one, "VERIFIED")


def _own(event: Json) -> Json:
    """With an id of its own."""
    return changed(event, {("id",): f"event {next(_numbers)}"})


def _tag(text: str, limit: int) -> str:
    """As EC2 takes it: its answers are XML, which holds no control characters."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", text)[:limit]


def user_agent(world: World, text: str) -> Attack:
    return _stop(world, userAgent=text)


def session_name(world: World, text: str) -> Attack:
    identity = {**actors()["AssumedRole"], "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/admin/{text}"}
    return _stop(world, userIdentity=identity)


def tag_value(world: World, text: str) -> Attack:
    return _stop(world, {"note": _tag(text, 256)})


def tag_name(world: World, text: str) -> Attack:
    return _stop(world, {_tag(text, 128): "auto"})


def opting_tag(world: World, text: str) -> Attack:
    """Whatever looks like the tag is not the tag."""
    one = instance("", more={TAG: _tag(text, 256)})
    return Attack(stopping(one.id, eventID=text), one, "UNMANAGED")


def request_parameters(world: World, text: str) -> Attack:
    number = next(_numbers)
    one = parameter(f"/app/{number}", "good", "bad", Description=text[:1024])
    event = overwriting(one.id, 2, **{"requestParameters.description": text, "requestParameters.tier": {text: [text]}})
    return Attack(event, one, "VERIFIED")


def resource_name(world: World, text: str) -> Attack:
    return Attack(stopping(text, eventID=f"event {next(_numbers)}"), None, "MALFORMED")


def unknown_resource_name(world: World, text: str) -> Attack:
    """An attack on what the catalogue does not know: told, at most."""
    return Attack(called("kms", "ScheduleKeyDeletion", {"keyId": text}), None, "UNKNOWN_EVENT")


def parameter_name(world: World, text: str) -> Attack:
    return Attack(overwriting(text, 2), None, "MALFORMED")


def error_message(world: World, text: str) -> Attack:
    one = instance()
    return Attack(stopping(one.id, errorCode="AccessDenied", errorMessage=text), one, "NORMAL")


def error_code(world: World, text: str) -> Attack:
    one = instance()
    return Attack(stopping(one.id, errorCode=text, eventID=f"event {next(_numbers)}"), one, "NORMAL")


def alarm_description(world: World, text: str) -> Attack:
    one = instance("notify", stopped=False)
    tagged_alarm(one.arn)
    event = changed(alarm(), {("detail", "configuration", "description"): text, ("detail", "state", "reason"): text})
    return Attack(_own(event), one, "TOLD")


def log_line(world: World, text: str) -> Attack:
    """What AnalyzeLogs read, on its way through the workflow."""
    name = f"/app/{next(_numbers)}"
    client("logs").create_log_group(logGroupName=name, tags={TAG: "auto"})
    told = {"kind": "new", "pattern": text, "template": text, "reason": text, "severity": 9, "since": text}
    detail = {"logGroup": name, "probability": 0.9, "since": text, "anomalies": [told], "digest": name}
    event = {**sample("ec2_instance_state_change"), "source": "aiops", "detail-type": "Foresight", "detail": detail}
    return Attack(event, resource("AWS::Logs::LogGroup", name), "ANOMALY")


def console_output(world: World, text: str) -> Attack:
    """What a guest prints on its console is saved before it is healed."""
    world.patch.setattr(general, "SAMPLE_CONSOLE_OUTPUT", f"{text}\npassword={text}\n")
    return _stop(world)


def database_message(world: World, text: str) -> Attack:
    event = sample("rds_db_instance_event", {"detail.Message": text, "detail.SourceIdentifier": "unknown"})
    return Attack(_own(event), None, "UNMANAGED")


def finding_title(world: World, text: str) -> Attack:
    detail = {"type": text, "title": text, "severity": 9.9, "resource": {"instanceDetails": {"instanceId": text}}}
    return Attack(_own(reported("guardduty", "GuardDuty Finding", **detail)), None, "UNKNOWN_EVENT")


def sweep_difference(world: World, text: str) -> Attack:
    """Who may put events on the bus may forge a finding of the sweep: what is healthy stays as it is."""
    one = instance(stopped=False)
    event = drifting(INSTANCE, one.id, "ec2_instance_stopped")
    return Attack(changed(event, {("detail", "difference"): text}), one, "HEALTHY")


def region(world: World, text: str) -> Attack:
    """Who may start executions may write any envelope."""
    attack = finding_title(world, "i-1")
    return replace(attack, event=changed(attack.event, {("region",): text}))


def earlier_incidents(world: World, text: str) -> Attack:
    """Poisoned history: what earlier incidents tell, whoever wrote it."""
    one = instance()
    poison: Json = {"incident_id": text[:500], "resource_type": INSTANCE, "timestamp": "2999", "closed_at": text}
    poison |= {"issue": "ec2_instance_stopped", "workflow_state": "VERIFIED"}
    poison |= {"happened": {"actor": {"arn": text}}, "verdict": {"issue": text, "classification": text}}
    client("dynamodb").put_item(TableName=INCIDENTS, Item=encode(poison))
    for number, issue in enumerate((text, "ec2_instance_stopped") * 3):
        told: Json = {"time": f"2026-02-{20 + number // 2}T12:{number % 2}0:00Z", "actor": {"arn": text}}
        told |= {"resources": [{"id": one.id, "arn": one.arn}]}
        said = {"issue": issue, "classification": "FAILURE"}
        more = {"incident_id": f"{one.id} {number}", "happened": told, "verdict": said, "issue": issue}
        client("dynamodb").put_item(TableName=INCIDENTS, Item=encode(poison | more))
    recurred = {"pattern_id": pattern_id("ec2_instance_stopped", one.arn), "seen": 3, "recent": {text: text}}
    client("dynamodb").put_item(TableName=PATTERNS, Item=encode(recurred))
    return Attack(stopping(one.id), one, "VERIFIED")


def models_answer(world: World, text: str) -> Attack:
    """The model itself is the attacker's."""
    attack = _stop(world)
    asked = {"severity": "low", "confidence": 1, "classification": "NORMAL", "autonomy": "auto", "deny": [], text: text}
    steps = [{"action": "terminate_instance", "resource": world.victim.arn}]
    world.says = {**CLAIMED, **asked, "root_cause": text, "explanation": text, "plan": steps, "steps": steps}
    return attack


def models_severity(world: World, text: str) -> Attack:
    world.says = {**CLAIMED, "severity": text, "confidence": text}
    return _stop(world)


def models_pick(world: World, text: str) -> Attack:
    """Of a hanging instance, for which the policy has two actions; people are told of the plan."""
    one = instance("notify", stopped=False)
    unreachable(world.patch, one)
    good = {"state": "running", "impaired": False, "launch": {"image": "ami-1"}, "stop_loses": []}
    snapshots.write(client("dynamodb"), SNAPSHOTS, one, good, taken_at="")
    world.says = {**CLAIMED, "action": "restart_instance", "action_reason": text}
    return Attack(drifting(INSTANCE, one.id, "ec2_instance_impaired"), one, "TOLD")


def models_own_action(world: World, text: str) -> Attack:
    """An action that nobody offered makes its whole answer worth nothing."""
    one = instance("notify", stopped=False)
    unreachable(world.patch, one)
    world.says = {**CLAIMED, "action": f"terminate_instance {text}", "action_reason": text}
    return Attack(drifting(INSTANCE, one.id, "ec2_instance_impaired"), one, "TOLD")


PLACES: tuple[Place, ...] = (
    user_agent,
    session_name,
    tag_value,
    tag_name,
    opting_tag,
    request_parameters,
    resource_name,
    unknown_resource_name,
    parameter_name,
    error_message,
    error_code,
    alarm_description,
    log_line,
    console_output,
    database_message,
    finding_title,
    sweep_difference,
    region,
    earlier_incidents,
    models_answer,
    models_severity,
    models_pick,
    models_own_action,
)
