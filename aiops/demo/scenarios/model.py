"""The model is of no help."""

from collections.abc import Iterator

from aiops.demo.agent import model
from aiops.demo.resources.instances import STOP, Instance
from aiops.demo.scenario import ended, must
from aiops.demo.stage import Stage
from aiops.demo.workflow import Execution


def model_rubbish(stage: Stage) -> Iterator[Execution]:
    rubbish = {"output": {"message": {"role": "assistant", "content": [{"text": "Sure!"}]}}}
    with model(stage, lambda request: rubbish):
        yield from _healed_by_rules(stage, "unusable")


def model_denied(stage: Stage) -> Iterator[Execution]:
    with model(stage, None):
        yield from _healed_by_rules(stage, "AccessDenied")


def _healed_by_rules(stage: Stage, why: str) -> Iterator[Execution]:
    instance = Instance(stage)
    instance.stop()
    execution = ended(stage.executions(instance.id, STOP)[0])
    yield execution
    adviser = stage.incident(execution)["analysis"]["M"]["adviser"]["S"]
    must(adviser.startswith("rules (model") and why in adviser, f"the rules decided because {why} (it says: {adviser})")
    must(instance.state == "running", f"{instance} runs again")
