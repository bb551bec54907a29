"""The build that brings back what only the user's own Terraform or CDK code knows; made if it is configured."""

import json
import re
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_iam as iam
from constructs import Construct

from cdk_app.buildspec import buildspec
from cdk_app.grants import acknowledge, allow, arn
from cdk_app.settings import Settings
from cdk_app.task import log_group
from tasks.domain import redeployment as check
from tasks.resources.redeployment import NAME, PROJECT

# Roles are global: the name tells the region. policy.yaml knows it: what the build changes is meant.
ROLE_NAME = "aiops-redeploy-{}"
# Has Node, Python and the AWS CLI.
IMAGE = "aws/codebuild/amazonlinux-x86_64-standard:5.0"


class Redeployment(Construct):
    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings) -> None:
        super().__init__(scope, construct_id)
        project = arn(self, PROJECT)
        self._role = iam.Role(
            self,
            "Role",
            role_name=ROLE_NAME.format(cdk.Stack.of(self).region),
            assumed_by=iam.ServicePrincipal(
                "codebuild.amazonaws.com", conditions={"StringEquals": {"aws:SourceArn": project}}
            ),
        )
        for number, policy in enumerate(filter(None, settings.redeploy_policies.split(","))):
            self._role.add_managed_policy(iam.ManagedPolicy.from_managed_policy_arn(self, f"Policy{number}", policy))
            acknowledge(self._role, f"AwsSolutions-IAM4[Policy::{policy}]", "what the build may do, its user decides")
        log = log_group(self, name=f"/aws/codebuild/{NAME}", days=settings.log_retention_days)
        allow(self._role, "logs:CreateLogStream", "logs:PutLogEvents", on=log.log_group_arn)
        made = codebuild.CfnProject(
            self,
            "Project",
            name=NAME,
            description="Plans with the user's own code, refuses to destroy or replace, applies that plan",
            service_role=self._role.role_arn,
            source=self._source(settings),
            artifacts=codebuild.CfnProject.ArtifactsProperty(type="NO_ARTIFACTS"),
            environment=codebuild.CfnProject.EnvironmentProperty(
                type="LINUX_CONTAINER", compute_type="BUILD_GENERAL1_SMALL", image=settings.redeploy_image or IMAGE
            ),
            # Two at once would fight for the state that they plan from.
            concurrent_build_limit=1,
            timeout_in_minutes=60,
        )
        made.node.add_dependency(self._role)  # its policy too: CodeBuild looks at the source at once
        acknowledge(made, "AwsSolutions-CB4", "it keeps no artifacts that a key could encrypt")

    def _source(self, settings: Settings) -> codebuild.CfnProject.SourceProperty:
        """The source with the build's own instructions; the role may read it, and nothing beside it."""
        source, connection = settings.redeploy_source, settings.redeploy_connection
        auth = None
        if kept := re.fullmatch(r"s3://([^/]+)/(.+)", source):
            kind, location = "S3", f"{kept[1]}/{kept[2]}"
            allow(self._role, "s3:GetObject", "s3:GetObjectVersion", on=arn(self, "arn:{partition}:s3:::") + location)
            bucket = arn(self, "arn:{partition}:s3:::") + kept[1]
            allow(self._role, "s3:GetBucketAcl", "s3:GetBucketLocation", on=bucket)
        elif kept := re.fullmatch(r"https://git-codecommit\.([a-z0-9-]+)\.amazonaws\.com/v1/repos/(.+)", source):
            kind, location = "CODECOMMIT", source
            repository = arn(self, f"arn:{{partition}}:codecommit:{kept[1]}:{{account}}:{kept[2]}")
            allow(self._role, "codecommit:GitPull", on=repository)
        else:
            kind, location = "GITHUB", source
            if connection:
                auth = codebuild.CfnProject.SourceAuthProperty(type="CODECONNECTIONS", resource=connection)
                service = connection.split(":")[2]  # connections made before 2024 have another
                allow(self._role, f"{service}:GetConnection", f"{service}:GetConnectionToken", on=connection)
        spec = buildspec(settings.redeploy, check=Path(check.__file__).read_text(encoding="utf-8"))
        return codebuild.CfnProject.SourceProperty(
            type=kind, location=location, auth=auth, build_spec=json.dumps(spec, indent=1)
        )
