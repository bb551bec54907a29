"""The state machine, from its one definition."""

from collections.abc import Mapping
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from cdk_app.grants import acknowledge, allow
from cdk_app.task import log_group

DEFINITION = Path(__file__).parent.parent / "statemachine" / "aiops.asl.json"


class Workflow(Construct):
    def __init__(
        self, scope: Construct, construct_id: str, *, functions: Mapping[str, lambda_.Function], log_days: int
    ) -> None:
        """`functions` by the name of their state, which is that of their placeholder."""
        super().__init__(scope, construct_id)
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("states.amazonaws.com"))
        for function in functions.values():
            allow(role, "lambda:InvokeFunction", on=function.function_arn)
        # Added by the construct below: log delivery and X-Ray know no resources.
        acknowledge(role, "AwsSolutions-IAM5[Resource::*]", "log delivery and X-Ray know no resources")
        self.machine = sfn.StateMachine(
            self,
            "StateMachine",
            state_machine_name="aiops",
            definition_body=sfn.DefinitionBody.from_string(DEFINITION.read_text()),
            definition_substitutions={f"{name}Arn": function.function_arn for name, function in functions.items()},
            role=role,
            logs=sfn.LogOptions(
                # Names that start so keep the log delivery's resource policy from growing past its limit.
                destination=log_group(self, name="/aws/vendedlogs/states/aiops", days=log_days),
                level=sfn.LogLevel.ALL,
                include_execution_data=True,
            ),
            tracing_enabled=True,
        )
        cdk.CfnOutput(self, "Console", value=self._console())

    def _console(self) -> str:
        region = cdk.Stack.of(self).region
        arn = self.machine.state_machine_arn
        return f"https://{region}.console.aws.amazon.com/states/home?region={region}#/statemachines/view/{arn}"
