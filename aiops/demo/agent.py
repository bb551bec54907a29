"""The agent's own functions, set up otherwise for a while."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from aiops.demo.stage import Stage


@contextmanager
def configured(stage: Stage, function: str, **variables: str) -> Iterator[None]:
    """One of the agent's functions has other environment variables meanwhile."""
    name = f"aiops-{function}"
    before = stage.lambdas.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    _configure(stage, name, {**before, **variables})
    try:
        yield
    finally:
        _configure(stage, name, before)


@contextmanager
def model(stage: Stage, script: Callable[[dict[str, Any]], dict[str, Any]] | None) -> Iterator[None]:
    """The model is on, answering as scripted; without a script, Analyze may not call it at all."""
    role = stage.lambdas.get_function_configuration(FunctionName="aiops-Analyze")["Role"]
    grant = {"RoleName": role.rsplit("/", 1)[-1], "PolicyName": "demo-model"}
    if script:
        allow = {"Effect": "Allow", "Action": "bedrock:InvokeModel", "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
        stage.iam.put_role_policy(**grant, PolicyDocument=document)
        stage.engine.model = script
    try:
        with configured(stage, "Analyze", MODEL_ID="amazon.nova-lite-v1:0"):
            yield
    finally:
        stage.engine.model = None
        if script:
            stage.iam.delete_role_policy(**grant)


def _configure(stage: Stage, name: str, variables: dict[str, str]) -> None:
    with stage.deaf("aws.lambda"):  # the agent would put its own function back
        stage.lambdas.update_function_configuration(FunctionName=name, Environment={"Variables": variables})
