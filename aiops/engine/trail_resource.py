"""CloudFormation can make a trail; a trail is made with its tags, and loses them when it is deleted."""

import json
from typing import Any

from ministack.services import cloudtrail
from ministack.services.cloudformation import provisioners

from aiops.engine.wrap import wraps_function


@wraps_function(cloudtrail._DISPATCH, "CreateTrail")
def _create_tagged(original: Any, body: dict[str, Any]) -> Any:
    answer = original(body)
    if answer[0] < 400 and body.get("TagsList"):
        arn = cloudtrail._trail_arn(body["Name"])
        _call(cloudtrail._add_tags, {"ResourceId": arn, "TagsList": body["TagsList"]})
    return answer


@wraps_function(cloudtrail._DISPATCH, "DeleteTrail")
def _delete_tagged(original: Any, body: dict[str, Any]) -> Any:
    answer = original(body)
    if answer[0] < 400:
        name = body["Name"].rpartition("/")[2]
        cloudtrail._trail_tags.pop(cloudtrail._trail_arn(name), None)
    return answer


_SAME = (
    "S3BucketName",
    "S3KeyPrefix",
    "IsMultiRegionTrail",
    "IncludeGlobalServiceEvents",
    "EnableLogFileValidation",
)


def _create(logical_id: str, properties: dict[str, Any], stack: str) -> tuple[str, dict[str, Any]]:
    name = properties.get("TrailName") or f"{stack}-{logical_id}"
    made = _call(
        cloudtrail._create_trail, {"Name": name, **{key: properties[key] for key in _SAME if key in properties}}
    )
    if tags := properties.get("Tags"):
        _call(cloudtrail._add_tags, {"ResourceId": made["TrailARN"], "TagsList": tags})
    if selectors := properties.get("EventSelectors"):
        _call(cloudtrail._put_event_selectors, {"TrailName": name, "EventSelectors": selectors})
    if str(properties["IsLogging"]).lower() == "true":
        _call(cloudtrail._start_logging, {"Name": name})
    return name, {"Arn": made["TrailARN"]}


def _delete(name: str, properties: dict[str, Any]) -> None:
    _call(cloudtrail._delete_trail, {"Name": name})


def _call(operation: Any, body: dict[str, Any]) -> dict[str, Any]:
    status, _, answer = operation(body)
    if status >= 400:
        raise ValueError(f"AWS::CloudTrail::Trail failed: {answer!r}")
    return dict(json.loads(answer or b"{}"))


provisioners._RESOURCE_HANDLERS["AWS::CloudTrail::Trail"] = {"create": _create, "delete": _delete}
