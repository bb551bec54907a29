"""What can be done on a host itself, through Systems Manager's Run Command, and to its monitoring.

A command is sent once for each attempt: its comment is the step's token, by which it is found again.
"""

from typing import Any

from tasks.domain.commands import COMMANDS, parameters
from tasks.domain.errors import NotRecovered, StillRestoring
from tasks.domain.knowledge.ec2 import ARNS, INSTANCE
from tasks.domain.payload import Json, Step
from tasks.domain.planning import Action, Permission
from tasks.domain.text import clean
from tasks.resources import Aws

MONITOR = "enable_detailed_monitoring"
READS = {"ssm:ListCommands": "*", "ssm:GetCommandInvocation": "*"}
_DOCUMENT = "arn:{partition}:ssm:{region}:{account}:document/"
_LOST = {
    "restart_service": "what the service has in memory",
    "clean_disk": "old files in the directories that the policy lists",
}
_DOES = {
    "restart_service": "restarts the systemd unit that the policy names for this alarm",
    "clean_disk": "deletes old files where the policy says that they are temporary, and rotates logs",
    "collect_evidence": "lists what uses processor, memory, disks and network; changes nothing and heals nothing",
}
_RUNNING = ("Pending", "InProgress", "Delayed", "Cancelling")


def _action(name: str, look: tuple[Permission, ...]) -> Action:
    send = (
        Permission("ssm:SendCommand", ARNS[INSTANCE], tagged=True),
        Permission("ssm:SendCommand", _DOCUMENT + COMMANDS[name].document),
        *(Permission(action, on) for action, on in READS.items()),
    )
    unknown = f"the policy says nothing usable of what to run (actions.{name})"
    return Action(
        undo="none",
        permissions=(*send, *look),
        disruptive=name == "restart_service",
        unknown=unknown,
        lost=_LOST.get(name, ""),
        does=_DOES[name],
    )


def actions(look: tuple[Permission, ...]) -> dict[str, Action]:
    """The actions of a host; `look` are the permissions to look at it.

    What clean_disk deletes is listed in the policy as disposable, so it risks no data.
    """
    monitor = Permission("ec2:MonitorInstances", ARNS[INSTANCE], tagged=True)
    commands = {name: _action(name, look) for name in COMMANDS}
    return {**commands, MONITOR: Action(undo="none", permissions=(monitor, *look))}


def target(action: str, facts: Json) -> Json | None:
    """What is to be run, with the policy's parameters."""
    if action == MONITOR:
        return {"host": MONITOR}
    named = facts.get("logGroup") or facts.get("alarmName") or ""
    given = parameters(action, facts.get("settings", {}), str(named))
    return None if given is None else {"host": COMMANDS[action].document, "parameters": given}


def restore(aws: Aws, step: Step) -> str:
    """Runs the command, or asks how it went; returns what it printed. NotRecovered when it failed."""
    if step.action == MONITOR:
        aws("ec2").monitor_instances(InstanceIds=[step.resource.id])
        return ""
    ssm, name = aws("ssm"), step.resource.id
    sent = _sent(ssm, step)
    if not sent:
        _send(ssm, step)
        raise StillRestoring(f"{step.action} was sent to {name}")
    try:
        said = ssm.get_command_invocation(CommandId=sent, InstanceId=name)
    except ssm.exceptions.InvocationDoesNotExist as early:
        raise StillRestoring(f"{step.action} has not reached {name} yet") from early
    if said["Status"] in _RUNNING:
        raise StillRestoring(f"{step.action} is {said['Status']} on {name}")
    if said["Status"] != "Success":
        why = said["StandardErrorContent"] or said["StandardOutputContent"]
        raise NotRecovered(f"{step.action} on {name} ended {said['Status']}: {clean(why, 300)}")
    return clean(said["StandardOutputContent"], 1000)


def _sent(ssm: Any, step: Step) -> str:
    """The id of the command that this attempt has sent."""
    wanted = [{"key": "DocumentName", "value": step.target["host"]}]
    pages = ssm.get_paginator("list_commands").paginate(InstanceId=step.resource.id, Filters=wanted)
    commands = [one for page in pages for one in page["Commands"]]
    return next((str(one["CommandId"]) for one in commands if one.get("Comment") == step.token), "")


def _send(ssm: Any, step: Step) -> None:
    try:
        ssm.send_command(
            DocumentName=step.target["host"],
            InstanceIds=[step.resource.id],
            Parameters={name: [value] for name, value in step.target["parameters"].items()},
            Comment=step.token,
            TimeoutSeconds=60,
        )
    except ssm.exceptions.InvalidInstanceId as unreachable:
        raise NotRecovered(
            f"{step.resource.id} cannot be reached: it must run, with Systems Manager's agent and a role for it"
        ) from unreachable
