"""The functions of the workflow, one per state: and what each may do."""

from collections.abc import Sequence

from aws_cdk import aws_ssm as ssm
from constructs import Construct

from cdk_app.bedrock import allow_model
from cdk_app.grants import arn
from cdk_app.notifications import Notifications
from cdk_app.recovery import ROLE, may_find_definitions, may_gather_evidence, may_keep_all, may_read_all
from cdk_app.storage import Storage
from cdk_app.task import KEEPING_MB, TaskFactory
from cdk_app.vault import Vault

EXECUTIONS = "arn:{partition}:states:{region}:{account}:execution:aiops:*"
ALARMS = "arn:{partition}:cloudwatch:{region}:{account}:alarm:*"
CALENDAR = "arn:{partition}:ssm:{region}:{account}:document/{id}"
ANY_EXECUTION = "each execution has an ARN of its own under this machine's"
NO_RESOURCES = "the service knows no resources for this read"


class Steps(Construct):
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        task: TaskFactory,
        model_id: str,
        storage: Storage,
        vault: Vault,
        notifications: Notifications,
        kill_switch: ssm.IStringParameter,
        calendars: Sequence[str],
    ) -> None:
        """`calendars` are the Change Calendars of the policy, by name or ARN."""
        super().__init__(scope, construct_id)
        executions, recovery_role = arn(self, EXECUTIONS), arn(self, ROLE)
        incidents, patterns = storage.incidents.table_arn, storage.patterns.table_arn
        claims, snapshots = storage.claims.table_arn, storage.snapshots.table_arn

        detect = task(self, "Detect")
        detect.may("dynamodb:PutItem", on=incidents)
        detect.may(
            "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:ConditionCheckItem", on=claims
        )
        detect.may("dynamodb:GetItem", "dynamodb:UpdateItem", on=patterns)
        detect.may("dynamodb:GetItem", on=snapshots)
        detect.may("ssm:GetParameter", on=kill_switch.parameter_arn)
        detect.may("cloudwatch:ListTagsForResource", on=arn(self, ALARMS), because="any alarm may name a target")
        for calendar in calendars:
            document = calendar if calendar.startswith("arn:") else arn(self, CALENDAR, calendar)
            detect.may("ssm:GetCalendarState", on=document)
        detect.may("states:DescribeExecution", on=executions, because=ANY_EXECUTION)
        detect.may("tag:GetResources", "ec2:DescribeInstances", on="*", because=NO_RESOURCES)
        detect.may("autoscaling:DescribeAutoScalingGroups", on="*", because=NO_RESOURCES)

        analyze = task(self, "Analyze")
        analyze.may("dynamodb:Query", on=f"{incidents}/index/resource-type-index")
        analyze.may("dynamodb:GetItem", "dynamodb:UpdateItem", on=patterns)
        if model_id:
            allow_model(analyze.role, model_id)

        plan = task(self, "Plan")
        plan.may("dynamodb:GetItem", on=snapshots)
        plan.may("dynamodb:GetItem", on=patterns)
        may_read_all(plan)
        may_find_definitions(plan)

        request_review = task(self, "RequestReview")
        request_review.may("dynamodb:UpdateItem", on=incidents)
        request_review.may("dynamodb:PutItem", on=claims)
        notifications.may_publish(request_review)

        apply_review = task(self, "ApplyReview")

        restore = task(self, "Restore")
        restore.may("dynamodb:UpdateItem", on=incidents)
        restore.may("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", on=claims)
        restore.may("ssm:GetParameter", on=kill_switch.parameter_arn)
        restore.may("sts:AssumeRole", "sts:SetSourceIdentity", on=recovery_role)
        restore.may("states:DescribeExecution", on=executions, because=ANY_EXECUTION)

        may_gather_evidence(restore)

        record = task(self, "Record")
        record.may("dynamodb:UpdateItem", on=incidents)

        verify = task(self, "Verify", memory_mb=KEEPING_MB)
        verify.may("dynamodb:GetItem", "dynamodb:PutItem", on=snapshots)
        verify.may("dynamodb:GetItem", "dynamodb:PutItem", on=claims)
        verify.may("cloudwatch:DescribeAlarms", on="*", because="composite alarms are told of to nobody with less")
        verify.may("cloudwatch:GetMetricData", "tag:GetResources", on="*", because=NO_RESOURCES)
        vault.may_store(verify)
        may_read_all(verify)
        may_keep_all(verify)

        undo = task(self, "Undo")
        undo.may("dynamodb:GetItem", "dynamodb:PutItem", on=claims)
        undo.may("sts:AssumeRole", "sts:SetSourceIdentity", on=recovery_role)
        undo.may("states:DescribeExecution", on=executions, because=ANY_EXECUTION)

        notify = task(self, "Notify")
        notifications.may_publish(notify)

        store_metrics = task(self, "StoreMetrics")
        store_metrics.may("dynamodb:PutItem", "dynamodb:UpdateItem", on=incidents)
        store_metrics.may(
            "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", on=claims
        )
        store_metrics.may("dynamodb:UpdateItem", on=snapshots)
        store_metrics.may("dynamodb:GetItem", "dynamodb:UpdateItem", on=patterns)

        self.restoring = (restore.role, undo.role)
        self.functions = {
            one.node.id: one.function
            for one in (
                detect,
                analyze,
                plan,
                request_review,
                apply_review,
                restore,
                record,
                verify,
                undo,
                notify,
                store_metrics,
            )
        }
