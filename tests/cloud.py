"""The agent's surroundings on moto: its environment, tables, topic, kill switch, policy, and the bus it reports on."""

import io
import json
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import yaml
from published import ACCOUNT, REGION, Json

from tasks.runtime import policy
from tasks.runtime.clients import client
from tasks.runtime.observe import logger
from tasks.store import incidents

ROOT = Path(__file__).parents[1]
SWITCH = "/aiops/kill-switch"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:aiops"
RECOVERY_ROLE = f"arn:aws:iam::{ACCOUNT}:role/aiops-recovery"
INCIDENTS, CLAIMS, PATTERNS, SNAPSHOTS = "aiops-incidents", "aiops-claims", "aiops-patterns", "aiops-snapshots"
KEYS = {INCIDENTS: "incident_id", CLAIMS: "pk", PATTERNS: "pattern_id", SNAPSHOTS: "resource_arn"}
VAULT = f"aiops-snapshots-{ACCOUNT}-{REGION}"
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": REGION,
    "INCIDENTS_TABLE": INCIDENTS,
    "CLAIMS_TABLE": CLAIMS,
    "PATTERNS_TABLE": PATTERNS,
    "SNAPSHOTS_TABLE": SNAPSHOTS,
    "SNAPSHOTS_BUCKET": VAULT,
    "KILL_SWITCH": SWITCH,
    "RECOVERY_ROLE_ARN": RECOVERY_ROLE,
    "TOPIC_ARN": TOPIC,
    "MODEL_ID": "",
    "INCIDENTS_PER_HOUR": "10",
    "BURST": "3",
    "STORM_INCIDENTS": "10",
    "STORM_MINUTES": "10",
    "RETENTION_DAYS": "90",
    "CONFIDENCE_THRESHOLD": "0.8",
    "COOLDOWN_MINUTES": "5",
    "VERIFY_DEADLINE_MINUTES": "240",
    "SETTLE_SECONDS": "0",
    "DRIFT_GRACE_MINUTES": "20",
    "METRIC_SEVERITY": "high",
    "LOG_MINUTES": "5",
    "LOG_MEGABYTES_A_DAY": "2000",
}


class Context:
    """What Lambda hands a handler beside the event."""

    function_name = "aiops"
    memory_limit_in_mb = 256
    invoked_function_arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:aiops"
    aws_request_id = "00000000-0000-0000-0000-000000000000"

    def get_remaining_time_in_millis(self) -> int:
        return 280_000


class Cloud:
    """`trail` is what CloudTrail knows; `executions` what DescribeExecution says of an ARN, beyond moto's own answer.

    `health` are the instances that AWS Health tells of; None without a support plan.
    `waits` are the seconds that the machine waited between retries; `on_wait` is called instead of sleeping.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self.trail: list[Json] = []
        self.executions: dict[str, Json] = {}
        self.health: list[str] | None = None
        self.waits: list[float] = []
        self.on_wait: Callable[[], Any] = lambda: None
        self._numbers = count(1)
        self._monkeypatch, self._policy, self._printed = monkeypatch, folder / "policy.json", io.StringIO()
        logger.registered_handler.setStream(self._printed)  # type: ignore[attr-defined]
        self._interferences: list[tuple[str, str, Callable[..., Any]]] = []
        self.set(**ENVIRONMENT)
        self.set_policy()

    def interfere(self, service: str, event: str, handler: Callable[..., Any]) -> None:
        """Let a botocore handler change what the tasks' client of a service sends or gets, until the test ends."""
        client(service).meta.events.register(event, handler)
        self._interferences.append((service, event, handler))

    def leave_alone(self) -> None:
        """End every interference."""
        while self._interferences:
            service, event, handler = self._interferences.pop()
            client(service).meta.events.unregister(event, handler)

    def deploy(self) -> None:
        """Make what the stack would."""
        for table, key in KEYS.items():
            client("dynamodb").create_table(TableName=table, BillingMode="PAY_PER_REQUEST", **_schema(table, key))
        client("s3").create_bucket(Bucket=VAULT)
        versioned = {"Status": "Enabled"}
        client("s3").put_bucket_versioning(Bucket=VAULT, VersioningConfiguration=versioned)
        client("sns").create_topic(Name="aiops")
        client("sqs").create_queue(QueueName="bus")
        client("events").put_rule(Name="bus", EventPattern=json.dumps({"source": ["aiops"]}))
        queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:bus"
        client("events").put_targets(Rule="bus", Targets=[{"Id": "queue", "Arn": queue}])
        self.switch("off")

    def set(self, **variables: str) -> None:
        """Set environment variables."""
        for name, value in variables.items():
            self._monkeypatch.setenv(name, value)

    def set_policy(self, **sections: Any) -> None:
        """policy.yaml, with some sections replaced, or left out (None)."""
        document = yaml.safe_load((ROOT / "policy.yaml").read_text()) | sections
        document = {name: section for name, section in document.items() if section is not None}
        self._policy.write_text(json.dumps(document))
        self._monkeypatch.setattr(policy, "FILE", self._policy)
        policy.policy.cache_clear()

    def switch(self, value: str) -> None:
        """Write the kill switch: `off` lets the agent act."""
        client("ssm").put_parameter(Name=SWITCH, Value=value, Type="String", Overwrite=True)

    def execution(self, **said: Any) -> str:
        """The ARN of a new execution, of which DescribeExecution says RUNNING and what is given."""
        arn = f"arn:aws:states:{REGION}:{ACCOUNT}:execution:aiops:number-{next(self._numbers)}"
        self.executions[arn] = {"status": "RUNNING", **said}
        return arn

    def wait(self, seconds: float) -> None:
        """What the machine does instead of sleeping."""
        self.waits.append(seconds)
        self.on_wait()

    def log(self) -> str:
        """What the tasks logged since the account was made, one JSON object a line."""
        return self._printed.getvalue()


def _schema(table: str, key: str) -> Json:
    if table != INCIDENTS:
        return {"KeySchema": _keys(key), "AttributeDefinitions": _texts(key)}
    indexes = {
        "resource-type-index": ("resource_type", incidents.OF_TYPE),
        "resource-timestamp-index": ("resource_id", ("workflow_state",)),
    }
    return {
        "KeySchema": _keys(key),
        "AttributeDefinitions": _texts(key, *(one for one, _ in indexes.values()), "timestamp"),
        "GlobalSecondaryIndexes": [
            {
                "IndexName": name,
                "KeySchema": _keys(one, "timestamp"),
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(held)},
            }
            for name, (one, held) in indexes.items()
        ],
    }


def _keys(*names: str) -> list[Json]:
    return [{"AttributeName": name, "KeyType": kind} for name, kind in zip(names, ("HASH", "RANGE"), strict=False)]


def _texts(*names: str) -> list[Json]:
    return [{"AttributeName": name, "AttributeType": "S"} for name in names]
