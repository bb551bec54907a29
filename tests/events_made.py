"""Events of services that the catalogue does not know, in the frame of published ones."""

from typing import Any

from published import ACCOUNT, REGION, Json, sample

OTHER = "111122223333"
USER = {
    "type": "IAMUser",
    "arn": f"arn:aws:iam::{ACCOUNT}:user/Ada",
    "accountId": ACCOUNT,
    "userName": "Ada",
}
ROLE = {
    "type": "AssumedRole",
    "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/deployer/run-1",
    "accountId": ACCOUNT,
    "sessionContext": {"sessionIssuer": {"arn": f"arn:aws:iam::{ACCOUNT}:role/deployer"}},
}
ROOT = {"type": "Root", "arn": f"arn:aws:iam::{ACCOUNT}:root", "accountId": ACCOUNT}
STACK = {**ROLE, "invokedBy": "cloudformation.amazonaws.com"}


def called(service: str, name: str, /, asked: Json | None = None, *, by: Json = USER, **more: Any) -> Json:
    """A CloudTrail event of this call; `more` are further keys of the record."""
    detail = {
        "eventSource": f"{service}.amazonaws.com",
        "eventName": name,
        "requestParameters": asked,
        "userIdentity": by,
        "recipientAccountId": ACCOUNT,
        "eventID": "5a5b1b5e-0000-0000-0000-000000000000",
        **more,
    }
    return {**sample("cloudtrail_StopInstances"), "source": f"aws.{service}", "detail": detail}


def reported(service: str, detail_type: str, /, **detail: Any) -> Json:
    """A service's own event."""
    frame = {"account": ACCOUNT, "region": REGION, "time": "2026-03-01T12:00:00Z", "id": "1", "resources": []}
    return {**frame, "source": f"aws.{service}", "detail-type": detail_type, "detail": detail}
