"""Events that name nobody who asked for the agent, or nothing that it could understand."""

from collections.abc import Iterator
from typing import Any

from aiops.demo.resources.instances import STOP
from aiops.demo.scenario import ended
from aiops.demo.stage import Stage
from aiops.demo.workflow import Execution
from aiops.engine import ACCOUNT, REGION


def stranger(stage: Stage) -> Iterator[Execution]:
    shared = {"add": {"items": [{"userId": "111122223333"}]}}
    snapshot, name = "snap-0123456789abcdef0", "ModifySnapshotAttribute"
    request = {"snapshotId": snapshot, "createVolumePermission": shared}
    detail = {
        "eventSource": "ec2.amazonaws.com",
        "eventName": name,
        "eventID": "demo-shared",
        "requestParameters": request,
    }
    where = {"source": "aws.ec2", "account": ACCOUNT, "region": REGION, "time": "2026-01-01T00:00:00Z", "resources": []}
    stage.engine.deliver({**where, "id": "demo-shared", "detail-type": "AWS API Call via CloudTrail", "detail": detail})
    yield ended(stage.executions(snapshot, name)[0], "UNKNOWN_EVENT")
    stage.told("UNKNOWN_EVENT", "shared_with_another_account", snapshot)


def unreadable(stage: Stage) -> Iterator[Execution]:
    base = {"source": "aws.ec2", "account": ACCOUNT, "region": REGION, "time": "2026-01-01T00:00:00Z", "resources": []}
    stop = {**base, "detail-type": "AWS API Call via CloudTrail"}

    def called(event_id: str, names: list[Any], padding: str = "") -> dict[str, Any]:
        items = {"items": [{"instanceId": name} for name in names]}
        request = {"instancesSet": items, "padding": padding}
        detail = {"eventName": STOP, "eventID": event_id, "requestParameters": request}
        return {**stop, "id": event_id, "detail": detail}

    hundred = [f"i-{number:017x}" for number in range(100)]
    for event, outcome in (
        (called("demo-malformed", ["i-*"]), "MALFORMED"),
        (called("demo-nobody", []), "UNKNOWN_EVENT"),
        (called("demo-gone", ["i-0123456789abcdef0"]), "UNMANAGED"),
        (called("demo-storm", hundred), "STORM"),
    ):
        stage.engine.deliver(event)
        yield ended(stage.executions(event["id"], STOP)[0], outcome)
    stage.engine.deliver(called("demo-huge", ["i-0123456789abcdef0"], padding="0" * 300_000))
    stage.told("UNDELIVERABLE", "demo-huge")
