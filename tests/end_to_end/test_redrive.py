"""Redrive means "try again", wherever the execution failed; so does a new execution with the same input."""

import json

from aiops.demo.resources.instances import STOP
from aiops.demo.workflow import Execution
from aiops.engine import ACCOUNT, REGION
from end_to_end.account import Account
from tasks.domain.events import arn
from tasks.domain.knowledge.ec2 import INSTANCE


def lock_of(instance: str) -> str:
    return arn(INSTANCE, instance, region=REGION, account=ACCOUNT)


def undone(account: Account) -> tuple[str, Execution]:
    """An instance whose start did not help, and its execution, failed in Undo and told."""
    instance, tokens = account.instance(), account.tokens()
    with account.impaired(instance):
        account.ec2.stop_instances(InstanceIds=[instance])
        [execution] = account.executions(instance, STOP)
    assert (execution.error, execution.states[-1]) == ("NotHealed", "Undo")
    account.failed(execution, lock_of(instance), tokens=tokens)
    return instance, execution


def test_a_second_attempt_that_fails_is_undone_too(account: Account) -> None:
    """From Undo: each redrive is one more attempt, and each attempt that fails is undone and told."""
    instance, execution = undone(account)
    with account.impaired(instance):
        again = account.redrive(execution)
        assert (again.error, again.states[-1]) == ("NotHealed", "Undo")
        assert again.states.count("Restore") == 2
        assert account.instance_state(instance) == "stopped"
        account.until(lambda: len(account.mail("FAILED", execution.arn)) == 2, "it is told again")
    assert account.lock(lock_of(instance)) == {}
    last = account.redrive(execution)
    assert last.outcome == "VERIFIED"
    assert last.states.count("Restore") == 3
    assert account.instance_state(instance) == "running"
    assert account.record(execution)["attempt"] == 2


def test_an_execution_aborted_in_the_middle_of_restoring(account: Account) -> None:
    """From Restore, which hangs on a table, until somebody loses patience."""
    instance, tokens = account.instance(autonomy="approve"), account.tokens()
    account.ec2.stop_instances(InstanceIds=[instance])
    execution = account.running(instance, STOP, "RequestReview")
    account.told("REVIEW", instance)
    question = account.claim(f"REVIEW#{account.record(execution)['incident_id']}")
    yes = {"decision": "approved", "plan_hash": question["plan_hash"]}
    with account.throttled("aiops-claims"):
        account.states.send_task_success(taskToken=question["token"], output=json.dumps(yes))
        account.until(lambda: "Restore" in account.execution(execution.arn).states, "it restores")
        account.states.stop_execution(executionArn=execution.arn)
    assert account.ended(execution).states[-1] in ("Restore", "Record")
    account.failed(account.ended(execution), lock_of(instance), tokens=tokens)
    assert account.redrive(execution).outcome == "VERIFIED"
    assert account.instance_state(instance) == "running"
    assert account.lock(lock_of(instance))["state"] == "COOLDOWN"


def test_an_execution_redriven_before_its_failure_was_told(account: Account) -> None:
    """It still holds its lock and its token, and keeps them."""
    instance = account.instance()
    with account.deaf("aws.states"):
        with account.without("Verify", "ec2:DescribeInstanceStatus"):
            account.ec2.stop_instances(InstanceIds=[instance])
            [execution] = account.executions(instance, STOP)
        assert (execution.status, execution.states[-1]) == ("FAILED", "Verify")
        assert account.lock(lock_of(instance))["state"] == "HELD"
        assert account.redrive(execution).outcome == "VERIFIED"
    assert account.lock(lock_of(instance))["state"] == "COOLDOWN"
    assert account.record(execution)["workflow_state"] == "VERIFIED"
    assert account.mail("FAILED", execution.arn) == []


def test_a_new_execution_with_the_same_input_after_a_failure(account: Account) -> None:
    """It asks and heals; then the same input is a duplicate, and the failed execution, redriven, changes nothing."""
    instance, execution = undone(account)
    event = json.loads(account.states.describe_execution(executionArn=execution.arn)["input"])
    again = account.begin(event)
    account.told("REVIEW", instance, "has earned approve in the environment default")
    account.answer(again, "approve")
    assert account.ended(again).outcome == "VERIFIED"
    assert account.instance_state(instance) == "running"
    assert account.start(event).outcome == "DUPLICATE"
    late = account.redrive(execution)
    assert (late.status, late.outcome) == ("SUCCEEDED", "RESOURCE_BUSY")
    assert account.lock(lock_of(instance))["state"] == "COOLDOWN"
    assert account.changes("StartInstances", instance) == 2
