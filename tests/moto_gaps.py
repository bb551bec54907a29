"""What moto lacks, filled on moto's side."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import jsonata
import pytest
from cloud import Cloud, Context
from moto.awslambda_simple.models import LambdaSimpleBackend
from moto.cloudtrail.responses import CloudTrailResponse
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.responses import ActionResult
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Backup, Table
from moto.dynamodb.responses import DynamoHandler
from moto.logs.models import LogsBackend
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.state.exec.state_parallel.branches_decl import BranchWorkerPool
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.parser.asl.eval.program_state import ProgramError
from moto.stepfunctions.parser.asl.jsonata import jsonata as expressions
from moto.stepfunctions.parser.asl.utils.boto_client import boto_client_for
from moto.stepfunctions.parser.models import StepFunctionsParserBackend
from moto.stepfunctions.responses import StepFunctionResponse
from published import Json

from tasks.domain.moment import seconds

CONFIG: Any = {"lambda": {"use_docker": False}, "stepfunctions": {"execute_state_machine": True}}
PAGE = 50
Handlers = Mapping[str, Callable[[Json, Any], Json]]


def fill(monkeypatch: pytest.MonkeyPatch, cloud: Cloud) -> None:
    """Evaluate JSONata, wait without sleeping, know redrives, alarms' histories, CloudTrail's records and backups of
    deleted tables.

    AWS Health is there, and transactions are kept apart.
    """
    monkeypatch.setattr(expressions, "_eval_jsonata", lambda text: jsonata.Jsonata(text).evaluate(None))
    monkeypatch.setattr(retrier_decl, "time", SimpleNamespace(sleep=cloud.wait))
    monkeypatch.setattr(StepFunctionResponse, "describe_execution", _describing(cloud))
    monkeypatch.setattr(CloudTrailResponse, "lookup_events", _looking_up(cloud), raising=False)
    monkeypatch.setattr(BotocoreStubber, "process_request", _with_health(cloud))
    monkeypatch.setattr(LogsBackend, "iter_tagged_resources", _as_log_groups(LogsBackend.iter_tagged_resources))
    monkeypatch.setattr(DynamoDBBackend, "delete_table", _keeping_a_backup(DynamoDBBackend.delete_table))
    monkeypatch.setattr(CloudWatchResponse, "describe_alarm_history", _history, raising=False)
    monkeypatch.setattr(DynamoHandler, "call_action", _one_at_a_time(DynamoHandler.call_action))


def run_lambdas(monkeypatch: pytest.MonkeyPatch, handlers: Handlers) -> None:
    """Invoke the handlers in this process, by the last part of the function's ARN; errors keep their class's name."""

    def invoke(_self: Any, name: str, _qualifier: Any, body: Any, _headers: Any, response_headers: Json) -> bytes:
        try:
            return json.dumps(handlers[name.split(":")[-1]](json.loads(body), Context())).encode()
        except Exception as error:  # as Lambda's runtime does: whatever it was, it is reported
            response_headers["x-amz-function-error"] = "Unhandled"
            return json.dumps({"errorType": type(error).__name__, "errorMessage": str(error)}).encode()

    monkeypatch.setattr(LambdaSimpleBackend, "invoke", invoke)
    # The larger part of a run: moto parses each definition once more to check it, and makes a client per invocation.
    monkeypatch.setattr(StepFunctionsParserBackend, "_validate_definition", staticmethod(lambda definition: None))
    monkeypatch.setattr(BranchWorkerPool, "on_terminated", _branch_ended)
    made = cache(boto_client_for)
    monkeypatch.setattr(lambda_eval_utils, "boto_client_for", lambda region, service, **_: made(region, service))


def _branch_ended(self: BranchWorkerPool, env: Any) -> None:
    """All branches end: when one fails, moto takes away what the others, which still run, stand on."""
    with self._mutex:
        if isinstance(ended := env.program_state(), ProgramError):
            self._terminated_with_error = self._terminated_with_error or ended.error
        self._active_workers_num -= 1
        if not self._active_workers_num:
            self._termination_event.set()


def _with_health(cloud: Cloud) -> Callable[[BotocoreStubber, Any], Any]:
    """AWS Health tells its events to those who have a support plan, of the resources that they ask for."""
    original = BotocoreStubber.process_request

    def process_request(self: BotocoreStubber, request: Any) -> Any:
        if "health" not in request.url:
            return original(self, request)
        if cloud.health is None:
            return 400, {}, json.dumps({"__type": "SubscriptionRequiredException"})
        asked = json.loads(request.body)["filter"]["entityValues"]
        return 200, {}, json.dumps({"events": [{"arn": one} for one in cloud.health if one in asked]})

    return process_request


def _as_log_groups(original: Callable[[LogsBackend], Iterator[Any]]) -> Callable[[LogsBackend], Iterator[Any]]:
    """The tagging API knows log groups by the ARN without the last :*, and their type as it stands in it."""

    def iter_tagged_resources(self: LogsBackend) -> Iterator[Any]:
        for one in original(self):
            yield replace(one, arn=one.arn.removesuffix(":*"), resource_type="logs:log-group")

    return iter_tagged_resources


def _describing(cloud: Cloud) -> Callable[[StepFunctionResponse], ActionResult]:
    """DescribeExecution knows redriveCount, TIMED_OUT, and executions that are only told of."""
    original = StepFunctionResponse.describe_execution

    def describe_execution(self: StepFunctionResponse) -> ActionResult:
        arn = self._get_param("executionArn")
        said = cloud.executions.get(arn, {})
        if "number-" in arn and said:
            return ActionResult({"executionArn": arn, **said})
        known: Any = original(self).result
        return ActionResult({**known, **said})

    return describe_execution


def _looking_up(cloud: Cloud) -> Callable[[CloudTrailResponse], str]:
    """LookupEvents by event name since a moment, 50 to a page."""

    def lookup_events(self: CloudTrailResponse) -> str:
        (wanted,) = self._get_param("LookupAttributes")
        since, start = float(self._get_param("StartTime")), int(self._get_param("NextToken") or 0)
        found = [
            one
            for one in cloud.trail
            if one["eventName"] == wanted["AttributeValue"] and (seconds(one["eventTime"]) or 0) >= since
        ]
        page = [{"CloudTrailEvent": json.dumps(one)} for one in found[start : start + PAGE]]
        more = {"NextToken": str(start + PAGE)} if len(found) > start + PAGE else {}
        return json.dumps({"Events": page, **more})

    return lookup_events


def _history(self: CloudWatchResponse) -> ActionResult:
    """How an alarm came to its state, the newest first."""
    kept = self.cloudwatch_backend.alarms[self._get_param("AlarmName")]
    before = [(state, at) for *_, state, at in kept.history]
    summaries = [
        (at, f"Alarm updated from {old} to {new}")
        for (old, _), (new, at) in pairwise([*before, (kept.state_value, kept.state_updated_timestamp)])
    ]
    items = [
        {"AlarmName": kept.name, "Timestamp": at, "HistoryItemType": "StateUpdate", "HistorySummary": told}
        for at, told in reversed(summaries)
    ]
    return ActionResult({"AlarmHistoryItems": items})


def _one_at_a_time(original: Callable[[DynamoHandler], Any]) -> Callable[[DynamoHandler], Any]:
    """A failed transaction puts whole tables back, and would take other threads' writes with it."""
    lock = threading.RLock()

    def call_action(self: DynamoHandler) -> Any:
        with lock:
            return original(self)

    return call_action


def _keeping_a_backup(original: Callable[..., Table]) -> Callable[..., Table]:
    """With point-in-time recovery on, AWS keeps a system backup of a deleted table."""

    def delete_table(self: DynamoDBBackend, name: str) -> Table:
        table = original(self, name)
        if table.continuous_backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED":
            named = f"{table.name}$DeletedTableBackup"
            kept = Backup(self.account_id, self.region_name, named, table, type_="SYSTEM")
            self.backups[kept.arn] = kept
        return table

    return delete_table
