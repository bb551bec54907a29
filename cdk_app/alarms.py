"""What pages somebody when the agent itself is in trouble."""

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from cdk_app.task import Task

FIVE_MINUTES = cdk.Duration.minutes(5)
MISSING = cloudwatch.TreatMissingData.BREACHING
QUIET = cloudwatch.TreatMissingData.NOT_BREACHING
OVER = cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
UNDER = cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD


class Alarms(Construct):
    def __init__(self, scope: Construct, construct_id: str, *, topic: sns.ITopic) -> None:
        super().__init__(scope, construct_id)
        self._tell = actions.SnsAction(topic)

    def on_failed_executions(self, machine: sfn.StateMachine) -> None:
        """The backstop: status events are best effort, metrics are not."""
        ends = {
            "failed": machine.metric_failed,
            "timed-out": machine.metric_timed_out,
            "aborted": machine.metric_aborted,
        }
        for name, metric in ends.items():
            count = metric(period=FIVE_MINUTES, statistic="Sum")
            self._alarm(f"executions-{name}", f"An execution of the workflow {name}.", count, OVER, 1, QUIET)

    def on_dead_letters(self, queue: sqs.Queue, name: str, why: str) -> None:
        depth = queue.metric_approximate_number_of_messages_visible(period=FIVE_MINUTES, statistic="Maximum")
        self._alarm(f"{name}-events", why, depth, OVER, 1, QUIET)

    def on_schedule(self, task: Task, every: cdk.Duration) -> None:
        """A run that failed, and two intervals in a row without one."""
        function, name = task.function, task.node.id
        errors = function.metric_errors(period=every, statistic="Sum")
        self._alarm(f"{name}-failed", f"A run of {name} failed.", errors, OVER, 1, QUIET)
        runs = function.metric_invocations(period=every, statistic="Sum")
        self._alarm(f"{name}-missing", f"{name} does not run on its schedule.", runs, UNDER, 1, MISSING, periods=2)

    def on_detection_lag(self, seconds: int) -> None:
        lag = self._own("DetectionLag", "p95", FIVE_MINUTES)
        self._alarm("detection-lag", "Events arrive late: p95 over five minutes.", lag, OVER, seconds, QUIET)

    def on_silent_trail(self) -> None:
        """The check runs hourly, so two hours surely hold one."""
        logging = self._own("TrailLogging", "Minimum", cdk.Duration.hours(2))
        self._alarm(
            "trail-silent", "No trail logs write events: CloudTrail events do not arrive.", logging, UNDER, 1, MISSING
        )

    def _own(self, name: str, statistic: str, period: cdk.Duration) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace="AIOps",
            metric_name=name,
            dimensions_map={"service": "aiops"},
            statistic=statistic,
            period=period,
        )

    def _alarm(
        self,
        name: str,
        why: str,
        metric: cloudwatch.IMetric,
        comparison: cloudwatch.ComparisonOperator,
        threshold: float,
        missing: cloudwatch.TreatMissingData,
        periods: int = 1,
    ) -> None:
        alarm = cloudwatch.Alarm(
            self,
            name,
            alarm_name=f"aiops-{name}",
            alarm_description=why,
            metric=metric,
            comparison_operator=comparison,
            threshold=threshold,
            evaluation_periods=periods,
            treat_missing_data=missing,
        )
        alarm.add_alarm_action(self._tell)
