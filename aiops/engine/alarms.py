"""CloudWatch alarms: an alarm's change of state is an event, as AWS sends it."""

import json
import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from ministack.services import cloudwatch

from aiops.engine import bus
from aiops.engine.wrap import wraps_function

# MiniStack's own reason, which holds the value: "Threshold Crossed: Average 99.5 GreaterThanThreshold 50.0".
_CROSSED = re.compile(r"Threshold Crossed: \S+ (\S+) \S+ \S+")

# Alarm -> the state that its last event told.
last: dict[str, dict[str, str]] = {}


@wraps_function(cloudwatch, "_dispatch_alarm_actions")
def _tell(original: Any, alarm: dict[str, Any], old_state: str, new_state: str, reason: str) -> None:
    original(alarm, old_state, new_state, reason)
    if not alarm.get("MetricName"):
        return
    now, arn = datetime.now(UTC), alarm["AlarmArn"]
    begun = {"reason": "Unchecked: Initial alarm creation", "timestamp": _stamp(now), "value": old_state}
    state = {"reason": reason, **_reason_data(alarm, reason, now), "timestamp": _stamp(now), "value": new_state}
    detail = {
        "alarmName": alarm["AlarmName"],
        "configuration": _configuration(alarm),
        "previousState": last.get(arn, begun),
        "state": state,
    }
    last[arn] = state
    bus.publish(
        {
            "source": "aws.cloudwatch",
            "detail-type": "CloudWatch Alarm State Change",
            "resources": [arn],
            "detail": detail,
        }
    )


def _configuration(alarm: dict[str, Any]) -> dict[str, Any]:
    metric = {
        "dimensions": {one["Name"]: one["Value"] for one in alarm["Dimensions"]},
        "name": alarm["MetricName"],
        "namespace": alarm["Namespace"],
    }
    stat = {"metric": metric, "period": alarm["Period"], "stat": alarm["ExtendedStatistic"] or alarm["Statistic"]}
    described = {"description": alarm["AlarmDescription"]} if alarm.get("AlarmDescription") else {}
    return {**described, "metrics": [{"id": str(uuid.uuid4()), "metricStat": stat, "returnData": True}]}


def _reason_data(alarm: dict[str, Any], reason: str, now: datetime) -> dict[str, str]:
    """What SetAlarmState was given, or the value that crossed the threshold."""
    crossed = _CROSSED.fullmatch(reason)
    if not crossed:
        return {"reasonData": alarm["StateReasonData"]} if alarm.get("StateReasonData") else {}
    data = {
        "version": "1.0",
        "queryDate": _stamp(now),
        "startDate": _stamp(now - timedelta(seconds=alarm["Period"])),
        "statistic": alarm["Statistic"],
        "period": alarm["Period"],
        "recentDatapoints": [float(crossed[1])],
        "threshold": alarm["Threshold"],
    }
    return {"reasonData": json.dumps(data)}


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}+0000"
