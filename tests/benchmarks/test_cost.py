"""What incidents cost is computed right, on numbers made by hand."""

import pytest

from bench.first_events import MADE
from bench.idle import definition, functions
from bench.usage import Usage, billed, transitions
from cdk_app.asset import ROOT
from cdk_app.workflow import DEFINITION


def test_a_thousand_incidents_cost_a_thousand_times_their_usage() -> None:
    used = Usage(transitions=16, invocations=9, gigabyte_seconds=0.5, write_units=20, read_units=8, log_bytes=27_000)
    assert sum(used.dollars(1000).values()) == pytest.approx(0.4 + 0.0018 + 0.0066667 + 0.0125 + 0.001 + 0.0135)


def test_a_retry_is_a_transition_too() -> None:
    kinds = ("ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskFailed", "TaskScheduled", "TaskSucceeded")
    assert transitions([{"type": kind} for kind in kinds]) == 1 + 1 + 1


def test_billed_time_comes_from_lambdas_reports() -> None:
    lines = ["START", "REPORT RequestId: 1\tDuration: 90 ms\tBilled Duration: 100 ms\tMemory Size: 512 MB\t"]
    count, seconds = billed(lines)
    assert (count, round(seconds, 6)) == (1, 0.05)


def test_the_idle_machine_has_the_shape_of_the_real_one() -> None:
    text = definition({name: name for name in functions()})
    assert text.count('"Type"') == DEFINITION.read_text().count('"Type"')
    assert "${" not in text


def test_every_function_has_an_event_for_its_cold_start() -> None:
    tasks = {file.stem.replace("_", "") for file in (ROOT / "tasks").glob("[!_]*.py")}
    assert {name.lower() for name in MADE} == tasks
