"""Whether an instance needs our help: a failing host is AWS's to mend, and so is what AWS itself is working on.

docs.aws.amazon.com/AWSEC2, "Status checks for Amazon EC2 instances", "Scheduled events for Amazon EC2 instances".
"""

from typing import Any

from tasks.resources import Aws

# What EC2 writes before the description of a scheduled event that is over.
_OVER = ("[Completed]", "[Canceled]")


def status(ec2: Any, name: str) -> Any:
    """The instance's state, checks and scheduled events as EC2 describes them; None when it is gone."""
    found = ec2.describe_instance_status(InstanceIds=[name], IncludeAllInstances=True)["InstanceStatuses"]
    return found[0] if found else None


def unreachable(aws: Aws, name: str) -> bool:
    """Whether the guest alone fails its check, and AWS is not working on the instance."""
    one = status(aws("ec2"), name)
    if one is None or (one["InstanceStatus"]["Status"], one["SystemStatus"]["Status"]) != ("impaired", "ok"):
        return False
    scheduled = [event for event in one.get("Events", []) if not event.get("Description", "").startswith(_OVER)]
    return not scheduled and not _told_of(aws("health"), name)


def _told_of(health: Any, name: str) -> bool:
    """Whether an event of AWS Health about the instance is open; only accounts with a support plan may ask."""
    wanted = {"services": ["EC2"], "entityValues": [name], "eventStatusCodes": ["open"]}
    try:
        return bool(health.describe_events(filter=wanted)["events"])
    except health.exceptions.ClientError as refused:
        if refused.response["Error"]["Code"] != "SubscriptionRequiredException":
            raise
        return False
