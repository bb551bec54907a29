"""One Lambda function: a name, its file, its role, its log."""

import re
from collections.abc import Mapping
from dataclasses import fields
from importlib import import_module
from typing import Protocol

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from cdk_app.grants import allow
from cdk_app.settings import Settings

RUNTIME = lambda_.Runtime.PYTHON_3_14
ARCHITECTURES = {"arm64": lambda_.Architecture.ARM_64, "x86_64": lambda_.Architecture.X86_64}
# Whoever stores code in the vault has it in memory: 100 MB at most (tasks/resources/lambda_state.py).
KEEPING_MB = 512
POWERTOOLS = {
    "POWERTOOLS_SERVICE_NAME": "aiops",
    "POWERTOOLS_METRICS_NAMESPACE": "AIOps",
    "POWERTOOLS_LOG_LEVEL": "INFO",
}


class TaskFactory(Protocol):
    """Task, with what all functions have in common already given."""

    def __call__(
        self,
        scope: Construct,
        name: str,
        *,
        timeout_seconds: int = ...,
        memory_mb: int = ...,
        dead_letters: sqs.IQueue | None = ...,
    ) -> "Task": ...


class Task(Construct):
    """tasks/<store_metrics>.py as the function aiops-<StoreMetrics>; its role may log, and what is granted."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        code: lambda_.Code,
        settings: Settings,
        variables: Mapping[str, str],
        timeout_seconds: int = 50,
        memory_mb: int = 256,
        dead_letters: sqs.IQueue | None = None,
    ) -> None:
        """`variables` are all that the stack knows; `dead_letters` gets asynchronous events that failed three times."""
        super().__init__(scope, name)
        module = "tasks." + re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
        log = log_group(self, name=f"/aws/lambda/aiops-{name}", days=settings.log_retention_days)
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        allow(self.role, "logs:CreateLogStream", "logs:PutLogEvents", on=log.log_group_arn)
        self.function = lambda_.Function(
            self,
            "Function",
            function_name=f"aiops-{name}",
            runtime=RUNTIME,
            architecture=ARCHITECTURES[settings.architecture],
            handler=f"{module}.handler",
            code=code,
            role=self.role,
            log_group=log,
            environment={**POWERTOOLS, **_declared(module, variables)},
            timeout=cdk.Duration.seconds(timeout_seconds),
            memory_size=memory_mb,
            dead_letter_queue=dead_letters,
        )

    def may(self, *actions: str, on: str, because: str = "") -> None:
        """Grant exactly these actions on this ARN; a wildcard needs its reason."""
        allow(self.role, *actions, on=on, because=because)


def _declared(module: str, values: Mapping[str, str]) -> dict[str, str]:
    """The environment of a task's module. KeyError when it declares a field that no value is known for."""
    environment = getattr(import_module(module), "Environment", None)
    names = [field.name for field in fields(environment)] if environment else []
    return {name.upper(): values[name] for name in names}


def log_group(scope: Construct, *, name: str, days: int) -> logs.LogGroup:
    """A log group kept for `days`, one of settings.LOG_RETENTION_DAYS; gone with the stack."""
    group = logs.LogGroup(scope, "Log", log_group_name=name, removal_policy=cdk.RemovalPolicy.DESTROY)
    resource = group.node.default_child
    assert isinstance(resource, logs.CfnLogGroup)
    resource.retention_in_days = days
    return group
