"""Lambda functions."""

import io
import json
import zipfile
from typing import Any

from aiops.demo.stage import TAG, Stage
from aiops.engine import ACCOUNT, REGION

TRUST = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}


class Function:
    """A function that answers with a secret of its environment, with all that it can lose."""

    def __init__(self, stage: Stage, answer: str = "the good secret") -> None:
        self._stage, self._lambdas = stage, stage.lambdas
        self.name = stage.numbered("demo-function-")
        with stage.unseen():
            self._make(answer)
            arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{self.name}"
            self._lambdas.tag_resource(Resource=arn, Tags={TAG: "auto"})
            stage.remembered(arn)

    def _make(self, answer: str) -> None:
        trust = json.dumps({"Version": "2012-10-17", "Statement": [TRUST]})
        role = self._stage.iam.create_role(RoleName=self.name, Path="/demo/", AssumeRolePolicyDocument=trust)["Role"]
        self._lambdas.create_function(
            FunctionName=self.name,
            Runtime="python3.13",
            Role=role["Arn"],
            Handler="index.handler",
            Code={"ZipFile": package("os.environ['SECRET']")},
            Environment={"Variables": {"SECRET": answer}},
        )
        self._ready()
        self._lambdas.publish_version(FunctionName=self.name)
        self._lambdas.create_alias(FunctionName=self.name, Name="live", FunctionVersion="1")
        self._lambdas.add_permission(
            FunctionName=self.name,
            StatementId="bucket",
            Action="lambda:InvokeFunction",
            Principal="s3.amazonaws.com",
            SourceAccount=ACCOUNT,
        )
        self._lambdas.put_function_concurrency(FunctionName=self.name, ReservedConcurrentExecutions=5)

    def _ready(self) -> None:
        def ready() -> bool:
            said = self._lambdas.get_function_configuration(FunctionName=self.name)
            return (said["State"], said["LastUpdateStatus"]) == ("Active", "Successful")

        self._stage.until(ready, f"{self.name} is ready")

    def answer(self, alias: str = "") -> str:
        """What it answers when it is called."""
        self._ready()
        called = f"{self.name}:{alias}" if alias else self.name
        return str(json.loads(self._lambdas.invoke(FunctionName=called)["Payload"].read()))

    def settings(self) -> dict[str, Any]:
        """What a deletion, or a call that weakens it, takes from it."""
        one = self._lambdas.get_function(FunctionName=self.name)
        parts = ("Runtime", "Role", "Handler", "CodeSha256", "Timeout", "MemorySize", "Environment")
        return {
            **{part: one["Configuration"][part] for part in parts},
            "tags": one["Tags"],
            "concurrency": one["Concurrency"],
            "policy": json.loads(self._lambdas.get_policy(FunctionName=self.name)["Policy"])["Statement"],
            "aliases": [alias["Name"] for alias in self._lambdas.list_aliases(FunctionName=self.name)["Aliases"]],
        }


def package(answer: str) -> bytes:
    """The code of a function that answers with a Python expression."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        file.writestr("index.py", f"import os\n\n\ndef handler(event, context):\n    return {answer}\n")
    return made.getvalue()
