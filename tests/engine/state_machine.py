"""State machines on the engine."""

import json
from typing import Any

from published import Json

from aiops.engine import Engine
from engine.identities import ROLE
from engine.waiting import until


class Machine:
    """A state machine, in JSONata unless its definition says otherwise."""

    def __init__(self, engine: Engine, name: str, **definition: Any) -> None:
        self.client = engine.client("stepfunctions")
        start = {"QueryLanguage": "JSONata", "StartAt": next(iter(definition["States"]))}
        self.arn = self.client.create_state_machine(
            name=name, definition=json.dumps({**start, **definition}), roleArn=ROLE
        )["stateMachineArn"]

    def start(self, **data: Any) -> str:
        return str(self.client.start_execution(stateMachineArn=self.arn, input=json.dumps(data))["executionArn"])

    def end(self, execution: str) -> Json:
        """The execution's description, once it has ended."""
        return until(lambda: self._ended(execution))

    def _ended(self, execution: str) -> Json | None:
        description: Json = self.client.describe_execution(executionArn=execution)
        return None if description["status"] == "RUNNING" else description

    def history(self, execution: str) -> list[Json]:
        events: list[Json] = self.client.get_execution_history(executionArn=execution)["events"]
        return events


def task(payload: Json, *, kind: str = "invoke", **more: Any) -> Json:
    """A state that calls the example function."""
    arguments = {"FunctionName": "function", "Payload": payload}
    return {"Type": "Task", "Resource": f"arn:aws:states:::lambda:{kind}", "Arguments": arguments, **more}
