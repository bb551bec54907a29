"""Exactly one recovery, whatever arrives at once."""

from functools import partial

from published import sample

from aiops.demo.resources.instances import STOP
from aiops.demo.stage import TAG
from aiops.engine import ACCOUNT, REGION
from end_to_end.account import Account
from tasks.domain.events import arn
from tasks.domain.knowledge.ec2 import INSTANCE


def lock_of(instance: str) -> str:
    return arn(INSTANCE, instance, region=REGION, account=ACCOUNT)


def test_thirty_identical_events_at_once_change_the_resource_once(account: Account) -> None:
    instance = account.instance()
    with account.deaf("aws.ec2"):
        account.ec2.stop_instances(InstanceIds=[instance])
        event = account.recorded(STOP, instance)
    account.at_once([partial(account.engine.deliver, event)] * 30)
    outcomes = [one.outcome for one in account.executions(instance, STOP, count=30)]
    assert sorted(outcomes) == ["DUPLICATE"] * 29 + ["VERIFIED"]
    assert account.changes("StartInstances", instance) == 1
    assert account.instance_state(instance) == "running"
    assert len(account.mail("VERIFIED", instance)) == 1


def test_two_resources_at_once_both_heal(account: Account) -> None:
    instances = [account.instance(), account.instance()]
    with account.deaf("aws.ec2"):
        account.ec2.stop_instances(InstanceIds=instances[:1])
        account.ec2.stop_instances(InstanceIds=instances[1:])
        events = [account.recorded(STOP, instance) for instance in instances]
    account.at_once([partial(account.engine.deliver, event) for event in events])
    for instance in instances:
        assert [one.outcome for one in account.executions(instance, STOP)] == ["VERIFIED"]
        assert account.instance_state(instance) == "running"


def test_two_resources_in_one_event_both_heal(account: Account) -> None:
    instances = [account.instance(), account.instance()]
    account.ec2.stop_instances(InstanceIds=instances)
    [execution] = account.executions(instances[0], STOP)
    assert execution.outcome == "VERIFIED"
    assert {account.instance_state(instance) for instance in instances} == {"running"}


def test_the_lock_of_a_living_execution_is_respected_and_that_of_a_dead_one_taken_over(account: Account) -> None:
    """The dead one's failure, told late, does not touch what another has taken over."""
    instance = account.instance(autonomy="approve")
    with account.deaf("aws.states"):
        account.ec2.stop_instances(InstanceIds=[instance])
        first = account.running(instance, STOP, "RequestReview")
        account.ec2.create_tags(Resources=[instance], Tags=[{"Key": TAG, "Value": "auto"}])
        # Tagging it lets TakeSnapshots look, which finds it stopped.
        assert account.executions(instance, "Drift")[0].outcome == "RESOURCE_BUSY"
        account.ec2.stop_instances(InstanceIds=[instance])
        account.until(lambda: len(account.all(instance, STOP)) == 2, "the second event starts an execution")
        second = account.ended(account.all(instance, STOP)[1])
        assert second.outcome == "RESOURCE_BUSY"
        assert account.instance_state(instance) == "stopped"

        account.states.stop_execution(executionArn=first.arn)
        assert account.lock(lock_of(instance))["execution"] == first.arn
        account.ec2.stop_instances(InstanceIds=[instance])
        third = account.executions(instance, STOP, count=3)[2]
        assert third.outcome == "VERIFIED"
        assert account.instance_state(instance) == "running"
    account.invoke("HandleFailure", sample("states_execution_status_change", {"detail.executionArn": first.arn}))
    lock = account.lock(lock_of(instance))
    assert (lock["state"], lock["execution"]) == ("COOLDOWN", third.arn)
    assert account.record(first)["workflow_state"] == "FAILED"
    assert account.record(third)["workflow_state"] == "VERIFIED"
