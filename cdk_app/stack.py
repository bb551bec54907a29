"""The agent in one stack; each construct is a noun with a file of its name."""

from dataclasses import asdict
from functools import partial
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from cdk_app.alarms import Alarms
from cdk_app.asset import lambda_code
from cdk_app.coverage import Coverage
from cdk_app.dead_letters import DeadLetters
from cdk_app.deletions import Deletions
from cdk_app.documents import Documents
from cdk_app.eyes import Eyes
from cdk_app.failures import Failures
from cdk_app.faults import Faults
from cdk_app.grants import arn
from cdk_app.log_analysis import LogAnalysis
from cdk_app.metric_analysis import MetricAnalysis
from cdk_app.notifications import Notifications
from cdk_app.recovery import ROLE, Recovery
from cdk_app.redeployment import Redeployment
from cdk_app.settings import Settings
from cdk_app.snapshots import Snapshots
from cdk_app.steps import Steps
from cdk_app.storage import Storage
from cdk_app.task import Task
from cdk_app.trail import Trail
from cdk_app.vault import Vault
from cdk_app.workflow import Workflow
from tasks.domain.opting import TAG

# The CLI's own credentials serve an account, or an emulator, without the roles of a bootstrap.
SYNTHESIZERS = {"bootstrap": cdk.DefaultStackSynthesizer, "cli": cdk.CliCredentialsStackSynthesizer}
REMOVAL = {"retain": cdk.RemovalPolicy.RETAIN, "destroy": cdk.RemovalPolicy.DESTROY}


class AiopsStack(cdk.Stack):
    def __init__(self, scope: Construct, *, settings: Settings, policy: dict[str, Any]) -> None:
        """`policy` is the checked policy.yaml."""
        super().__init__(scope, "aiops", synthesizer=SYNTHESIZERS[settings.synthesizer]())
        removal_policy = REMOVAL[settings.removal]
        storage = Storage(self, "Storage", removal_policy=removal_policy)
        vault = Vault(self, "Vault", removal_policy=removal_policy)
        notifications = Notifications(self, "Notifications", email=settings.email)
        dead_letters = DeadLetters(self, "DeadLetters")
        kill_switch = ssm.StringParameter(
            self, "KillSwitch", parameter_name="/aiops/kill-switch", string_value="off", allowed_pattern="^(on|off)$"
        )
        variables = {
            **{name: str(value) for name, value in asdict(settings).items()},
            "incidents_table": storage.incidents.table_name,
            "patterns_table": storage.patterns.table_name,
            "claims_table": storage.claims.table_name,
            "snapshots_table": storage.snapshots.table_name,
            "snapshots_bucket": vault.bucket.bucket_name,
            "topic_arn": notifications.topic.topic_arn,
            "kill_switch": kill_switch.parameter_name,
            "recovery_role_arn": arn(self, ROLE),
        }
        task = partial(Task, code=lambda_code(policy), settings=settings, variables=variables)

        steps = Steps(
            self,
            "Steps",
            task=task,
            storage=storage,
            vault=vault,
            notifications=notifications,
            kill_switch=kill_switch,
            model_id=settings.model_id,
            calendars=policy.get("maintenance", {}).get("calendars", ()),
        )
        Recovery(self, "Recovery", trusted=steps.restoring)
        Documents(self, "Documents")
        if settings.redeploy:
            Redeployment(self, "Redeployment", settings=settings)
        workflow = Workflow(self, "Workflow", functions=steps.functions, log_days=settings.log_retention_days)
        Faults(self, "Faults", machine=workflow.machine, undelivered=dead_letters.undelivered)
        Failures(
            self,
            "Failures",
            task=task,
            storage=storage,
            notifications=notifications,
            machine=workflow.machine,
            dead_letters=dead_letters,
        )
        Eyes(self, "Eyes", machine=workflow.machine, notifications=notifications, unhandled=dead_letters.unhandled)
        every = cdk.Duration.minutes(settings.snapshot_minutes)
        snapshots = Snapshots(
            self, "Snapshots", task=task, storage=storage, vault=vault, every=every, unhandled=dead_letters.unhandled
        )
        Deletions(self, "Deletions", task=task, storage=storage, kill_switch=kill_switch, dead_letters=dead_letters)
        metric_analysis = MetricAnalysis(
            self,
            "MetricAnalysis",
            task=task,
            storage=storage,
            every=cdk.Duration.minutes(settings.metric_minutes),
            unhandled=dead_letters.unhandled,
        )
        trail = Trail(
            self, "Trail", task=task, settings=settings, removal_policy=removal_policy, unhandled=dead_letters.unhandled
        )

        reading = cdk.Duration.minutes(settings.log_minutes)
        log_analysis = LogAnalysis(
            self,
            "LogAnalysis",
            task=task,
            every=reading,
            storage=storage,
            notifications=notifications,
            unhandled=dead_letters.unhandled,
        )
        # The agent's own parts are managed from the first deployment, but its logs are not read for failures to come;
        # whoever turns the switch is only told of.
        cdk.Tags.of(self).add(TAG, "auto", exclude_resource_types=["AWS::Logs::LogGroup"])
        cdk.Tags.of(kill_switch).add(TAG, "notify")

        daily = cdk.Duration.days(1)
        coverage = Coverage(
            self,
            "Coverage",
            task=task,
            every=daily,
            model_id=settings.model_id,
            storage=storage,
            notifications=notifications,
            unhandled=dead_letters.unhandled,
        )

        alarms = Alarms(self, "Alarms", topic=notifications.topic)
        alarms.on_failed_executions(workflow.machine)
        alarms.on_dead_letters(dead_letters.undelivered, "undelivered", "Events could not start the workflow.")
        alarms.on_dead_letters(dead_letters.unhandled, "unhandled", "A failure could not even be handled: look at it.")
        alarms.on_schedule(snapshots.take_snapshots, every)
        alarms.on_schedule(metric_analysis.analyze_metrics, cdk.Duration.minutes(settings.metric_minutes))
        alarms.on_schedule(log_analysis.analyze_logs, reading)
        alarms.on_schedule(trail.check_trail, cdk.Duration.hours(1))
        alarms.on_schedule(coverage.check_coverage, daily)
        alarms.on_detection_lag(seconds=300)
        alarms.on_silent_trail()
