"""Runs of TakeSnapshots."""

import json

from by_hand import call
from cloud import Cloud
from published import Json

from tasks import take_snapshots

SCHEDULED = {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}


def sweep() -> Json:
    return call(take_snapshots.handler, SCHEDULED)


def findings(cloud: Cloud) -> dict[str, str]:
    """Resource to finding of the newest look at it."""
    lines = [json.loads(line) for line in cloud.log().splitlines()]
    return {line["resource"]: line["finding"] for line in lines if line["message"] == "looked"}


def searches(cloud: Cloud) -> dict[str, str]:
    """Resource that is no longer seen to finding of the newest search for it."""
    lines = [json.loads(line) for line in cloud.log().splitlines()]
    return {line["resource"]: line["finding"] for line in lines if line["message"] == "searched"}
