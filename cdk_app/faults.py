"""What starts the workflow: one rule per source of the event table, and one per theme of what is watched beside it."""

import aws_cdk as cdk
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from cdk_app.rules import rule
from tasks.domain.events import SOURCES, fault_pattern
from tasks.domain.watched import WATCHED


class Faults(Construct):
    def __init__(
        self, scope: Construct, construct_id: str, *, machine: sfn.StateMachine, undelivered: sqs.IQueue
    ) -> None:
        super().__init__(scope, construct_id)
        # After an hour the sweep has seen the fault itself.
        target = targets.SfnStateMachine(
            machine, dead_letter_queue=undelivered, max_event_age=cdk.Duration.hours(1), retry_attempts=20
        )
        for source in SOURCES:
            rule(self, f"faults-{source}", fault_pattern(source), target)
        for theme, pattern in WATCHED.items():
            rule(self, f"watched-{theme}", pattern, target)
