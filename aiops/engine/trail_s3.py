"""S3's calls in CloudTrail's spelling: bucket, host, sub-resource and the parsed XML body."""

import json
from typing import Any
from xml.etree import ElementTree

from aiops.engine.environment import REGION

Tree = dict[str, Any]

_SHOWN_HEADERS = ("x-amz-acl", "x-amz-grant-", "x-amz-object-ownership", "x-amz-bucket-object-lock-enabled")


def request(*, path: str, headers: Tree, query: Tree, body: bytes) -> Tree:
    """`requestParameters` of a request for a bucket."""
    bucket = path.strip("/").partition("/")[0]
    shown: Tree = {name: "" for name in query if name != "x-id"}
    shown |= {name: value for name, value in headers.items() if name.startswith(_SHOWN_HEADERS)}
    shown |= {"bucketName": bucket, "Host": f"{bucket}.s3.{REGION}.amazonaws.com"}
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
