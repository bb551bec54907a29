"""What another policy would have made of incidents, by what was known then; what nobody asked then is not guessed."""

from pathlib import Path
from typing import Any

import pytest
from alarming import alarm, tagged_alarm
from botocore.stub import Stubber
from cloud import PATTERNS, Cloud
from exporting import aiops, export, policy
from machine import Machine
from managed import instance
from model_answers import FORM, converse
from published import Json, stopping

from tasks.domain.confidence import Fix
from tasks.domain.knowledge.ec2 import INSTANCE
from tasks.runtime.clients import client
from tasks.store import fixes

ISSUE, START = "ec2_instance_stopped", {"action": "start_instance", "autonomy": "auto"}
WINDOW = {"windows": [{"name": "always", "from": "00:00", "to": "00:00"}]}


def answer(folder: Path, **sections: Any) -> Json:
    """What a policy with these sections replaced decides on the one incident that there is."""
    [found] = aiops("replay", export(folder), "--policy", policy(folder, **sections))
    return dict(found)


def unknown(found: Json) -> str:
    assert (found["plan"], found["block_reason"]) == (None, None)
    return str(found["reason"].partition("not recorded, so nobody knows: ")[2])


def test_a_stricter_policy_is_applied_to_what_was_known(machine: Machine, tmp_path: Path) -> None:
    machine.run(stopping(instance().id))
    made = answer(tmp_path, recover={ISSUE: {**START, "autonomy": "approve"}})["plan"]
    assert (made["autonomy"], made["steps"][0]["action"]) == ("approve", "start_instance")
    assert answer(tmp_path, deny={"actions": ["start_instance"]})["plan"]["autonomy"] == "notify"
    assert answer(tmp_path, maintenance=WINDOW)["block_reason"] == "MAINTENANCE"


def test_the_record_of_a_fix_counts_as_it_was_then(machine: Machine, tmp_path: Path) -> None:
    """Six of twelve are fewer cases than the policy asks for; one that asks for ten counts them."""
    one, fix = instance(), Fix(ISSUE, "start_instance", INSTANCE, "default")
    for number in range(12):
        told: Any = {"case": str(number), "predicted": {}, "now": 0.0, "retention_days": 1}
        fixes.count(client("dynamodb"), PATTERNS, {fix: number % 2 == 0}, **told)
    assert machine.run(stopping(one.id)).outcome == "VERIFIED"
    assert answer(tmp_path, trust={"cases": 10})["plan"]["reason"] == "confidence 0.29 is below 0.80"


NOT_ASKED: list[tuple[Json, str]] = [
    ({"recover": {ISSUE: {"action": "reboot_instance", "autonomy": "auto"}}}, "how often reboot_instance was proven"),
    ({"intended": {"tags": ["team:hands-off"]}}, "the tag team:hands-off"),
    ({"maintenance": {"windows": [{**WINDOW["windows"][0], "tags": {"site": "*"}}]}}, "the tag site"),
    ({"maintenance": {"calendars": ["freeze"]}}, "whether a change calendar was closed"),
]


@pytest.mark.parametrize(("sections", "what"), NOT_ASKED, ids=[what for _, what in NOT_ASKED])
def test_what_nobody_asked_then_is_said_and_not_guessed(
    machine: Machine, tmp_path: Path, sections: Json, what: str
) -> None:
    machine.run(stopping(instance().id))
    assert unknown(answer(tmp_path, **sections)).startswith(what)


def test_an_answer_that_comes_after_the_one_that_helped_need_not_be_known(machine: Machine, tmp_path: Path) -> None:
    machine.run(stopping(instance().id))
    more = {**START, "otherwise": {"action": "revert_drift", "autonomy": "approve"}}
    assert answer(tmp_path, recover={ISSUE: more})["plan"]["autonomy"] == "auto"


def test_what_a_guard_held_back_was_not_asked_further(cloud: Cloud, machine: Machine, tmp_path: Path) -> None:
    cloud.set_policy(maintenance=WINDOW)
    machine.run(stopping(instance().id))
    assert unknown(answer(tmp_path)) == "whether there was a storm"


def test_earned_autonomy_that_nobody_counted_is_not_guessed(cloud: Cloud, machine: Machine, tmp_path: Path) -> None:
    cloud.set_policy(earning=None)
    machine.run(stopping(instance().id))
    assert unknown(answer(tmp_path)) == "what had been earned in the environment default"
    assert answer(tmp_path, earning=None)["plan"]["autonomy"] == "auto"


def test_an_alarm_that_would_be_about_something_else_says_so(machine: Machine, tmp_path: Path) -> None:
    """A tag of the alarm stands above the policy, so this one had none."""
    machine.run(alarm())
    other = "arn:aws:ec2:us-east-1:123456789012:instance/i-1234567890abcdef0"
    assert unknown(answer(tmp_path, alarms={"Example*": other})) == "whether the kill switch was on"


def test_against_an_old_policy_only_what_it_decided_else_is_told(machine: Machine, tmp_path: Path) -> None:
    one, other = instance(), instance("notify")
    for each in (one, other):
        machine.run(stopping(each.id))
    file, old = export(tmp_path), policy(tmp_path, recover={ISSUE: {**START, "autonomy": "approve"}})
    [change] = aiops("replay", file, "--against", old)
    assert change["resources"][0]["id"] == one.id
    assert (change["old"]["plan"]["autonomy"], change["new"]["plan"]["autonomy"]) == ("approve", "auto")


def test_another_tag_of_the_alarms_target_is_not_guessed(machine: Machine, tmp_path: Path) -> None:
    tagged_alarm(instance("notify", stopped=False).arn)
    machine.run(alarm())
    assert answer(tmp_path)["plan"]["autonomy"] == "notify"
    assert unknown(answer(tmp_path, trust={"environment": "stage"})) == "the tag stage"


def test_what_a_model_would_have_picked_is_not_guessed(cloud: Cloud, machine: Machine, tmp_path: Path) -> None:
    cloud.set(MODEL_ID="amazon.nova-lite-v1:0")
    with Stubber(client("bedrock-runtime")) as model:
        model.add_response("converse", converse(FORM))
        machine.run(stopping(instance().id))
    choice = {**START, "alternatives": [{"action": "reboot_instance", "autonomy": "auto"}]}
    wanted = "what the model would have picked of start_instance, reboot_instance"
    assert unknown(answer(tmp_path, recover={ISSUE: choice})) == wanted
