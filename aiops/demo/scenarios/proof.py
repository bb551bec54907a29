"""Restoring does not help, or harms what stands beside."""

from collections.abc import Iterator

from aiops.demo.agent import configured
from aiops.demo.resources.alarms import ring
from aiops.demo.resources.instances import STOP, Instance
from aiops.demo.scenario import ended, must
from aiops.demo.stage import Stage
from aiops.demo.workflow import Execution


def side_effect(stage: Stage) -> Iterator[Execution]:
    instance = Instance(stage)
    stage.engine.impair(instance.id)
    with configured(stage, "Verify", VERIFY_DEADLINE_MINUTES="1"):
        instance.stop()
        stage.running(instance.id, STOP, "Verify")
        ring(stage, f"errors-{instance}", instance.id)
        stage.engine.impair(instance.id, impaired=False)
        yield ended(stage.executions(instance.id, STOP)[0], "VERIFIED_WITH_SIDE_EFFECTS")
    must(instance.state == "running", f"{instance} runs again")
    stage.told("VERIFIED_WITH_SIDE_EFFECTS", instance.id, f"near: errors-{instance}")


def undone(stage: Stage) -> Iterator[Execution]:
    instance = Instance(stage)
    stage.engine.impair(instance.id)
    instance.stop()
    failed = ended(stage.executions(instance.id, STOP)[0], "NotHealed", status="FAILED")
    yield failed
    must(failed.states[-1] == "Undo", "it failed in Undo")
    must(instance.state == "stopped", "the start that did not help was taken back")
    stage.told("FAILED", instance.id, "Redrive")
    stage.engine.impair(instance.id, impaired=False)
    stage.rerun(failed)
    yield ended(stage.executions(instance.id, STOP)[0])
    must(instance.state == "running", f"{instance} runs again")
