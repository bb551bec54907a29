"""A log shows what will fail, before it fails."""

from collections.abc import Iterator

from aiops.demo.resources.logs import Log
from aiops.demo.resources.scaling_groups import Group
from aiops.demo.scenario import ended, must
from aiops.demo.stage import Stage
from aiops.demo.workflow import Execution


def foresight(stage: Stage) -> Iterator[Execution]:
    log = Log(stage)
    log.opt_in()
    stage.invoke("AnalyzeLogs")
    yield ended(stage.executions(log.name, "Foresight")[0], "ANOMALY")
    stage.told("FORESEEN", log.name, "Nothing has failed yet", "pool exhausted")
    stage.told("ANOMALY", log.name, "pool exhausted")
    if stage.plot:
        log.draw(stage.plot)


def prevented(stage: Stage) -> Iterator[Execution]:
    group, log = Group(stage, "demo-shop"), Log(stage, "/demo/scaling-shop")
    log.opt_in(target=group.arn)
    stage.invoke("AnalyzeLogs")
    waiting = stage.running(log.name, "Foresight", "RequestReview")
    stage.told("REVIEW", group.name, "Nothing had failed", "pool exhausted")
    must(group.instances == 1, "nothing is changed before the answer")
    stage.answer(waiting, "approve")
    yield ended(stage.executions(log.name, "Foresight")[0], "VERIFIED")
    must(group.instances == 2, f"{group.name} has one instance more")
    stage.told("VERIFIED", group.name, "Nothing had failed")
