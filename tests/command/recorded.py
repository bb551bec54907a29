"""Recorded events, changed from published ones, and the command on a file of them."""

import json
from pathlib import Path
from typing import Any

from published import ACCOUNT, REGION, Json, actors, call, on_bucket, overwriting, sample, stopping

from command.laptop import run

KEYS = {
    "id",
    "delivered",
    "classification",
    "severity",
    "confidence",
    "resources",
    "actor",
    "reason",
    "block_reason",
    "plan",
}
PUBLIC = {"Statement": [{"Sid": "World", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}]}
INSTANCE = "i-1234567890abcdef0"
RECOVERY_ROLE = f"arn:aws:iam::{ACCOUNT}:role/aiops-recovery-{REGION}"


THREE = [stopping(f"i-{number:017x}") for number in range(3)]


def acting(event: Json, *, issuer: str = "", invoked_by: str = "") -> Json:
    """The event, done by a session of a role or by a service."""
    identity = json.loads(json.dumps(actors()["AssumedRole"]))
    identity["sessionContext"]["sessionIssuer"]["arn"] = issuer or f"arn:aws:iam::{ACCOUNT}:role/Somebody"
    event["detail"]["userIdentity"] = identity | ({"invokedBy": invoked_by} if invoked_by else {})
    return event


def write(folder: Path, *events: Any, name: str = "events.jsonl") -> Path:
    file = folder / name
    file.write_text("".join(json.dumps(event) + "\n" for event in events))
    return file


def replayed(folder: Path, *events: Any) -> list[Any]:
    said = run("replay", write(folder, *events))
    assert (said.status, said.err) == (0, "")
    return said.lines


# event, delivered, classification, block reason, plan's autonomy and action
DECISIONS: list[tuple[str, Json, bool, str, str | None, tuple[str, str] | None]] = [
    ("stopped", stopping(INSTANCE), True, "FAILURE", None, ("auto", "start_instance")),
    ("stopped by itself", sample("ec2_instance_state_change"), True, "FAILURE", None, ("auto", "start_instance")),
    (
        "still running",
        sample("ec2_instance_state_change", {"detail.state": "running"}),
        False,
        "NORMAL",
        None,
        None,
    ),
    ("overwritten", overwriting("/app/db", 3), True, "TAMPERING", None, ("auto", "put_previous_version")),
    ("new", overwriting("/app/db", 1, **{"requestParameters.overwrite": False}), False, "NORMAL", None, None),
    (
        "opened",
        on_bucket("PutBucketPolicy", "b", **{"requestParameters.bucketPolicy": PUBLIC}),
        True,
        "TAMPERING",
        None,
        ("auto", "put_bucket_policy"),
    ),
    ("terminated", call("TerminateInstances"), True, "FAILURE", None, ("auto", "replace_instance")),
    (
        "let the world in",
        call("AuthorizeSecurityGroupIngress"),
        True,
        "TAMPERING",
        None,
        ("auto", "revoke_ingress"),
    ),
    ("policy gone", on_bucket("DeleteBucketPolicy", "b"), True, "TAMPERING", None, ("approve", "put_bucket_policy")),
    ("refused", stopping(INSTANCE, errorCode="Client.UnauthorizedOperation"), False, "NORMAL", None, None),
    ("unknown", sample("health_event"), False, "ANOMALY", "UNKNOWN_EVENT", None),
    ("storm", stopping(*(f"i-{number:017x}" for number in range(26))), True, "FAILURE", "STORM", None),
    ("our own", acting(overwriting("/app/db", 3), issuer=RECOVERY_ROLE), True, "TAMPERING", "INTENDED", None),
    (
        "CloudFormation",
        acting(stopping(INSTANCE), invoked_by="cloudformation.amazonaws.com"),
        True,
        "FAILURE",
        "INTENDED",
        None,
    ),
    ("no resource", stopping("i-*"), True, "NORMAL", "MALFORMED", None),
]
