"""EC2 instances: a stopped one is started, a terminated one is replaced, one that does not answer is rebooted and,
if that does not help, stopped and started, which moves it to another host
(docs.aws.amazon.com/AWSEC2, "Instance state changes", "Stop and start Amazon EC2 instances").

The state of a terminated instance is that of its replacement, once there is one.
"""

from typing import Any

from tasks.domain.commands import COMMANDS
from tasks.domain.errors import NotRecovered, StillRestoring
from tasks.domain.knowledge.ec2 import IMPAIRED, STOPPED
from tasks.domain.payload import Json, Step
from tasks.resources import Aws, ec2_host
from tasks.resources.ec2_health import status, unreachable
from tasks.resources.ec2_instance_actions import ACTIONS as ACTIONS
from tasks.resources.ec2_instance_actions import EVIDENCE as EVIDENCE
from tasks.resources.ec2_instance_actions import READS as READS
from tasks.resources.ec2_replacement import address_of, associate, find, replace, replacement, settings, stop_loses
from tasks.resources.ec2_volumes import attach, left_out, volumes

# Two status checks take one to three minutes after a start.
DEADLINE = 900

CONSOLE_LINES = 60

# EC2 gives an API stop this reason; the CloudTrail event of that call tells who made it.
CALLED = "Client.UserInitiatedShutdown"

HOST = (*COMMANDS, ec2_host.MONITOR)
_SETTLED = {"pending": "running", "running": "running", "stopping": "stopped", "stopped": "stopped"}


def snapshot(aws: Aws, instance_id: str) -> Json | None:
    """State, whether the guest fails its check, what a replacement would need; None when it is gone for good."""
    ec2 = aws("ec2")
    instance = _describe(ec2, instance_id)
    replaced = instance is None or instance["State"]["Name"] not in _SETTLED
    if replaced:
        instance = find(ec2, instance_id)
    if instance is None:
        return None
    name, state = instance["InstanceId"], _SETTLED[instance["State"]["Name"]]
    address = address_of(ec2, name)
    return {
        "state": state,
        "impaired": state == "running" and not replaced and unreachable(aws, name),
        "address": address,
        "volumes": volumes(instance),
        # How a replacement fares, and what it would need in its turn, is remembered under its own id.
        **(
            {"replaced_by": name}
            if replaced
            else {"launch": settings(aws, instance), "stop_loses": stop_loses(ec2, instance, address)}
        ),
    }


def issue(good: Json, now: Json) -> tuple[str, str] | None:
    """A replacement is looked after under its own id."""
    if "replaced_by" in now:
        return None
    if good["state"] == "running" and now["state"] == "stopped":
        return STOPPED, "running -> stopped"
    return (IMPAIRED, "the instance status check fails") if now["impaired"] else None


def missing(good: Json) -> list[str]:
    if "replaced_by" in good or good["launch"]:
        return []
    return ["it is a Spot Instance, or of an Auto Scaling group: terminated, it is not replaced by the agent"]


def target(action: str, good: Json | None, facts: Json) -> Json | None:
    """To be replaced, an instance must be known from its last good snapshot and not be somebody else's to replace.

    To be stopped, it must be known to lose nothing by that.
    """
    if action in HOST:
        return ec2_host.target(action, facts)
    if action == "associate_address":
        return {"address": good["address"]} if good and good.get("address") else None
    if action == "attach_volumes":
        devices = good.get("volumes") if good else None
        return {"volumes": sorted(devices), "devices": devices} if devices else None
    if action == "replace_instance":
        return good.get("launch") if good else None
    if action == "restart_instance" and not (good and good.get("launch") and good.get("stop_loses") == []):
        return None
    return {"state": "running"} | ({} if action == "start_instance" else {"impaired": False})


def reached(target: Json, now: Json | None) -> bool:
    if now is None or "host" in target:  # only Systems Manager knows what was run
        return False
    if "image" in target:
        return "replaced_by" in now
    if "devices" in target:
        return bool("replaced_by" in now and now["volumes"].items() >= target["devices"].items())
    return all(now[part] == value for part, value in target.items())


def restore(aws: Aws, step: Step) -> str:
    """Returns what was printed, where something ran on the host."""
    if step.action in HOST:
        return ec2_host.restore(aws, step)
    if step.action == "replace_instance":
        replace(aws("ec2"), step.resource.id, step.target)
    elif step.action == "associate_address":
        associate(aws("ec2"), step.resource.id, step.target["address"])
    elif step.action == "attach_volumes":
        attach(aws("ec2"), step.resource.id, replacement(aws("ec2"), step.resource.id), step.target["devices"])
    else:
        _run(aws, step.resource.id, step.action)
    return ""


def _run(aws: Aws, name: str, action: str) -> None:
    ec2 = aws("ec2")
    instance = _describe(ec2, name)
    state = instance["State"]["Name"] if instance else "gone"
    if state not in _SETTLED:
        raise NotRecovered(f"{name} is {state} and cannot be started")
    if action == "reboot_instance":
        if state == "running" and unreachable(aws, name):
            ec2.reboot_instances(InstanceIds=[name])
        return
    if action == "restart_instance" and state == "running" and unreachable(aws, name):
        ec2.stop_instances(InstanceIds=[name])
        state = "stopping"
    if state == "stopping":
        raise StillRestoring(f"{name} is still stopping")
    if state == "stopped":
        ec2.start_instances(InstanceIds=[name])


def verify(aws: Aws, step: Step, after: Json) -> str:
    """Running, with both status checks passed; a replacement with its address and what is left of its volumes."""
    name = step.resource.id
    if step.action in ("replace_instance", "associate_address", "attach_volumes"):
        now = snapshot(aws, name)
        if now is None:
            return "the replacement is not there"
        if step.action != "attach_volumes" and not reached(step.target, now):
            return "the replacement is without the address"
        name = now.get("replaced_by", name)
        left = left_out(aws("ec2"), name, step.target.get("devices", {}))
        if left:
            return f"the replacement is without {', '.join(left)}"
    one = status(aws("ec2"), name)
    if one is None:
        return "the instance is gone"
    if one["InstanceState"]["Name"] != "running":
        return f"the instance is {one['InstanceState']['Name']}"
    checks = {kind: one[key]["Status"] for kind, key in (("system", "SystemStatus"), ("instance", "InstanceStatus"))}
    failing = [f"{kind} status is {status}" for kind, status in checks.items() if status != "ok"]
    return ", ".join(failing)


def undo(aws: Aws, step: Step, before: Json) -> None:
    """Stops what was started; a reboot cannot be taken back, and a replacement stays."""
    if step.action == "start_instance" and before["state"] == "stopped":
        aws("ec2").stop_instances(InstanceIds=[step.resource.id])


def evidence(aws: Aws, instance_id: str) -> dict[str, list[str]]:
    """The end of what the console put out, of which EC2 keeps 64 KB."""
    text = aws("ec2").get_console_output(InstanceId=instance_id).get("Output", "")
    return {"console": [line for line in text.splitlines() if line.strip()][-CONSOLE_LINES:]}


def called(aws: Aws, instance_id: str, facts: Json) -> bool:
    """Whether a caller stopped it, so that the CloudTrail event of the call tells more than this one."""
    instance = _describe(aws("ec2"), instance_id)
    return bool(instance) and instance.get("StateReason", {}).get("Code") == CALLED


def _describe(ec2: Any, instance_id: str) -> Any:
    try:
        found = ec2.describe_instances(InstanceIds=[instance_id])["Reservations"]
    except ec2.exceptions.ClientError as refused:
        if refused.response["Error"]["Code"] in ("InvalidInstanceID.NotFound", "InvalidInstanceID.Malformed"):
            return None
        raise
    return found[0]["Instances"][0] if found else None
