"""CloudTrail: every listed call is kept for LookupEvents, and is an event on the bus while a trail is logging."""

import json
import re
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from botocore.model import OperationModel
from ministack import app
from ministack.core.responses import get_account_id, get_region, get_request_client_ip
from ministack.core.router import extract_access_key_id
from ministack.services import cloudtrail

from aiops.engine import bus, trail_shapes
from aiops.engine.identities import user_identity
from aiops.engine.trail_calls import API_VERSIONS, CALLS, RESOURCE_ARNS, RESOURCE_TYPES, Call
from aiops.engine.wrap import wraps_function
from tasks.domain.selectors import log_writes

_SIGNED_FOR = re.compile(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/aws4_request")
_HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
_CIPHER = "TLS_AES_128_GCM_SHA256"


@wraps_function(app, "_dispatch_service_request")
async def _record(
    original: Any, method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any], request_id: str
) -> Any:
    call = _listed(method, path, headers, body, query)
    seen = call is not None and _logging()  # the call that stops or deletes the trail is the last that it logs
    response = await original(method, path, headers, body, query, request_id)
    identity = user_identity(extract_access_key_id(headers, query)) if call else None
    if call and identity:
        detail = _detail(call, identity, path, headers, body, query, response, request_id)
        _keep(call, detail, on_bus=seen or _logging())
    return response


@wraps_function(app, "_maybe_record_cloudtrail")
def _record_others(
    original: Any, service: str, method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any],
    *context: str,
) -> None:  # fmt: skip
    if _listed(method, path, headers, body, query) is None:
        original(service, method, path, headers, body, query, *context)


def _listed(method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]) -> Call | None:
    signed = _SIGNED_FOR.search(headers.get("authorization", ""))
    request = {"method": method, "path": path, "headers": headers, "query": query, "body": body}
    for call in CALLS if signed else ():
        if call.service == signed[1] and trail_shapes.is_call_of(_model(call), **request):  # type: ignore[index, arg-type]
            return call
    return None


def _model(call: Call) -> OperationModel:
    return trail_shapes.operation(call.service, call.operation)


def _detail(
    call: Call, identity: dict[str, Any], path: str, headers: dict[str, str], body: bytes, query: dict[str, Any],
    response: Any, request_id: str,
) -> dict[str, Any]:  # fmt: skip
    """The record, https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html."""
    status, answer_headers, answer = response
    asked = trail_shapes.request_parameters(_model(call), path=path, headers=headers, query=query, body=body)
    asked = {name: value for name, value in asked.items() if name not in call.omitted}
    asked = {**call.defaults, **_emptied(call, asked), **{name: _HIDDEN for name in call.hidden if name in asked}}
    answered = {"status": status, "headers": answer_headers, "body": answer}
    host, s3 = f"{call.service}.{get_region()}.amazonaws.com", call.service == "s3"
    detail: dict[str, Any] = {
        "eventVersion": "1.11",
        "userIdentity": identity,
        "eventTime": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": f"{call.service}.amazonaws.com",
        "eventName": call.event_name or call.operation,
        "awsRegion": get_region(),
        "sourceIPAddress": get_request_client_ip(),
        "userAgent": f"[{headers.get('user-agent', '')}]" if s3 else headers.get("user-agent", ""),
    }
    if status >= 300:
        detail["errorCode"], detail["errorMessage"] = trail_shapes.error(_model(call), **answered)
    detail |= {"requestParameters": asked, "responseElements": None}
    if status < 300:
        told = trail_shapes.response_elements(_model(call), **answered, request_id=request_id)
        detail["responseElements"] = told and _emptied(call, told)
    if s3:
        detail["additionalEventData"] = {
            "SignatureVersion": "SigV4",
            "CipherSuite": _CIPHER,
            "bytesTransferredIn": len(body),
            "AuthenticationMethod": "AuthHeader",
            "x-amz-id-2": answer_headers.get("x-amz-id-2", ""),
            "bytesTransferredOut": len(answer),
        }
    detail |= {"requestID": request_id, "eventID": str(uuid.uuid4()), "readOnly": False}
    if call.lists_resource and call.service in RESOURCE_ARNS:
        detail["resources"] = [_resource(call, name) for name in _values(asked, call.name_key)]
    return detail | {
        "eventType": "AwsApiCall",
        **({"apiVersion": API_VERSIONS[call.service]} if call.service in API_VERSIONS else {}),
        "managementEvent": True,
        "recipientAccountId": get_account_id(),
        "eventCategory": "Management",
        "tlsDetails": {
            "tlsVersion": "TLSv1.3",
            "cipherSuite": _CIPHER,
            "clientProvidedHostHeader": asked["Host"] if s3 else host,
        },
    }


def _resource(call: Call, name: str) -> dict[str, str]:
    names = {"region": get_region(), "account": get_account_id(), "id": name.lstrip("/")}
    type_ = {"type": RESOURCE_TYPES[call.service]} if call.service in RESOURCE_TYPES else {}
    return {"accountId": get_account_id(), **type_, "ARN": RESOURCE_ARNS[call.service].format(**names)}


def _emptied(call: Call, told: dict[str, Any]) -> dict[str, Any]:
    return {name: {} if name in call.emptied else value for name, value in told.items()}


def _logging() -> bool:
    """Whether a trail is logging calls that write."""
    return any(
        trail["IsLogging"]
        and log_writes({cloudtrail._event_selectors_field(selectors := _selectors(region, name)): selectors})
        for region, name, trail in cloudtrail._visible_trail_items()
    )


def _selectors(region: str, name: str) -> list[dict[str, Any]]:
    default = cloudtrail._DEFAULT_EVENT_SELECTORS
    return list(cloudtrail._event_selectors.get_scoped(get_account_id(), region, name, default))


def _keep(call: Call, detail: dict[str, Any], *, on_bus: bool) -> None:
    who = detail["userIdentity"]
    named = {*_values(detail["requestParameters"], call.name_key), *_values(detail["responseElements"], call.name_key)}
    record = {
        "EventId": detail["eventID"],
        "EventName": detail["eventName"],
        "EventSource": detail["eventSource"],
        "EventTime": time.time(),
        "Username": who.get("userName") or who["arn"].rpartition("/")[2].rpartition(":")[2],
        "AccessKeyId": who["accessKeyId"],
        "ReadOnly": "false",
        "Resources": [{"ResourceType": call.type, "ResourceName": name} for name in sorted(named)],
        "CloudTrailEvent": json.dumps(detail),
    }
    cloudtrail._get_event_queue().append(record)
    if on_bus:
        bus.publish(
            {
                "source": f"aws.{call.service}",
                "detail-type": "AWS API Call via CloudTrail",
                "time": detail["eventTime"],
                "detail": detail,
            }
        )


def _values(tree: Any, key: str) -> Iterator[str]:
    if isinstance(tree, dict):
        for name, value in tree.items():
            if name == key:
                yield from [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]
            yield from _values(value, key)
    elif isinstance(tree, list):
        for item in tree:
            yield from _values(item, key)
