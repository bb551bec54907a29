"""EventBridge rules: pattern or schedule, state and targets come back together.

The id of a rule on another bus than the default one is `bus/name`, as its ARN ends.
"""

import json
from typing import Any

from tasks.domain.knowledge.eventbridge import ARNS, CHANGED, DISABLED, RULE, TARGETS_CHANGED
from tasks.domain.payload import Json, Step
from tasks.domain.planning import Action, Permission
from tasks.resources import Aws

READS = {
    "events:DescribeRule": ARNS[RULE],
    "events:ListTargetsByRule": ARNS[RULE],
    "events:ListTagsForResource": ARNS[RULE],
}
ACTIONS = {
    "restore_rule": Action(
        undo="none",
        permissions=(
            *(Permission(action, resource) for action, resource in READS.items()),
            Permission("events:PutRule", ARNS[RULE]),
            Permission("events:TagResource", ARNS[RULE]),  # PutRule with tags
            Permission("events:PutTargets", ARNS[RULE]),
            Permission("events:RemoveTargets", ARNS[RULE]),
            # The roles that the rule and its targets name, nothing else.
            Permission(
                "iam:PassRole",
                "arn:{partition}:iam::{account}:role/{roles}",
                {"StringEquals": {"iam:PassedToService": "events.amazonaws.com"}},
            ),
        ),
        recreates=True,
        lost="events that came meanwhile",
    ),
}
DEADLINE = 60

_SETTINGS = ("EventPattern", "ScheduleExpression", "State", "Description", "RoleArn")


def snapshot(aws: Aws, name: str) -> Json | None:
    """Settings as PutRule takes them, targets by id, tags; None when the rule is gone."""
    events = aws("events")
    try:
        rule = events.describe_rule(**_at(name))
    except events.exceptions.ResourceNotFoundException:
        return None
    targets: list[Json] = []
    more: Json = _at(name, "Rule")
    while more:  # botocore has no paginator for it
        page = events.list_targets_by_rule(**more)
        targets += page["Targets"]
        more = {**more, "NextToken": page["NextToken"]} if page.get("NextToken") else {}
    tags = events.list_tags_for_resource(ResourceARN=rule["Arn"])["Tags"]
    return {
        "settings": {part: rule[part] for part in _SETTINGS if rule.get(part)},
        "targets": sorted(targets, key=lambda one: str(one["Id"])),
        "tags": sorted(tags, key=lambda tag: str(tag["Key"])),
    }


def issue(good: Json, now: Json) -> tuple[str, str] | None:
    was, settings = good["settings"], now["settings"]
    if was["State"] != "DISABLED" and settings["State"] == "DISABLED":
        return DISABLED, "enabled -> disabled"
    if good["targets"] != now["targets"]:
        ids = [", ".join(one["Id"] for one in state["targets"]) or "none" for state in (good, now)]
        return TARGETS_CHANGED, f"targets {ids[0]} -> {ids[1]}"
    differing = [part for part in ("EventPattern", "ScheduleExpression") if _read(was, part) != _read(settings, part)]
    return (CHANGED, f"other {', '.join(differing)}") if differing else None


def target(action: str, good: Json | None, facts: Json) -> Json | None:
    if good is None:
        return None
    named = [one.get("RoleArn", "") for one in (good["settings"], *good["targets"])]
    roles = sorted({arn.partition(":role/")[2] for arn in named if arn})
    # Nobody may set the tags of AWS's own services.
    tags = [tag for tag in good["tags"] if not tag["Key"].startswith("aws:")]
    return {"settings": good["settings"], "targets": good["targets"], "tags": tags, "roles": roles}


def reached(target: Json, now: Json | None) -> bool:
    return now is not None and now["settings"] == target["settings"] and now["targets"] == target["targets"]


def restore(aws: Aws, step: Step) -> None:
    events, name, wanted = aws("events"), step.resource.id, step.target
    now = snapshot(aws, name)
    if now is None:
        events.put_rule(**_at(name), **wanted["settings"], **({"Tags": wanted["tags"]} if wanted["tags"] else {}))
    elif now["settings"] != wanted["settings"]:
        events.put_rule(**_at(name), **wanted["settings"])
    targets = now["targets"] if now else []
    if others := [one["Id"] for one in targets if one["Id"] not in {known["Id"] for known in wanted["targets"]}]:
        events.remove_targets(**_at(name, "Rule"), Ids=others)
    if missing := [one for one in wanted["targets"] if one not in targets]:
        events.put_targets(**_at(name, "Rule"), Targets=missing)


def verify(aws: Aws, step: Step, after: Json) -> str:
    """Its settings and its targets as remembered."""
    now = snapshot(aws, step.resource.id)
    if now is None:
        return "the rule is gone"
    other = [part for part in ("settings", "targets") if now[part] != step.target[part]]
    return f"not as it was: {', '.join(other)}" if other else ""


def undo(aws: Aws, step: Step, before: Json) -> None:
    """Nothing: taking this back would blind the agent again."""


def _at(name: str, key: str = "Name") -> dict[str, str]:
    """Where EventBridge finds a rule."""
    bus, _, rule = name.rpartition("/")
    return {key: rule} | ({"EventBusName": bus} if bus else {})


def _read(settings: Json, part: str) -> Any:
    """A setting; a pattern as JSON, whatever its spaces."""
    text = settings.get(part, "")
    return json.loads(text) if part == "EventPattern" and text else text
