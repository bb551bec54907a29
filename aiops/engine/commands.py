"""Run Command: commands run nowhere. What was sent is recorded, and ends as AWS would tell it, for now in success."""

import json
from typing import Any

from ministack.services import ec2, ssm
from ministack.services.cloudformation import provisioners

from aiops.engine.wrap import wraps_function

# Documents that a stack has made, and what the command of one prints.
documents: set[str] = set()
PRINTED = "nothing was run: this host is made of paper"


def _create(logical_id: str, properties: dict[str, Any], stack: str) -> tuple[str, dict[str, Any]]:
    documents.add(properties["Name"])
    return properties["Name"], {}


provisioners._RESOURCE_HANDLERS["AWS::SSM::Document"] = {
    "create": _create,
    "delete": lambda name, properties: documents.discard(name),
}


@wraps_function(ssm, "_managed_instance_ids")
def _managed_instance_ids(original: Any) -> set[str]:
    """Every running instance has Systems Manager's agent."""
    return {name for name, one in ec2._instances.items() if one["State"]["Name"] == "running"}


@wraps_function(ssm, "_send_command")
def _send_command(original: Any, data: dict[str, Any]) -> Any:
    if data["DocumentName"] not in documents:
        message = {"__type": "InvalidDocument", "message": f"document {data['DocumentName']} does not exist"}
        return 400, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(message).encode()
    answer = original(data)
    if answer[0] == 200:
        sent = ssm._commands[json.loads(answer[2])["Command"]["CommandId"]]
        for invocation in sent["Invocations"].values():
            invocation["StandardOutputContent"] = PRINTED
    return answer
