"""Logs that foresee a failure, and the event that tells of it."""

import json
from typing import Any

from managed import TAG
from published import ACCOUNT, REGION, Json, sample

from tasks.domain.logs import alert
from tasks.domain.logs.anomaly import NEW_PATTERN, Anomaly
from tasks.domain.logs.watch import Outlook
from tasks.runtime.clients import client

LOG = "/shop/orders"
LOG_ARN = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{LOG}"


def log(target: str = "", autonomy: str = "notify") -> None:
    """A log group, opted in, whose tag names what writes it."""
    tags = {TAG: autonomy, "aiops:target": target}
    client("logs").create_log_group(logGroupName=LOG, tags={key: value for key, value in tags.items() if value})


def foreseeing(said: str = "ERROR pool exhausted", probability: float = 0.75, *, since: int = 0, **more: Any) -> Json:
    """The event of an episode that began at `since`, with `more` in its detail than AnalyzeLogs says."""
    unusual = Anomaly(NEW_PATTERN, 5.0, "never seen before", "pattern")
    began = {f"{NEW_PATTERN} pattern": float(since)}
    outlook = Outlook([unusual], probability, True, began, {"pattern": said}, {})
    entry = alert.event(LOG_ARN, LOG, outlook)
    detail = json.loads(entry["Detail"]) | more
    return {
        **sample("ec2_instance_state_change"),
        "source": entry["Source"],
        "detail-type": entry["DetailType"],
        "detail": detail,
    }
