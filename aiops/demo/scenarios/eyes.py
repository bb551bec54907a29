"""What the agent sees by, trails and rules, is switched off."""

from collections.abc import Iterator

from aiops.demo.resources.rules import Rule
from aiops.demo.resources.trails import Trail
from aiops.demo.scenario import ended, must, put_back, put_back_unheard
from aiops.demo.stage import Stage
from aiops.demo.workflow import Execution


def blinded(stage: Stage) -> Iterator[Execution]:
    trail = Trail(stage, "aiops")
    yield from put_back(stage, trail, "StopLogging", trail.stop)
    stage.told("VERIFIED", trail.name, "critical")


def deselected(stage: Stage) -> Iterator[Execution]:
    trail = Trail(stage)
    trail.log_reads_only()
    yield ended(stage.executions(trail.name, "PutEventSelectors")[0])
    must(trail.logs, f"{trail.name} logs calls that write again")


def blinded_unheard(stage: Stage) -> Iterator[Execution]:
    trail = Trail(stage)
    yield from put_back_unheard(stage, trail, "aws.cloudtrail", trail.stop)


def trail_deleted(stage: Stage) -> Iterator[Execution]:
    trail = Trail(stage)
    yield from put_back(stage, trail, "DeleteTrail", trail.delete)


def rule_disabled(stage: Stage) -> Iterator[Execution]:
    rule = Rule(stage, "aiops-faults-aws.s3")
    yield from put_back(stage, rule, "DisableRule", rule.disable)
    stage.told("VERIFIED", rule.name, "critical")


def rule_disabled_unheard(stage: Stage) -> Iterator[Execution]:
    """No other rule could tell it."""
    rule = Rule(stage, "aiops-faults-aws.events")

    def disable() -> None:
        rule.disable()
        stage.invoke("TakeSnapshots")

    yield from put_back(stage, rule, "Drift", disable)
