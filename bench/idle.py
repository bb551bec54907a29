"""A state machine of the agent's shape whose functions do nothing."""

import io
import json
import re
import zipfile
from typing import Any

from aiops.engine import Engine
from bench.stand import Json
from cdk_app.workflow import DEFINITION

# One line on the log, as every task writes at least: MiniStack waits 50 ms for one when a handler writes none.
HANDLER = """
import json, pathlib
RESULT = json.loads(pathlib.Path(__file__).with_name("result.json").read_text())

def handler(event, context):
    print("{}")
    return RESULT
"""
NAME = "bench-idle"


def definition(arns: dict[str, str]) -> str:
    """The agent's own ASL, with these ARNs for its placeholders (`Detect` for `${DetectArn}`)."""
    return re.sub(r"\$\{(\w+)Arn\}", lambda found: arns[found[1]], DEFINITION.read_text())


def functions() -> list[str]:
    """The names of the functions that the ASL calls."""
    return sorted(set(re.findall(r"\$\{(\w+)Arn\}", DEFINITION.read_text())))


def results(history: list[Json]) -> dict[str, Any]:
    """What each function returned last, from the history of an execution of the agent's."""
    succeeded = [event["taskSucceededEventDetails"] for event in history if event["type"] == "TaskSucceeded"]
    return {one["resource"].rsplit("aiops-", 1)[-1]: json.loads(one["output"]) for one in succeeded}


def make(engine: Engine, answers: dict[str, Any], *, role: str) -> str:
    """Create the machine and its functions, which return these answers, or nothing; its ARN."""
    lambdas = engine.client("lambda")
    arns = {}
    for name in functions():
        made = lambdas.create_function(
            FunctionName=f"{NAME}-{name}",
            Runtime="python3.14",
            Handler="index.handler",
            Role=role,
            Code={"ZipFile": _zipped({"index.py": HANDLER, "result.json": json.dumps(answers.get(name, {}))})},
        )
        arns[name] = made["FunctionArn"]
    for name in functions():
        lambdas.get_waiter("function_active_v2").wait(FunctionName=f"{NAME}-{name}")
    machine = engine.client("stepfunctions").create_state_machine(name=NAME, definition=definition(arns), roleArn=role)
    return str(machine["stateMachineArn"])


def _zipped(files: dict[str, str]) -> bytes:
    with zipfile.ZipFile(data := io.BytesIO(), "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return data.getvalue()
