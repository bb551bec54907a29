"""EventBridge rules from patterns in EventBridge's own spelling."""

from collections.abc import Mapping
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from cdk_app.grants import arn
from cdk_app.task import Task


def rule(scope: Construct, name: str, pattern: Mapping[str, Any], target: events.IRuleTarget) -> events.Rule:
    """The rule aiops-<name> on the default bus; `pattern` has the keys source, detail-type and detail."""
    wanted = events.EventPattern(
        source=pattern["source"], detail_type=pattern["detail-type"], detail=pattern.get("detail")
    )
    return events.Rule(scope, name, rule_name=f"aiops-{name}", event_pattern=wanted, targets=[target])


def schedule(scope: Construct, name: str, every: cdk.Duration, target: events.IRuleTarget) -> events.Rule:
    """The rule aiops-<name> that fires at a fixed rate."""
    return events.Rule(scope, name, rule_name=f"aiops-{name}", schedule=events.Schedule.rate(every), targets=[target])


def may_put_events(task: Task) -> None:
    """Let the function put events on the default bus."""
    task.may("events:PutEvents", on=arn(task, "arn:{partition}:events:{region}:{account}:event-bus/default"))


def function_target(task: Task, dead_letters: sqs.IQueue) -> targets.LambdaFunction:
    """A function as target, for up to a day, then the dead-letter queue."""
    return targets.LambdaFunction(
        task.function, dead_letter_queue=dead_letters, max_event_age=cdk.Duration.hours(24), retry_attempts=185
    )
