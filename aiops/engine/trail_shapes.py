"""Requests and responses in CloudTrail's spelling, derived from botocore's service models.

JSON, REST and query services: the SDK's names with a small first letter. EC2: the names of its XML, lists wrapped in
`items`. S3: bucket, host, sub-resource and the parsed XML body.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import parse_qs, unquote
from xml.etree import ElementTree

import botocore.session
from botocore.model import OperationModel, Shape
from botocore.parsers import create_parser

Tree = dict[str, Any]

# EC2's request lists: the set that CloudTrail shows, and the key of a bare value in it. Other lists stay lists.
_EC2_SETS = {
    "Groups": ("groupSet", "groupId"),
    "InstanceIds": ("instancesSet", "instanceId"),
    "NetworkInterfaces": ("networkInterfaceSet", ""),
    "Resources": ("resourcesSet", "resourceId"),
    "SecurityGroupIds": ("groupSet", "groupId"),
    "TagSpecifications": ("tagSpecificationSet", ""),
}
_EC2_OF_INSTANCES = ("ImageId", "MinCount", "MaxCount", "KeyName")
_S3_SHOWN_HEADERS = ("x-amz-acl", "x-amz-grant-", "x-amz-object-ownership", "x-amz-bucket-object-lock-enabled")


@cache
def operation(service: str, name: str) -> OperationModel:
    return botocore.session.get_session().get_service_model(service).operation_model(name)


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
        return _s3_request(path=path, headers=headers, query=query, body=body)
    if protocol == "json":
        return dict(_small(json.loads(body), shape))
    if protocol == "rest-json":
        names = _uri(model.http["requestUri"].partition("?")[0]).fullmatch(path)
        in_path = {name: unquote(value) for name, value in (names.groupdict() if names else {}).items()}
        return dict(_small({**(json.loads(body) if body else {}), **in_path}, shape))
    form = {name: values[0] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}
    given = _from_form(form, shape, "", protocol) or {}
    return _ec2_request(given) if protocol == "ec2" else dict(_small(given, shape))


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
        return {**head, **_ec2_tree(_parsed(model, status, headers, body), model.output_shape)}
    return _small(_parsed(model, status, headers, body), model.output_shape) or None


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
        return {_first_small(name): _small(value[name], member) for name, member in known}
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


def _ec2_request(given: Tree) -> Tree:
    instance = {_first_small(name): given.pop(name) for name in _EC2_OF_INSTANCES if name in given}
    tags = given.pop("Tags", None)
    shown: Tree = _ec2_sets(given)
    if instance:
        shown["instancesSet"] = {"items": [instance]}
    if tags is not None:
        shown["tagSet"] = {"items": _ec2_sets(tags)}
    return shown


def _ec2_sets(value: Any, key: str = "") -> Any:
    if isinstance(value, list):
        return [{key: item} if key else _ec2_sets(item) for item in value]
    if not isinstance(value, dict):
        return value
    shown: Tree = {}
    for name, item in value.items():
        group, bare = _EC2_SETS.get(name, ("", ""))
        shown[group or _first_small(name)] = {"items": _ec2_sets(item, bare)} if group else _ec2_sets(item)
    return shown


def _first_small(name: str) -> str:
    return name[0].lower() + name[1:]


def _ec2_tree(value: Any, shape: Any) -> Any:
    if isinstance(value, datetime):
        return int(value.timestamp() * 1000)
    if shape.type_name == "structure":
        known = [(member.serialization.get("name", name), value[name], member)
                 for name, member in shape.members.items() if name in value]  # fmt: skip
        return {name: _ec2_tree(item, member) for name, item, member in known}
    if shape.type_name == "list":
        return {"items": [_ec2_tree(item, shape.member) for item in value]} if value else {}
    return value


def _s3_request(*, path: str, headers: Tree, query: Tree, body: bytes) -> Tree:
    bucket = path.strip("/").partition("/")[0]
    shown: Tree = {name: "" for name in query if name != "x-id"}
    shown |= {name: value for name, value in headers.items() if name.startswith(_S3_SHOWN_HEADERS)}
    shown |= {"bucketName": bucket, "Host": f"{bucket}.s3.us-east-1.amazonaws.com"}
    if body.lstrip().startswith(b"{"):
        shown["bucketPolicy"] = json.loads(body)
    elif body.strip():
        root = ElementTree.fromstring(body)  # noqa: S314 - our own clients' requests, on the loopback
        tag = root.tag.rpartition("}")[2]
        namespace = {"xmlns": root.tag[1:].partition("}")[0]} if root.tag.startswith("{") else {}
        content = _xml_tree(root)
        shown[tag] = {**namespace, **(content if isinstance(content, dict) else {})}
    return shown


def _xml_tree(element: ElementTree.Element) -> Any:
    """As S3 shows XML: what occurs once is a value, what occurs several times a list."""
    if not len(element):
        text = (element.text or "").strip()
        return {"true": True, "false": False}.get(text, int(text) if text.isdecimal() and len(text) < 10 else text)
    tree: Tree = {}
    for name, value in element.attrib.items():
        if name.endswith("}type"):
            tree |= {"xsi:type": value, "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance"}
    for child in element:
        tag, value = child.tag.rpartition("}")[2], _xml_tree(child)
        if tag in tree:
            before = tree[tag]
            tree[tag] = [*(before if isinstance(before, list) else [before]), value]
        else:
            tree[tag] = value
    return tree
