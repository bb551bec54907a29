"""Trails: settings, event selectors and logging come back together, since one call alone can blind the agent.

A trail delivers only to a bucket that exists and lets CloudTrail write: CreateTrail and UpdateTrail refuse any other
(docs.aws.amazon.com/awscloudtrail, "Amazon S3 bucket policy for CloudTrail").
"""

from tasks.domain.errors import NotRecovered
from tasks.domain.knowledge.cloudtrail import (
    ARNS,
    EVENTS_DESELECTED,
    LOGGING_STOPPED,
    PROTECTIONS,
    SETTINGS_WEAKENED,
    TRAIL,
)
from tasks.domain.payload import Json, Step
from tasks.domain.planning import Action, Permission
from tasks.domain.selectors import log_writes
from tasks.resources import Aws

READS = {
    "cloudtrail:GetTrail": ARNS[TRAIL],
    "cloudtrail:GetTrailStatus": ARNS[TRAIL],
    "cloudtrail:GetEventSelectors": ARNS[TRAIL],
    "cloudtrail:ListTags": ARNS[TRAIL],
}
LOOK = tuple(Permission(action, resource) for action, resource in READS.items())
# The role that writes into the trail's log group, which the good settings name.
PASS_ROLE = Permission(
    "iam:PassRole",
    "arn:{partition}:iam::{account}:role/{role}",
    {"StringEquals": {"iam:PassedToService": "cloudtrail.amazonaws.com"}},
)
ACTIONS = {
    "restore_trail": Action(
        undo="none",
        permissions=(
            *LOOK,
            Permission("cloudtrail:UpdateTrail", ARNS[TRAIL]),
            Permission("cloudtrail:PutEventSelectors", ARNS[TRAIL]),
            Permission("cloudtrail:StartLogging", ARNS[TRAIL]),
            PASS_ROLE,
        ),
        lost="the record of what was called meanwhile",
    ),
    "recreate_trail": Action(
        undo="none",
        permissions=(
            *LOOK,
            Permission("cloudtrail:CreateTrail", ARNS[TRAIL]),
            Permission("cloudtrail:AddTags", ARNS[TRAIL]),
            PASS_ROLE,
        ),
        recreates=True,
        then=("restore_trail",),
        lost="the record of what was called meanwhile, Insights selectors",
    ),
}
# CloudTrail delivers about every five minutes; a failed delivery is told until the next one.
DEADLINE = 900

# GetTrail's name to that of CreateTrail and UpdateTrail.
_SETTINGS = {
    "S3BucketName": "S3BucketName",
    "S3KeyPrefix": "S3KeyPrefix",
    "SnsTopicARN": "SnsTopicName",
    "IncludeGlobalServiceEvents": "IncludeGlobalServiceEvents",
    "IsMultiRegionTrail": "IsMultiRegionTrail",
    "LogFileValidationEnabled": "EnableLogFileValidation",
    "CloudWatchLogsLogGroupArn": "CloudWatchLogsLogGroupArn",
    "CloudWatchLogsRoleArn": "CloudWatchLogsRoleArn",
    "KmsKeyId": "KmsKeyId",
    "IsOrganizationTrail": "IsOrganizationTrail",
}
_SELECTORS = ("EventSelectors", "AdvancedEventSelectors")
_TOGETHER = ("CloudWatchLogsLogGroupArn", "CloudWatchLogsRoleArn")
_PARTS = ("logging", "settings", "selectors")


def snapshot(aws: Aws, name: str) -> Json | None:
    """Settings (as CreateTrail takes them), selectors, tags, and whether it is logging; None when it is gone."""
    cloudtrail = aws("cloudtrail")
    try:
        trail = cloudtrail.get_trail(Name=name)["Trail"]
        logging = cloudtrail.get_trail_status(Name=name)["IsLogging"]
        selected = cloudtrail.get_event_selectors(TrailName=name)
        tags = cloudtrail.list_tags(ResourceIdList=[trail["TrailARN"]])["ResourceTagList"][0]["TagsList"]
    except cloudtrail.exceptions.TrailNotFoundException:
        return None
    return {
        "logging": bool(logging),
        "settings": {ours: trail[theirs] for theirs, ours in _SETTINGS.items() if trail.get(theirs, "") != ""},
        "selectors": {kind: selected[kind] for kind in _SELECTORS if selected.get(kind)},
        "tags": sorted(tags, key=lambda tag: str(tag["Key"])),
    }


def issue(good: Json, now: Json) -> tuple[str, str] | None:
    if good["logging"] and not now["logging"]:
        return LOGGING_STOPPED, "logging -> stopped"
    if log_writes(good["selectors"]) and not log_writes(now["selectors"]):
        return EVENTS_DESELECTED, "management events that write are no longer logged"
    was, settings = good["settings"], now["settings"]
    weaker = [f"{told} off" for name, told in _PROTECTED.items() if was.get(name) and not settings.get(name)]
    if was["S3BucketName"] != settings["S3BucketName"]:
        weaker.append(f"bucket {was['S3BucketName']} -> {settings['S3BucketName']}")
    return (SETTINGS_WEAKENED, ", ".join(weaker)) if weaker else None


def target(action: str, good: Json | None, facts: Json) -> Json | None:
    """To be logging needs no snapshot; all else is as the snapshot has it."""
    if action == "recreate_trail":
        # Nobody may set the tags of AWS's own services.
        tags = [tag for tag in good["tags"] if not tag["Key"].startswith("aws:")] if good else []
        return {"settings": good["settings"], "tags": tags, **_role(good)} if good else None
    known = {part: good[part] for part in _PARTS[1:] if good[part]} | _role(good) if good else {}
    return {"logging": True, **known}


def reached(target: Json, now: Json | None) -> bool:
    """A trail that stands is no longer to be recreated, whatever its settings."""
    if now is None or "tags" in target:
        return now is not None
    return not _other(target, now)


def restore(aws: Aws, step: Step) -> None:
    cloudtrail, name, wanted = aws("cloudtrail"), step.resource.id, step.target
    now = snapshot(aws, name)
    if step.action == "recreate_trail":
        if now is None:
            cloudtrail.create_trail(Name=name, **wanted["settings"], TagsList=wanted["tags"])
        return
    if now is None:
        raise NotRecovered(f"the trail {name} is gone")
    if not now["logging"]:  # first of all: what follows may be refused, and to see with one eye is better than blind
        cloudtrail.start_logging(Name=name)
    if changes := _changes(wanted.get("settings"), now["settings"]):
        cloudtrail.update_trail(Name=name, **changes)
    if wanted.get("selectors", now["selectors"]) != now["selectors"]:
        cloudtrail.put_event_selectors(TrailName=name, **wanted["selectors"])


def verify(aws: Aws, step: Step, after: Json) -> str:
    """Logging as remembered, management writes among what it logs, and no delivery failing."""
    now = snapshot(aws, step.resource.id)
    if now is None:
        return "the trail is gone"
    if not reached(step.target, now):
        return f"not as it was: {', '.join(_other(step.target, now))}"
    if step.action == "restore_trail" and "selectors" not in step.target and not log_writes(now["selectors"]):
        return "it logs no management events that write"
    failing = aws("cloudtrail").get_trail_status(Name=step.resource.id).get("LatestDeliveryError")
    return f"it cannot deliver: {failing}" if failing else ""


def undo(aws: Aws, step: Step, before: Json) -> None:
    """Nothing: taking this back would blind the agent again."""


_PROTECTED = {name[0].upper() + name[1:]: told for name, told in PROTECTIONS.items()}


def _role(good: Json) -> Json:
    """Path and name of the role that the settings name, which is passed on."""
    role = good["settings"].get("CloudWatchLogsRoleArn", "").partition(":role/")[2]
    return {"role": role} if role else {}


def _other(target: Json, now: Json) -> list[str]:
    """The parts that are not as the target has them."""
    return [part for part in _PARTS if part in target and now[part] != target[part]]


def _changes(wanted: Json | None, now: Json) -> Json:
    """UpdateTrail's parameters: what differs, empty text for what was not set."""
    if wanted is None:
        return {}
    differing = {name for name in wanted.keys() | now.keys() if wanted.get(name) != now.get(name)}
    if differing & set(_TOGETHER):
        differing |= set(_TOGETHER)
    return {name: wanted.get(name, "") for name in sorted(differing)}
