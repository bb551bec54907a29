"""Failures are told from outside the workflow: executions that failed, events that never started one."""

from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from cdk_app.dead_letters import DeadLetters
from cdk_app.grants import arn
from cdk_app.notifications import Notifications
from cdk_app.rules import function_target, rule
from cdk_app.steps import ANY_EXECUTION, EXECUTIONS
from cdk_app.storage import Storage
from cdk_app.task import TaskFactory


class Failures(Construct):
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        task: TaskFactory,
        storage: Storage,
        notifications: Notifications,
        machine: sfn.StateMachine,
        dead_letters: DeadLetters,
    ) -> None:
        super().__init__(scope, construct_id)
        incidents, claims = storage.incidents.table_arn, storage.claims.table_arn

        handle_failure = task(self, "HandleFailure", dead_letters=dead_letters.unhandled)
        handle_failure.may("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", on=incidents)
        handle_failure.may(
            "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", on=claims
        )
        handle_failure.may("dynamodb:GetItem", "dynamodb:UpdateItem", on=storage.patterns.table_arn)
        handle_failure.may("states:DescribeExecution", on=arn(self, EXECUTIONS), because=ANY_EXECUTION)
        notifications.may_publish(handle_failure)
        failed = {
            "source": ["aws.states"],
            "detail-type": ["Step Functions Execution Status Change"],
            "detail": {
                "status": ["FAILED", "TIMED_OUT", "ABORTED"],
                "stateMachineArn": [machine.state_machine_arn],
            },
        }
        rule(self, "failures", failed, function_target(handle_failure, dead_letters.unhandled))

        handle_undeliverable = task(self, "HandleUndeliverable")
        handle_undeliverable.may("dynamodb:PutItem", on=incidents)
        notifications.may_publish(handle_undeliverable)
        queue = sources.SqsEventSource(dead_letters.undelivered, batch_size=1)
        handle_undeliverable.function.add_event_source(queue)
