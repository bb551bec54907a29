"""What an execution used, counted from its history and from the log lines of its functions."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, Self

from bench.prices import PRICES

Json = dict[str, Any]

# CloudWatch Logs adds this to every event (docs.aws.amazon.com/AmazonCloudWatch, PutLogEvents).
EVENT_BYTES = 26

_REPORT = re.compile(r"REPORT .*Billed Duration: (\d+) ms\tMemory Size: (\d+) MB")
_SCHEDULED = ("TaskScheduled", "LambdaFunctionScheduled")


@dataclass(frozen=True)
class Usage:
    """`messages` are SNS publications with one e-mail subscriber; units are DynamoDB's on-demand request units."""

    transitions: int = 0
    invocations: int = 0
    gigabyte_seconds: float = 0.0
    write_units: float = 0.0
    read_units: float = 0.0
    log_bytes: int = 0
    messages: int = 0

    def __add__(self, other: Self) -> "Usage":
        return Usage(**{one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(self)})

    def dollars(self, times: int = 1) -> dict[str, float]:
        """The cost by the name of its price, of `times` such incidents."""
        return {one.name: getattr(self, one.of) * times * one.dollars / one.units for one in PRICES}


def transitions(history: list[Json]) -> int:
    """One for the start, one for each state entered and one for each retry (aws.amazon.com/step-functions/pricing)."""
    kinds = [event["type"] for event in history]
    retries = sum(kind in _SCHEDULED for kind in kinds) - kinds.count("TaskStateEntered")
    return 1 + len([kind for kind in kinds if str(kind).endswith("StateEntered")]) + retries


def billed(messages: Iterable[str]) -> tuple[int, float]:
    """Invocations and GB-seconds, from the REPORT lines of Lambda's logs; a cold start's initialization is in them."""
    reports = [found for message in messages if (found := _REPORT.match(message))]
    return len(reports), sum(int(one[1]) / 1000 * int(one[2]) / 1024 for one in reports)


def ingested(messages: Iterable[str]) -> int:
    """Bytes that CloudWatch Logs bills for these events."""
    return sum(len(message.encode()) + EVENT_BYTES for message in messages)


def execution_log(history: list[Json], execution: str) -> list[str]:
    """What Step Functions writes of a history at level ALL with execution data, one line per event.

    The shapes are those of docs.aws.amazon.com/step-functions, "Using CloudWatch Logs". The engine's history lacks
    LambdaFunctionStarted and the input of LambdaFunctionScheduled, which is the state's.
    """
    lines: list[str] = []
    entered = ""
    for event in history:
        details: Json = next((event[key] for key in event if key.endswith("EventDetails")), {})
        entered = details.get("input", entered) if event["type"] == "TaskStateEntered" else entered
        told = [(event["type"], details)]
        if event["type"] == "TaskScheduled":
            told = [
                ("LambdaFunctionScheduled", {"input": entered, "resource": details["resource"]}),
                ("LambdaFunctionStarted", {}),
            ]
        for kind, about in told:
            truncated = {f"{key}Details": {"truncated": False} for key in ("input", "output") if key in about}
            line = {
                "id": str(len(lines) + 1),
                "type": kind,
                "details": {**about, **truncated},
                "redrive_count": "0",
                "previous_event_id": str(len(lines)),
                "event_timestamp": "1700000000000",
                "execution_arn": execution,
            }
            lines.append(json.dumps(line, separators=(",", ":")))
    return lines
