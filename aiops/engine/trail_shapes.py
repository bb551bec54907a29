"""Requests and responses in CloudTrail's spelling, derived from botocore's service models.

JSON, REST and query services have the SDK's names with a small first letter; EC2 and S3 have rules of their own.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import parse_qs, unquote

import botocore.session
from botocore.model import OperationModel, ServiceModel, Shape
from botocore.parsers import create_parser

from aiops.engine import trail_ec2, trail_s3

Tree = dict[str, Any]


@cache
def operation(service: str, name: str) -> OperationModel:
    return _service(service).operation_model(name)


@cache
def _service(name: str) -> ServiceModel:
    """Megabytes of JSON, to be read once."""
    return botocore.session.get_session().get_service_model(name)


def is_call_of(model: OperationModel, *, method: str, path: str, headers: Tree, query: Tree, body: bytes) -> bool:
    """Whether an HTTP request, already known to be for the service, is this operation."""
    if model.service_model.resolved_protocol == "json":
        return bool(headers.get("x-amz-target", "").endswith(f".{model.name}"))
    if model.service_model.resolved_protocol in ("ec2", "query"):
        return f"Action={model.name}&".encode() in body + b"&"
    wanted_path, _, sub_resource = model.http["requestUri"].partition("?")
    if method != model.http["method"] or not _uri(wanted_path).fullmatch(path):
        return False
    return model.service_model.resolved_protocol != "rest-xml" or query.keys() - {"x-id"} == {sub_resource} - {""}


@cache
def _uri(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(template)) + "/?")


def request_parameters(model: OperationModel, *, path: str, headers: Tree, query: Tree, body: bytes) -> Tree:
    """`requestParameters` of one request."""
    protocol = model.service_model.resolved_protocol
    shape = model.input_shape
    if protocol == "rest-xml":
        return trail_s3.request(path=path, headers=headers, query=query, body=body)
    if protocol == "json":
        return dict(_small(json.loads(body), shape))
    if protocol == "rest-json":
        names = _uri(model.http["requestUri"].partition("?")[0]).fullmatch(path)
        in_path = {name: unquote(value) for name, value in (names.groupdict() if names else {}).items()}
        return dict(_small({**(json.loads(body) if body else {}), **in_path}, shape))
    form = {name: values[0] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}
    given = _from_form(form, shape, "", protocol) or {}
    return trail_ec2.request(given) if protocol == "ec2" else dict(_small(given, shape))


def response_elements(
    model: OperationModel, *, status: int, headers: Tree, body: bytes, request_id: str
) -> Tree | None:
    """`responseElements`, or None if there is nothing to show."""
    protocol = model.service_model.resolved_protocol
    if protocol == "rest-xml":
        return None
    if protocol == "ec2":
        head: Tree = {"requestId": request_id}
        if model.output_shape is None:
            return {**head, "_return": True}
        return {**head, **trail_ec2.response(_parsed(model, status, headers, body), model.output_shape)}
    told = _small(_parsed(model, status, headers, body), model.output_shape)
    # RDS tells of the database itself.
    return told.get("dBInstance", told) or None


def error(model: OperationModel, *, status: int, headers: Tree, body: bytes) -> tuple[str, str]:
    """errorCode and errorMessage of a refused call."""
    parsed = _parsed(model, status, headers, body)["Error"]
    code = "AccessDenied" if parsed["Code"] == "AccessDeniedException" else parsed["Code"]
    return ("Client." if model.service_model.resolved_protocol == "ec2" else "") + code, parsed.get("Message", "")


def _parsed(model: OperationModel, status: int, headers: Tree, body: bytes) -> Tree:
    parser = create_parser(model.service_model.resolved_protocol)
    parsed: Tree = parser.parse({"status_code": status, "headers": headers, "body": body}, model.output_shape)
    parsed.pop("ResponseMetadata", None)
    return parsed


def _small(value: Any, shape: Shape | None) -> Any:
    if shape is None:
        return {}
    if isinstance(value, datetime):
        return f"{value:%b} {value.day}, {value.year} {value.hour % 12 or 12}:{value:%M:%S %p}"
    if shape.type_name == "structure" and isinstance(value, dict):
        known = [(name, member) for name, member in shape.members.items() if name in value]
        return {trail_ec2.first_small(name): _small(value[name], member) for name, member in known}
    if shape.type_name == "list" and isinstance(value, list):
        return [_small(item, shape.member) for item in value]
    return value


def _from_form(form: Mapping[str, str], shape: Any, prefix: str, protocol: str) -> Any:
    """A form-encoded request in the SDK's names, or None where the form has nothing under the prefix."""
    if prefix and not any(name == prefix or name.startswith(f"{prefix}.") for name in form):
        return None
    if shape.type_name == "structure":
        members = {
            name: _from_form(form, member, f"{prefix}.{_wire_name(name, member, protocol)}".lstrip("."), protocol)
            for name, member in shape.members.items()
        }
        return {name: value for name, value in members.items() if value is not None}
    if shape.type_name == "list":
        flat = protocol == "ec2" or shape.serialization.get("flattened")
        stem = prefix if flat else f"{prefix}.{shape.member.serialization.get('name', 'member')}"
        return list(_until_none(form, shape.member, stem, protocol))
    if shape.type_name == "boolean":
        return form[prefix] == "true"
    return int(form[prefix]) if shape.type_name in ("integer", "long") else form[prefix]


def _until_none(form: Mapping[str, str], shape: Any, stem: str, protocol: str) -> Iterator[Any]:
    index = 1
    while (item := _from_form(form, shape, f"{stem}.{index}", protocol)) is not None:
        yield item
        index += 1


def _wire_name(name: str, member: Any, protocol: str) -> str:
    wire: str = member.serialization.get("queryName") or member.serialization.get("name", name)
    return wire[0].upper() + wire[1:] if protocol == "ec2" else wire
