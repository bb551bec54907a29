"""Which management events a trail selects (docs.aws.amazon.com/awscloudtrail, "Logging management events")."""

from typing import Any

Json = dict[str, Any]


def log_writes(selected: Any) -> bool:
    """Whether event selectors, as GetEventSelectors or CloudTrail's record of a call has them, log management writes.

    Without them EventBridge gets no event of a call.
    """
    told = _capital(selected)
    basic = any(
        one.get("IncludeManagementEvents", True) and one.get("ReadWriteType", "All") != "ReadOnly"
        for one in _objects(told, "EventSelectors")
    )
    return basic or any(_of_writes(one) for one in _objects(told, "AdvancedEventSelectors"))


def _of_writes(selector: Json) -> bool:
    asked = {one.get("Field"): one for one in _objects(selector, "FieldSelectors")}
    management = asked.get("eventCategory", {}).get("Equals") == ["Management"]
    return management and asked.get("readOnly", {}).get("Equals", ["false"]) == ["false"]


def _objects(tree: Any, name: str) -> list[Json]:
    found = tree.get(name) if isinstance(tree, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _capital(tree: Any) -> Any:
    """The API's spelling; CloudTrail's records have small first letters."""
    if isinstance(tree, dict):
        return {name[:1].upper() + name[1:]: _capital(value) for name, value in tree.items()}
    return [_capital(one) for one in tree] if isinstance(tree, list) else tree
