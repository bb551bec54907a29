"""The documents of Run Command: what the agent may run on a host is fixed here, and nothing else can be sent."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aws_cdk import aws_ssm as ssm
from constructs import Construct

from tasks.domain.commands import COMMANDS, Command

SCRIPTS = Path(__file__).parent / "commands"
SECONDS = 300


class Documents(Construct):
    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        for action, command in COMMANDS.items():
            ssm.CfnDocument(
                self,
                command.document.removeprefix("aiops-"),
                name=command.document,
                document_type="Command",
                document_format="JSON",
                target_type="/AWS::EC2::Instance",
                # A document with a name of its own cannot be replaced.
                update_method="NewVersion",
                content=_content(action, command),
            )


def _content(action: str, command: Command) -> Mapping[str, Any]:
    """docs.aws.amazon.com/systems-manager, "Command document plugin reference", aws:runShellScript.

    No precondition on the platform: a step that is skipped for one ends in success.
    """
    script = (SCRIPTS / command.script).read_text()
    return {
        "schemaVersion": "2.2",
        "description": f"aiops: {action}",
        "parameters": {
            name: {"type": "String", "allowedPattern": f"^{pattern}$"} for name, pattern in command.parameters.items()
        },
        "mainSteps": [
            {
                "action": "aws:runShellScript",
                "name": action,
                "inputs": {"timeoutSeconds": str(SECONDS), "runCommand": script.splitlines()},
            }
        ],
    }
