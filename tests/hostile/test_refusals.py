"""AWS says no, or its answer is lost, at any call of a healing: that is told, and a re-run heals."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError, ReadTimeoutError
from cloud import Cloud
from left_behind import incident, lock, messages
from machine import Machine, Run
from managed import instance, instance_state, parameter, values
from published import Json, overwriting, stopping

Fault = Callable[[Callable[[], Any], str], Any]


def refused(call: Callable[[], Any], operation: str) -> Any:
    raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, operation)


def lost(call: Callable[[], Any], operation: str) -> Any:
    """AWS does it, and nobody hears of it."""
    call()
    raise ReadTimeoutError(endpoint_url="https://aws")


class Trouble:
    """Every call of one operation goes wrong until it is over."""

    def __init__(self, patch: pytest.MonkeyPatch, wrong: str, fault: Fault) -> None:
        make, self.over = BaseClient._make_api_call, False

        def making(client: Any, operation: str, given: Any) -> Any:
            if self.over or f"{client.meta.service_model.service_name}:{operation}" != wrong:
                return make(client, operation, given)
            return fault(lambda: make(client, operation, given), operation)

        patch.setattr(BaseClient, "_make_api_call", making)


def run_again(machine: Machine, run: Run, event: Json) -> Run:
    """Redrive, or a new execution where the first state failed, which knows no incident yet."""
    return machine.run(event) if run.last[0] == "Detect" else machine.redrive(run)


def test_progress_that_cannot_be_written_down_is_no_reason_to_undo_a_restore(cloud: Cloud, machine: Machine) -> None:
    """Recover's branches run side by side: an Undo after Record's failure would meet a Restore at work."""

    def refuse(params: Json, **_: Any) -> None:
        if "RECOVERING" in str(params["body"]):
            raise ClientError({"Error": {"Code": "ValidationException", "Message": "too large"}}, "UpdateItem")

    one = parameter("/app/host", "good", "bad")
    cloud.interfere("dynamodb", "before-call.dynamodb.UpdateItem", refuse)
    run = machine.run(overwriting(one.id, 2))
    assert (run.outcome, values(one)[-1], "Undo" in run.states) == ("VERIFIED", "good", False)
    assert incident(run.incident_id)["plan"]["steps"]


FAILING: list[tuple[str, Fault]] = [
    ("resourcegroupstaggingapi:GetResources", refused),
    ("dynamodb:TransactWriteItems", refused),
    ("dynamodb:TransactWriteItems", lost),
    ("dynamodb:Query", refused),
    ("ssm:DescribeParameters", refused),
    ("sts:AssumeRole", refused),
    ("ssm:PutParameter", refused),
    ("ssm:PutParameter", lost),
    ("cloudwatch:DescribeAlarms", refused),
]


@pytest.mark.parametrize(("wrong", "fault"), FAILING)
def test_what_fails_at_any_call_is_told_once_and_heals_when_it_is_run_again(
    cloud: Cloud, machine: Machine, monkeypatch: pytest.MonkeyPatch, wrong: str, fault: Fault
) -> None:
    one = parameter("/app/host", "good", "bad")
    event, trouble = overwriting(one.id, 2), Trouble(monkeypatch, wrong, fault)
    failed = machine.run(event)
    trouble.over = True
    machine.report(failed)
    assert (failed.status, len(messages()), lock(one.arn)) == ("FAILED", 1, {})
    healed = run_again(machine, failed, event)
    assert (healed.outcome, values(one)[-1], len(messages())) == ("VERIFIED", "good", 2)
    assert len(values(one)) == 3
    assert (incident(healed.incident_id)["workflow_state"], lock(one.arn)["state"]) == ("VERIFIED", "COOLDOWN")


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [("ec2:GetConsoleOutput", refused), ("cloudwatch:GetMetricData", refused), ("sns:Publish", lost)],
)
def test_what_healing_can_do_without_does_not_stop_it(
    cloud: Cloud, machine: Machine, monkeypatch: pytest.MonkeyPatch, wrong: str, fault: Fault
) -> None:
    one = instance()
    Trouble(monkeypatch, wrong, fault)
    assert (machine.run(stopping(one.id)).outcome, instance_state(one)) == ("VERIFIED", "running")
