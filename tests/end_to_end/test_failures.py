"""Bad luck ends red, is told with what to press, frees what it held, and goes on when redriven."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError
from published import sample

from aiops.demo.agent import model
from aiops.demo.resources.instances import STOP
from aiops.demo.workflow import MACHINE, Execution
from aiops.engine import ACCOUNT, REGION
from end_to_end.account import Account, Json
from tasks.domain.events import arn
from tasks.domain.knowledge.ec2 import INSTANCE
from tasks.runtime.clients import client
from tasks.store import rate
from tasks.store.rate import Rate
from tasks.store.transactions import transact


def lock_of(instance: str) -> str:
    return arn(INSTANCE, instance, region=REGION, account=ACCOUNT)


def healed(account: Account, execution: Execution, instance: str) -> None:
    """Redriven, it heals."""
    assert account.redrive(execution).outcome == "VERIFIED"
    assert account.instance_state(instance) == "running"
    assert account.record(execution)["workflow_state"] == "VERIFIED"
    assert account.lock(lock_of(instance))["state"] == "COOLDOWN"


def status_event(execution: Execution, status: str = "FAILED") -> Json:
    """What EventBridge tells of an execution's end."""
    return sample("states_execution_status_change", {"detail.executionArn": execution.arn, "detail.status": status})


@pytest.mark.parametrize(
    ("table", "state"),
    [("aiops-snapshots", "Plan"), ("aiops-claims", "Detect")],
)
def test_a_throttled_table(account: Account, table: str, state: str) -> None:
    instance, tokens = account.instance(), account.tokens()
    with account.throttled(table):
        account.ec2.stop_instances(InstanceIds=[instance])
        [execution] = account.executions(instance, STOP)
        assert (execution.status, execution.states[-1]) == ("FAILED", state)
        assert "throughput" in account.states.describe_execution(executionArn=execution.arn)["cause"]
    record = account.failed(execution, lock_of(instance), tokens=tokens)
    assert "throughput" in record["failure"]["cause"]
    healed(account, execution, instance)


def test_a_throttled_transaction_is_tried_again_and_is_no_answer(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a lock that somebody else holds, nor a token given back."""
    writes = [rate.give_back("aiops-claims", Rate(per_hour=120, burst=100))]
    before = account.tokens()
    with account.throttled("aiops-claims"):
        soon = threading.Timer(0.3, account.engine.throttle, ["aiops-claims", False])
        soon.start()
        assert transact(account.dynamo, writes) == []
    assert account.tokens() == before - Rate(per_hour=120, burst=100).interval
    monkeypatch.setattr("tasks.store.transactions.TRIES", 2)
    with account.throttled("aiops-claims"), pytest.raises(ClientError, match="ProvisionedThroughputExceeded"):
        transact(account.dynamo, writes)


def test_a_model_that_hangs_is_given_up_in_time_for_the_rules(account: Account) -> None:
    config = client("bedrock-runtime").meta.config
    longest = config.retries["total_max_attempts"] * (config.connect_timeout + config.read_timeout)
    given = account.lambdas.get_function_configuration(FunctionName="aiops-Analyze")["Timeout"]
    assert longest < given - 10


@contextmanager
def timeout(account: Account, function: str, seconds: int) -> Iterator[None]:
    name = f"aiops-{function}"
    before = account.lambdas.get_function_configuration(FunctionName=name)["Timeout"]
    with account.deaf("aws.lambda"):  # the agent would put its own function back
        account.lambdas.update_function_configuration(FunctionName=name, Timeout=seconds)
    try:
        yield
    finally:
        with account.deaf("aws.lambda"):
            account.lambdas.update_function_configuration(FunctionName=name, Timeout=before)


def slow(request: Json) -> Json:
    time.sleep(4)
    return {}


def test_a_function_that_runs_out_of_time(account: Account) -> None:
    """Analyze has two seconds, the model takes four."""
    instance, tokens = account.instance(), account.tokens()
    with timeout(account, "Analyze", 2), model(account, slow):
        account.ec2.stop_instances(InstanceIds=[instance])
        [execution] = account.executions(instance, STOP)
    assert (execution.status, execution.error, execution.states[-1]) == ("FAILED", "Sandbox.Timedout", "Analyze")
    record = account.failed(execution, lock_of(instance), tokens=tokens)
    assert "timed out" in record["failure"]["cause"]
    healed(account, execution, instance)


def waiting(account: Account) -> tuple[str, Execution]:
    """An instance that asks first, stopped, and its execution, which waits for the answer."""
    instance = account.instance(autonomy="approve")
    account.ec2.stop_instances(InstanceIds=[instance])
    execution = account.running(instance, STOP, "RequestReview")
    account.told("REVIEW", instance)
    return instance, execution


def approved(account: Account, execution: Execution, instance: str) -> None:
    """Redriven, it asks again, and heals with the answer."""
    account.states.redrive_execution(executionArn=execution.arn)
    question = [account.record(execution)["incident_id"], "REVIEW"]
    account.until(lambda: len(account.mail(*question)) == 2, "it asks again")
    account.answer(execution, "approve")
    assert account.ended(execution).outcome == "VERIFIED"
    assert account.instance_state(instance) == "running"


def test_an_execution_that_is_aborted(account: Account) -> None:
    tokens = account.tokens()
    instance, execution = waiting(account)
    assert account.lock(lock_of(instance))["state"] == "HELD"
    account.states.stop_execution(executionArn=execution.arn, error="Impatience", cause="it takes too long")
    record = account.failed(account.ended(execution), lock_of(instance), tokens=tokens)
    assert (record["failure"]["error"], record["failure"]["cause"]) == ("Impatience", "it takes too long")
    assert account.instance_state(instance) == "stopped"
    approved(account, execution, instance)


def test_an_execution_that_is_aborted_without_a_word(account: Account) -> None:
    tokens = account.tokens()
    instance, execution = waiting(account)
    account.states.stop_execution(executionArn=execution.arn)
    record = account.failed(account.ended(execution), lock_of(instance), tokens=tokens)
    assert record["failure"]["error"] == "ABORTED"
    account.opt_out(instance)


def test_an_execution_that_runs_out_of_time(account: Account) -> None:
    definition = account.states.describe_state_machine(stateMachineArn=MACHINE)["definition"]
    soon = json.dumps({**json.loads(definition), "TimeoutSeconds": 6})
    instance, tokens = account.instance(autonomy="approve"), account.tokens()
    account.states.update_state_machine(stateMachineArn=MACHINE, definition=soon)
    try:
        account.ec2.stop_instances(InstanceIds=[instance])
        execution = account.running(instance, STOP, "RequestReview")
    finally:
        account.states.update_state_machine(stateMachineArn=MACHINE, definition=definition)
    ended = account.ended(execution)
    assert ended.status == "TIMED_OUT"
    account.failed(ended, lock_of(instance), tokens=tokens)
    approved(account, execution, instance)


def test_a_failure_is_told_once_however_often_its_event_comes(account: Account) -> None:
    """And its token is given back once."""
    instance, tokens = account.instance(), account.tokens()
    with account.without("Plan", "dynamodb:GetItem"):
        account.ec2.stop_instances(InstanceIds=[instance])
        [execution] = account.executions(instance, STOP)
    account.failed(execution, lock_of(instance), tokens=tokens)
    before, told = account.tokens(), ("FAILED", execution.arn)
    account.at_once([lambda: account.invoke("HandleFailure", status_event(execution))] * 2)
    account.invoke("HandleFailure", status_event(execution))
    assert len(account.mail(*told)) == 1
    assert account.tokens() == before
    healed(account, execution, instance)


def test_a_late_event_of_an_earlier_failure_frees_nothing(account: Account) -> None:
    """The execution was redriven meanwhile and holds the lock again; or it has healed."""
    tokens = account.tokens()
    instance = account.instance()
    with account.impaired(instance):
        with account.without("Plan", "dynamodb:GetItem"):
            account.ec2.stop_instances(InstanceIds=[instance])
            [execution] = account.executions(instance, STOP)
        account.failed(execution, lock_of(instance), tokens=tokens)
        account.states.redrive_execution(executionArn=execution.arn)
        account.until(lambda: "Verify" in account.execution(execution.arn).states, "it waits for the status checks")
        account.invoke("HandleFailure", status_event(execution))
        lock = account.lock(lock_of(instance))
        assert (lock["state"], lock["redrive"], lock["execution"]) == ("HELD", 1, execution.arn)
        assert account.record(execution)["workflow_state"] == "RECOVERING"
    assert account.ended(execution).outcome == "VERIFIED"
    account.invoke("HandleFailure", status_event(execution))
    assert account.lock(lock_of(instance))["state"] == "COOLDOWN"
    assert account.record(execution)["workflow_state"] == "VERIFIED"
    assert len(account.mail("FAILED", execution.arn)) == 1


def test_a_failure_that_cannot_be_told_at_once_is_told_later(account: Account) -> None:
    """HandleFailure fails, and is tried again with the same event."""
    instance, tokens = account.instance(), account.tokens()
    with account.without("Plan", "dynamodb:GetItem"), account.without("HandleFailure", "sns:Publish"):
        account.ec2.stop_instances(InstanceIds=[instance])
        [execution] = account.executions(instance, STOP)
        account.until(lambda: account.record(execution)["workflow_state"] == "FAILED", "the failure is recorded")
        assert account.mail("FAILED", execution.arn) == []
    account.failed(execution, lock_of(instance), tokens=tokens)
    assert len(account.mail("FAILED", execution.arn)) == 1
    healed(account, execution, instance)


def test_a_failure_that_nobody_could_handle_is_kept(account: Account) -> None:
    """After three tries the event is in the dead-letter queue, for which there is an alarm."""
    instance = account.instance()
    sqs = account.engine.client("sqs")
    queue = sqs.get_queue_url(QueueName="aiops-unhandled")["QueueUrl"]
    with account.without("Plan", "dynamodb:GetItem"), account.without("HandleFailure", "states:DescribeExecution"):
        account.ec2.stop_instances(InstanceIds=[instance])
        [execution] = account.executions(instance, STOP)
        kept: list[Any] = []

        def arrived() -> bool:
            kept.extend(sqs.receive_message(QueueUrl=queue).get("Messages", []))
            return bool(kept)

        account.until(arrived, "the event is in the dead-letter queue")
    assert execution.arn in kept[0]["Body"]
    healed(account, execution, instance)
