"""EC2 instances: state-change events, the reason of a stop, and faults of guest and hardware."""

import re
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import ec2

from aiops.engine import bus
from aiops.engine.wrap import wraps_function

# A state as EC2 reaches it: the state before it, which is also what the API answers.
_ON_THE_WAY = {"running": (0, "pending"), "stopped": (64, "stopping"), "terminated": (32, "shutting-down")}
_STATE_CODES = {"running": 16, "stopped": 80, "terminated": 48}
_BY_USER = ("Client.UserInitiatedShutdown", "User initiated shutdown")
_BY_GUEST = ("Client.InstanceInitiatedShutdown", "Instance initiated shutdown")

_CHANGED = re.compile(
    r"(?P<before><previousState>.*?<name>(?P<from>[\w-]+)</name>\s*</previousState>\s*)?"
    r"<(?P<tag>currentState|instanceState)>\s*<code>\d+</code>\s*<name>(?P<to>running|stopped|terminated)</name>",
    re.DOTALL,
)

impaired: set[str] = set()
# Guests that do not answer until they are rebooted or stopped: only the instance check fails.
hung: set[str] = set()


@wraps_function(ec2, "handle_request")
async def _handle_request(
    original: Any, method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]
) -> Any:
    before = _states()
    status, answer_headers, answer = await original(method, path, headers, body, query)
    changed = {name: state for name, state in _states().items() if before.get(name) != state}
    for name, state in changed.items():
        _set_state(name, state, _BY_USER)
    if changed and status == 200:
        answer = _CHANGED.sub(_as_on_the_way, answer.decode()).encode()
    return status, answer_headers, answer


def _states() -> dict[str, str]:
    return {name: instance["State"]["Name"] for name, instance in ec2._instances.items()}


def _as_on_the_way(match: re.Match[str]) -> str:
    if match["from"] == match["to"]:
        return match[0]
    code, name = _ON_THE_WAY[match["to"]]
    return f"{match['before'] or ''}<{match['tag']}><code>{code}</code><name>{name}</name>"


def shut_down_inside(name: str) -> None:
    """The guest of the instance shuts itself down: no API call, so no CloudTrail event."""
    _set_state(name, "stopped", _BY_GUEST)


def _set_state(name: str, state: str, reason: tuple[str, str]) -> None:
    instance = ec2._instances[name]
    instance["State"] = {"Code": _STATE_CODES[state], "Name": state}
    instance["StateReason"] = None if state == "running" else reason
    hung.discard(name)
    if state == "terminated":
        _release_addresses(name)
    for step in (_ON_THE_WAY[state][1], state):
        bus.publish(
            {
                "source": "aws.ec2",
                "detail-type": "EC2 Instance State-change Notification",
                "resources": [f"arn:aws:ec2:{get_region()}:{get_account_id()}:instance/{name}"],
                "detail": {"instance-id": name, "state": step},
            }
        )


def _release_addresses(name: str) -> None:
    """EC2 disassociates the Elastic IPs of what is terminated."""
    for address in ec2._addresses.values():
        if address["InstanceId"] == name:
            address |= {"AssociationId": None, "InstanceId": None}


@wraps_function(ec2._ACTION_MAP, "RebootInstances")
def _reboot(original: Any, parameters: dict[str, Any]) -> Any:
    hung.difference_update("".join(value) for name, value in parameters.items() if name.startswith("InstanceId."))
    return original(parameters)


@wraps_function(ec2, "_instance_xml")
def _with_state_reason(original: Any, instance: dict[str, Any]) -> str:
    xml: str = original(instance)
    if not instance.get("StateReason"):
        return xml
    code, text = instance["StateReason"]
    reason = f"<stateReason><code>{code}</code><message>{code}: {text}</message></stateReason>"
    return xml.rstrip().removesuffix("</item>") + reason + "</item>"


@wraps_function(ec2._ACTION_MAP, "DescribeInstanceStatus")
def _with_impaired(original: Any, parameters: dict[str, Any]) -> Any:
    status, headers, body = original(parameters)
    items = re.split(r"(?=<item>\s*<instanceId>)", body.decode())
    return status, headers, "".join(map(_checked, items)).encode()


def _ids(item: str) -> set[str]:
    return set(re.findall(r"<instanceId>(.*?)</instanceId>", item))


def _checked(item: str) -> str:
    if impaired & _ids(item):
        return _impair(item)
    system, guest, checks = item.partition("<instanceStatus>")
    return system + guest + (_impair(checks) if hung & _ids(item) else checks)


def _impair(item: str) -> str:
    return item.replace(">ok<", ">impaired<").replace(">passed<", ">failed<")
