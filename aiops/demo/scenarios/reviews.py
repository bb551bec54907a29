"""A person is asked."""

from collections.abc import Iterator

from aiops.demo.resources.instances import STOP, Instance
from aiops.demo.scenario import ended, must
from aiops.demo.stage import Stage
from aiops.demo.workflow import Execution


def approved(stage: Stage) -> Iterator[Execution]:
    instance, waiting = _waiting(stage)
    must(instance.state == "stopped", "nothing is changed before the answer")
    stage.answer(waiting, "approve")
    yield ended(stage.executions(instance.id, STOP)[0])
    must(instance.state == "running", f"{instance} runs again")


def narrowed(stage: Stage) -> Iterator[Execution]:
    one, other = Instance(stage, "approve"), Instance(stage, "approve")
    stage.ec2.stop_instances(InstanceIds=[one.id, other.id])
    waiting = stage.running(one.id, STOP, "RequestReview")
    stage.told("REVIEW", one.id, other.id)
    stage.answer(waiting, "approve", "--only", one.id)
    yield ended(stage.executions(one.id, STOP)[0])
    states = [one.state, other.state]
    must(states == ["running", "stopped"], f"{one} runs again and {other} is left alone (they are {states})")
    stage.told("VERIFIED", f"without {other}")


def denied(stage: Stage) -> Iterator[Execution]:
    instance, waiting = _waiting(stage)
    stage.answer(waiting, "deny")
    yield ended(stage.executions(instance.id, STOP)[0], "DENIED")
    must(instance.state == "stopped", f"{instance} stays stopped")


def _waiting(stage: Stage) -> tuple[Instance, Execution]:
    """An instance that asks first, stopped, and its execution, once the question was sent."""
    instance = Instance(stage, "approve")
    instance.stop()
    execution = stage.running(instance.id, STOP, "RequestReview")
    stage.told("REVIEW", instance.id)
    return instance, execution
