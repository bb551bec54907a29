"""The topic that tells people, encrypted at rest and on its way."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from cdk_app.task import Task


class Notifications(Construct):
    def __init__(self, scope: Construct, construct_id: str, *, email: str) -> None:
        super().__init__(scope, construct_id)
        # CloudWatch alarms cannot publish to a topic under the AWS managed key, nor past a topic policy of its own.
        alarms = iam.ServicePrincipal(
            "cloudwatch.amazonaws.com",
            conditions={"StringEquals": {"aws:SourceAccount": cdk.Stack.of(self).account}},
        )
        self.key = kms.Key(
            self,
            "Key",
            description="aiops: notifications",
            enable_key_rotation=True,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        self.key.grant(alarms, "kms:Decrypt", "kms:GenerateDataKey*")
        # EventBridge names no source that a condition could ask for.
        self.key.grant(iam.ServicePrincipal("events.amazonaws.com"), "kms:Decrypt", "kms:GenerateDataKey*")
        self.topic = sns.Topic(self, "Topic", topic_name="aiops-incidents", master_key=self.key, enforce_ssl=True)
        self.topic.grant_publish(alarms)
        if email:
            self.topic.add_subscription(subscriptions.EmailSubscription(email))

    def may_publish(self, task: Task) -> None:
        task.may("sns:Publish", on=self.topic.topic_arn)
        task.may("kms:Decrypt", "kms:GenerateDataKey", on=self.key.key_arn)
