"""Who made a call, as CloudTrail's userIdentity; sessions keep the source identity that MiniStack drops."""

from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from ministack.core import lambda_runtime
from ministack.core.iam_evaluator import CredentialResolutionError, caller_arn, resolve_credential
from ministack.core.responses import request_scope
from ministack.core.router import extract_access_key_id
from ministack.services import iam, sts

from aiops.engine.environment import ACCOUNT, REGION
from aiops.engine.permissions import may_set_source_identity
from aiops.engine.wrap import wraps_function

_source_identity: ContextVar[str] = ContextVar("source_identity", default="")


@wraps_function(sts, "handle_request")
async def _assume_role(
    original: Any, method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]
) -> Any:
    form = {} if body.startswith(b"{") else {name: values[0] for name, values in parse_qs(body.decode()).items()}
    given, role = form.get("SourceIdentity", ""), form.get("RoleArn", "")
    if given and not may_set_source_identity(extract_access_key_id(headers, query), role):
        message = f"User: {caller_arn()} is not authorized to perform: sts:SetSourceIdentity on resource: {role}"
        return iam._error(403, "AccessDenied", message, ns="sts")
    reset = _source_identity.set(given)
    try:
        return await original(method, path, headers, body, query)
    finally:
        _source_identity.reset(reset)


@wraps_function(sts, "register_session")
def _with_source_identity(original: Any, access_key: str, session: dict[str, Any]) -> None:
    """A role session made from one with a source identity inherits it, as on AWS."""
    before = sts._sessions.get(session.get("SourceAccessKeyId", ""), {}).get("SourceIdentity", "")
    original(access_key, {**session, "SourceIdentity": before or _source_identity.get()})


def user_identity(access_key: str) -> dict[str, Any] | None:
    """The shapes of https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html.

    None for a key that MiniStack does not know.
    """
    who = resolve_credential(access_key)
    if isinstance(who, CredentialResolutionError):
        return None
    identity: dict[str, Any] = {
        "type": {"User": "IAMUser"}.get(who.principal_type, who.principal_type),
        "principalId": who.principal_id,
        "arn": who.principal_arn,
        "accountId": who.account_id,
        "accessKeyId": access_key,
    }
    if who.principal_type == "User":
        return {**identity, "userName": who.principal_name}
    if who.principal_type != "AssumedRole":
        return identity
    _, role_name, session_name = who.principal_arn.split(":", 5)[5].split("/", 2)
    role = iam._roles.get(role_name) or {
        "RoleId": "AROAUNKNOWN",
        "Arn": f"arn:aws:iam::{who.account_id}:role/{role_name}",
    }
    session = sts._sessions[access_key]
    issued = datetime.fromtimestamp(session["IssuedAt"], UTC)
    context: dict[str, Any] = {
        "sessionIssuer": {
            "type": "Role",
            "principalId": role["RoleId"],
            "arn": role["Arn"],
            "accountId": who.account_id,
            "userName": role_name,
        },
        "attributes": {"creationDate": f"{issued:%Y-%m-%dT%H:%M:%SZ}", "mfaAuthenticated": "false"},
    }
    if session.get("SourceIdentity"):
        context["sourceIdentity"] = session["SourceIdentity"]
    return {**identity, "principalId": f"{role['RoleId']}:{session_name}", "sessionContext": context}


def role_session(role: str) -> tuple[str, str, str]:
    """Access key, secret and token of a session of the role, without asking its trust policy."""
    with request_scope(ACCOUNT, REGION):
        session = lambda_runtime.execution_credentials(
            {
                "FunctionArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{role}"[:140],
                "FunctionName": "engine",
                "Role": f"arn:aws:iam::{ACCOUNT}:role/{role}",
            }
        )
    return session["AWS_ACCESS_KEY_ID"], session["AWS_SECRET_ACCESS_KEY"], session["AWS_SESSION_TOKEN"]
