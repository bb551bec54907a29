"""An answer that only looks heals nothing: people get at once what it saw."""

from alarming import NAME, alarm, tagged_alarm
from cloud import Cloud
from left_behind import incident, lock, messages
from machine import Machine
from managed import instance

from tasks.runtime.clients import client


def test_a_look_at_a_busy_host_is_told_and_fails_nothing_while_the_alarm_rings(cloud: Cloud, machine: Machine) -> None:
    one = instance(stopped=False)
    tagged_alarm(one.arn)
    client("cloudwatch").set_alarm_state(AlarmName=NAME, StateValue="ALARM", StateReason="still busy")
    run = machine.run(alarm())
    assert (run.status, run.outcome) == ("SUCCEEDED", "LOOKED")
    assert "Verify" in run.states
    [(subject, body)] = messages()
    assert "LOOKED" in subject
    assert f"the alarm {NAME} is ALARM" in body
    assert incident(run.incident_id)["workflow_state"] == "LOOKED"
    assert lock(one.arn)["state"] == "COOLDOWN"
