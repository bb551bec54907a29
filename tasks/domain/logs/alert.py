"""What is said of a failure that is foreseen: to people, and, without any line of the log, on the bus."""

import hashlib
import json
from typing import Any

from tasks.domain.logs.anomaly import severity
from tasks.domain.logs.foresight import FORESIGHT, SOURCE
from tasks.domain.logs.recommendation import helps, recommended, urgency
from tasks.domain.logs.watch import Outlook
from tasks.domain.moment import iso
from tasks.domain.notice import Message
from tasks.domain.text import inert

MOST = 5  # anomalies that are told


def event(arn: str, log_group: str, outlook: Outlook) -> dict[str, Any]:
    """The PutEvents entry that starts the workflow; its digest makes one incident of one episode."""
    anomalies = [
        {
            "kind": one.kind,
            "pattern": one.pattern,
            "template": inert(outlook.templates.get(one.pattern, ""), 300),
            "reason": one.reason,
            "severity": severity(one.score),
            "since": iso(outlook.since[f"{one.kind} {one.pattern}"]),
        }
        for one in outlook.anomalies[:MOST]
    ]
    since = iso(min(outlook.since.values()))
    detail = {
        "logGroup": log_group,
        "probability": round(outlook.probability, 2),
        "urgency": urgency(outlook.probability),
        "recommendedAction": recommended(*_said(outlook)),
        "helps": helps(*_said(outlook)),
        "since": since,
        "anomalies": anomalies,
        "digest": hashlib.sha256(f"{arn}|{since}".encode()).hexdigest()[:32],
    }
    return {"Source": SOURCE, "DetailType": FORESIGHT, "Detail": json.dumps(detail), "Resources": [arn]}


def _said(outlook: Outlook) -> tuple[list[str], bool]:
    """The templates of all that is unusual, and whether that is only silence."""
    templates = [outlook.templates.get(one.pattern, "") for one in outlook.anomalies]
    return templates, all(one.less for one in outlook.anomalies)


def message(log_group: str, outlook: Outlook) -> Message:
    """The one alert of an episode."""
    name = inert(log_group, 60)
    lines = [
        f"Nothing has failed yet. With a probability of {outlook.probability:.0%} {name} shows a failure to come",
        "within the hour. The workflow tells more in a message of its own.",
        "",
        f"urgency       {urgency(outlook.probability)}",
        f"recommended   {recommended(*_said(outlook))}",
        "",
    ]
    for one in outlook.anomalies[:MOST]:
        said, since = outlook.templates.get(one.pattern, ""), iso(outlook.since[f"{one.kind} {one.pattern}"])
        lines += [
            f"{one.kind}, severity {severity(one.score)} of 10, since {since}",
            f"  pattern   {inert(said) or 'all'}: {one.reason}",
            *([f"  example   {inert(outlook.examples[one.pattern])}"] if one.pattern in outlook.examples else []),
        ]
    subject = f"[aiops] FORESEEN: {name} ({outlook.probability:.0%})"
    return Message(subject.encode("ascii", "replace").decode()[:100], "\n".join(lines))
