"""Which role made which calls while the suites ran, as IAM names them: in this process, and on the engine.

In this process a call is a function's when a file of `tasks` is on the stack, and the recovery role's when a session
made the client. What a test lets a resource module do by itself is ANYBODY's: of every role that looks or restores.
"""

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

RECOVERY, ANYBODY = "aiops-recovery", "a resource module"
# (role, IAM action) of every call that was let through.
CALLS: set[tuple[str, str]] = set()

# Where IAM's prefix is not the name that requests are signed for.
PREFIXES = {"monitoring": "cloudwatch", "tagging": "tag"}
# Operations with another action than their name (service authorization reference).
ACTIONS = {
    "bedrock:Converse": "bedrock:InvokeModel",
    "lambda:Invoke": "lambda:InvokeFunction",
    "dynamodb:TransactGetItems": "dynamodb:GetItem",
    "s3:DeleteBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:DeleteBucketLifecycle": "s3:PutLifecycleConfiguration",
    "s3:DeleteObjects": "s3:DeleteObject",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:GetBucketNotificationConfiguration": "s3:GetBucketNotification",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    "s3:PutBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
}
# Of a version, S3 asks for another action.
OF_A_VERSION = ("s3:GetObject", "s3:DeleteObject")
# What a parameter of a call asks for beside the call's own action.
WITH = {
    ("cloudtrail:CreateTrail", "TagsList"): "cloudtrail:AddTags",
    ("cloudtrail:CreateTrail", "CloudWatchLogsRoleArn"): "iam:PassRole",
    ("cloudtrail:UpdateTrail", "CloudWatchLogsRoleArn"): "iam:PassRole",
    ("ec2:RunInstances", "TagSpecifications"): "ec2:CreateTags",
    ("ec2:RunInstances", "IamInstanceProfile"): "iam:PassRole",
    ("events:PutRule", "Tags"): "events:TagResource",
    ("lambda:CreateFunction", "Tags"): "lambda:TagResource",
    ("lambda:CreateFunction", "Role"): "iam:PassRole",
    ("lambda:UpdateFunctionConfiguration", "Role"): "iam:PassRole",
    ("s3:CreateBucket", "ObjectOwnership"): "s3:PutBucketOwnershipControls",
    ("rds:RestoreDBInstanceFromDBSnapshot", "Tags"): "rds:AddTagsToResource",
    ("rds:RestoreDBInstanceToPointInTime", "Tags"): "rds:AddTagsToResource",
    ("ssm:PutParameter", "Tags"): "ssm:AddTagsToResource",
    ("sts:AssumeRole", "SourceIdentity"): "sts:SetSourceIdentity",
}
_TASK = re.compile(r"tasks\.(\w+)")
_TESTS = str(Path(__file__).parent)


def recording(make_client: Callable[..., Any]) -> Callable[..., Any]:
    """boto3's Session.client, whose clients note what is asked of them, also of a Stubber."""

    def client(session: Any, *args: Any, **kwargs: Any) -> Any:
        made = make_client(session, *args, **kwargs)
        in_session = bool(kwargs.get("aws_session_token"))

        def record(params: Any, model: Any, **_: Any) -> None:
            if role := _role():
                CALLS.update((RECOVERY if in_session else role, action) for action in actions(model, params))

        made.meta.events.register_first("before-parameter-build.*.*", record)
        return made

    return client


def actions(model: Any, params: Any) -> Iterator[str]:
    """The IAM actions of an operation with these parameters."""
    service = model.service_model.signing_name
    name = f"{PREFIXES.get(service, service)}:{model.name}"
    if name == "dynamodb:TransactWriteItems":
        for item in params["TransactItems"]:
            (kind,) = item
            yield f"dynamodb:{kind}Item"
        return
    action = ACTIONS.get(name, name)
    yield f"{action}Version" if action in OF_A_VERSION and "VersionId" in str(params) else action
    yield from (more for (call, parameter), more in WITH.items() if call == name and params.get(parameter))


def on_engine(sessions: Any, access_key: str, action: str) -> None:
    """Note a call that the engine let through; `sessions` are its own by access key, a function's named after it."""
    _, _, role = str(sessions.get(access_key, {}).get("Arn", "")).partition(":assumed-role/")
    who = RECOVERY if role.startswith(f"{RECOVERY}-") else role.rpartition("/")[2]
    if who.startswith("aiops-"):
        CALLS.add((who, action))


def _role() -> str:
    """Who asks, by what stands on the stack below the first test."""
    frame, found = sys._getframe(2), ""
    while frame:
        module = frame.f_globals.get("__name__", "")
        if task := _TASK.fullmatch(module):
            return "aiops-" + task[1].title().replace("_", "")
        if frame.f_code.co_filename.startswith(_TESTS):
            return found
        if module.startswith("tasks.resources."):
            found = ANYBODY
        frame = frame.f_back  # type: ignore[assignment]
    return found
