"""Instances are stopped, crash, hang and are terminated."""

from collections.abc import Iterator

from aiops.demo.resources.instances import STATE_CHANGE, STOP, TERMINATE, Instance, holder, state
from aiops.demo.scenario import ended, must
from aiops.demo.stage import Stage
from aiops.demo.workflow import Execution


def stopped(stage: Stage) -> Iterator[Execution]:
    instance = Instance(stage)
    instance.stop()
    yield ended(stage.executions(instance.id, STOP)[0])
    must(instance.state == "running", f"{instance} runs again")
    stage.told("VERIFIED", instance.id)


def crashed(stage: Stage) -> Iterator[Execution]:
    instance = Instance(stage)
    stage.engine.shut_down_inside(instance.id)
    yield ended(stage.executions(instance.id, STATE_CHANGE)[0])
    must(instance.state == "running", f"{instance} runs again")


def hung(stage: Stage) -> Iterator[Execution]:
    instance = Instance(stage)
    stage.engine.hang(instance.id)
    stage.invoke("TakeSnapshots")
    yield ended(stage.executions(instance.id, "Drift")[0])
    must(instance.checks == ["ok", "ok"], f"{instance} answers again")


def terminated(stage: Stage) -> Iterator[Execution]:
    instance = Instance(stage)
    address = instance.give_address()
    stage.ec2.terminate_instances(InstanceIds=[instance.id])
    yield ended(stage.executions(instance.id, TERMINATE)[0])
    replacement = instance.replacement
    must(state(stage.ec2, replacement) == "running", f"{replacement} runs in place of {instance}")
    must(holder(stage.ec2, address) == replacement, f"{replacement} has the address of {instance}")
    stage.told("VERIFIED", instance.id, replacement)
