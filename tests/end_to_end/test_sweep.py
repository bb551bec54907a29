"""The sweep finds what no event told, and takes nothing for good that the agent itself brought about."""

from aiops.demo.resources.instances import STATE_CHANGE
from aiops.engine import ACCOUNT, REGION
from end_to_end.account import Account
from tasks.domain.events import arn
from tasks.domain.knowledge.ec2 import INSTANCE
from tasks.store.items import decode, encode


def remembered(account: Account, instance: str) -> str:
    """Whether the instance was running or stopped when it was last good."""
    key = encode({"resource_arn": arn(INSTANCE, instance, region=REGION, account=ACCOUNT)})
    return str(decode(account.dynamo.get_item(TableName="aiops-snapshots", Key=key)["Item"])["state"]["state"])


def test_what_was_undone_is_not_remembered_as_good_and_is_found_again(account: Account) -> None:
    """An instance crashed, its start did not help and was undone: stopped is not how it should be, but now it asks."""
    instance = account.instance()
    with account.impaired(instance):
        account.engine.shut_down_inside(instance)
        [execution] = account.executions(instance, STATE_CHANGE)
    assert execution.error == "NotHealed"
    assert account.instance_state(instance) == "stopped"
    account.told("FAILED", instance)
    account.invoke("TakeSnapshots")
    assert remembered(account, instance) == "running"
    waiting = account.running(instance, "Drift", "RequestReview")
    account.told("REVIEW", instance, "has earned approve in the environment default")
    account.answer(waiting, "approve")
    assert account.ended(waiting).outcome == "VERIFIED"
    assert account.instance_state(instance) == "running"
