"""Alarms ring, and what they are about is mended."""

from collections.abc import Iterator

from aiops.demo.resources.alarms import ALARM, Alarm
from aiops.demo.resources.instances import Instance
from aiops.demo.resources.scaling_groups import Group
from aiops.demo.scenario import ended, must
from aiops.demo.stage import Stage
from aiops.demo.workflow import Execution


def overloaded(stage: Stage) -> Iterator[Execution]:
    group = Group(stage)
    alarm = Alarm(stage, "demo-cpu", namespace="AWS/EC2", metric="CPUUtilization", threshold=80, target=group.arn)
    alarm.measure(97)
    yield ended(stage.executions(alarm.name, ALARM)[0])
    must(group.instances == 2, f"{group.name} has one instance more")
    stage.told("VERIFIED", group.name, "high")


def disk_full(stage: Stage) -> Iterator[Execution]:
    instance = Instance(stage)
    disk = {"namespace": "CWAgent", "metric": "disk_used_percent"}
    alarm = Alarm(stage, "demo-disk", **disk, threshold=85, target=instance.arn)
    alarm.measure(96)
    waiting = stage.running(alarm.name, ALARM, "RequestReview")
    stage.told("REVIEW", instance.id)
    must(not instance.commands, "nothing is run before the answer")
    stage.answer(waiting, "approve")
    yield ended(stage.executions(alarm.name, ALARM)[0])
    sent = instance.commands
    must(sent == ["aiops-CleanDisk"], f"the disk is cleaned, once (it was sent {sent})")
