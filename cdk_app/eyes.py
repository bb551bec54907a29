"""The second pair of eyes: whoever changes the agent's own parts is told of straight from the bus.

Neither the workflow nor a function stands in between, which may be what was changed. Changes by CloudFormation are
meant. Nobody may restore a role: the recovery role that could, could widen itself.
"""

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from cdk_app.grants import arn
from cdk_app.notifications import Notifications
from cdk_app.rules import rule

OWN = "aiops-"
SESSIONS = "arn:{partition}:sts::{account}:assumed-role/aiops-recovery-{region}/"
FUNCTION = "arn:{partition}:lambda:{region}:{account}:function:{id}"
ROLES = ("PutRolePolicy", "DeleteRolePolicy", "AttachRolePolicy", "DetachRolePolicy", "UpdateAssumeRolePolicy",
         "DeleteRole", "PutRolePermissionsBoundary")  # fmt: skip
MACHINES = ("UpdateStateMachine", "DeleteStateMachine")
RULES = ("PutRule", "DisableRule", "DeleteRule", "PutTargets", "RemoveTargets")
# CloudTrail dates Lambda's calls.
FUNCTIONS = ("DeleteFunction", "UpdateFunction", "PutFunctionConcurrency", "AddPermission", "RemovePermission")


class Eyes(Construct):
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        machine: sfn.StateMachine,
        notifications: Notifications,
        unhandled: sqs.IQueue,
    ) -> None:
        super().__init__(scope, construct_id)
        own = [{"prefix": OWN}]
        parts = [
            {"roleName": own},
            {"stateMachineArn": [machine.state_machine_arn]},
            {"name": own},
            {"rule": own},
            {"functionName": [*own, {"prefix": arn(self, FUNCTION, OWN)}]},
        ]
        pattern = {
            "source": ["aws.iam", "aws.states", "aws.events", "aws.lambda"],
            "detail-type": ["AWS API Call via CloudTrail"],
            "detail": {
                "eventName": [*ROLES, *MACHINES, *RULES, *({"prefix": name} for name in FUNCTIONS)],
                "errorCode": [{"exists": False}],
                "userIdentity": {
                    "invokedBy": [{"exists": False}, {"anything-but": ["cloudformation.amazonaws.com"]}],
                    "arn": [{"exists": False}, {"anything-but": {"prefix": arn(self, SESSIONS)}}],
                },
                "requestParameters": {"$or": parts},
            },
        }
        rule(self, "eyes", pattern, self._message(notifications, unhandled))

    def _message(self, notifications: Notifications, unhandled: sqs.IQueue) -> targets.SnsTopic:
        """Names only: whoever calls chooses the parameters."""
        name, who, when, event_id = (
            events.EventField.from_path(f"$.detail.{path}")
            for path in ("eventName", "userIdentity.arn", "eventTime", "eventID")
        )
        text = f"[aiops] TAMPERING, critical: {name} on the agent's own parts, by {who} at {when} (event {event_id}). "
        text += "If you did not mean it, look at once: the agent itself may no longer be able to tell you more."
        return targets.SnsTopic(
            notifications.topic,
            message=events.RuleTargetInput.from_text(text),
            dead_letter_queue=unhandled,
            max_event_age=cdk.Duration.hours(24),
            retry_attempts=185,
        )
