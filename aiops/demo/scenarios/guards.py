"""A guard holds the agent back."""

from collections.abc import Iterator

from aiops.demo.resources.instances import STOP, Instance
from aiops.demo.resources.parameters import PUT, Parameter
from aiops.demo.scenario import ended, must
from aiops.demo.stage import Stage
from aiops.demo.workflow import Execution
from aiops.names import KILL_SWITCH


def duplicate(stage: Stage) -> Iterator[Execution]:
    instance = Instance(stage)
    with stage.deaf("aws.ec2"):
        instance.stop()
        event = stage.recorded(STOP, instance.id)
    stage.at_once([lambda: stage.engine.deliver(event)] * 5)
    found = sorted(stage.executions(instance.id, STOP, count=5), key=lambda one: one.outcome, reverse=True)
    yield from found
    outcomes = [one.outcome for one in found]
    must(outcomes == ["VERIFIED"] + ["DUPLICATE"] * 4, f"one recovery and four DUPLICATE (they are {outcomes})")
    must(instance.state == "running", f"{instance} runs again")


def cooldown(stage: Stage) -> Iterator[Execution]:
    parameter = Parameter(stage, "good")
    for count, (value, outcome) in enumerate((("tampered", "VERIFIED"), ("tampered again", "COOLDOWN")), 1):
        parameter.overwrite(value)
        yield ended(stage.executions(parameter.name, PUT, count=count)[-1], outcome)
    must(parameter.value[0] == "tampered again", "nothing is changed within the cooldown")


def recurring(stage: Stage) -> Iterator[Execution]:
    parameter = Parameter(stage, "good")
    for again in range(1, 5):
        stage.cooled_down(parameter.arn)
        parameter.overwrite(f"bad {again}")
        outcome = "VERIFIED" if again < 4 else "RECURRING"
        yield ended(stage.executions(parameter.name, PUT, count=again)[-1], outcome)
    must(parameter.value[0] == "bad 4", "the fourth time nothing is changed")
    stage.told("RECURRING", parameter.name, "healed or failed 3 times")


def unmanaged(stage: Stage) -> Iterator[Execution]:
    instance = Instance(stage, autonomy=None)
    instance.stop()
    yield ended(stage.executions(instance.id, STOP)[0], "UNMANAGED")
    must(instance.state == "stopped", f"{instance} stays stopped")


def intended(stage: Stage) -> Iterator[Execution]:
    parameter = Parameter(stage, "v1")
    pipeline = stage.session_of("cdk-demo-cfn-exec-role-1", "ssm:*", "ssm")
    pipeline.put_parameter(Name=parameter.name, Value="v2", Type="SecureString", Overwrite=True)
    yield ended(stage.executions(parameter.name, PUT)[0], "INTENDED")
    must(parameter.value[0] == "v2", "the pipeline's value stays")


def switched_off(stage: Stage) -> Iterator[Execution]:
    instance, switch = Instance(stage), {"Name": KILL_SWITCH, "Type": "String", "Overwrite": True}
    stage.ssm.put_parameter(**switch, Value="on")
    try:
        instance.stop()
        yield ended(stage.executions(instance.id, STOP)[0], "KILL_SWITCH")
        must(instance.state == "stopped", f"{instance} stays stopped")
    finally:
        stage.ssm.put_parameter(**switch, Value="off")
