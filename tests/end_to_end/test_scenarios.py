"""What `aiops demo` plays is true, and it cleans up after itself."""

import json
from pathlib import Path

import pytest

from aiops.demo.scenario import Scenario
from aiops.demo.scenarios import SCENARIOS
from end_to_end.account import Account
from end_to_end.command import Command, port_is_free


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_a_scenario_ends_as_it_must(account: Account, scenario: Scenario) -> None:
    scenario.check(list(scenario.play(account)))


def test_the_demo_prints_one_line_per_scenario_and_leaves_nothing(tmp_path: Path) -> None:
    command = Command("demo", "stopped", "--json", temporary=tmp_path)
    status, out, err = command.end()
    [line] = [json.loads(line) for line in out.splitlines()]
    assert line.keys() == {"scenario", "ok", "execution_status", "outcome", "seconds", "states"}
    assert (status, line["scenario"], line["ok"]) == (0, "stopped", True)
    assert (line["execution_status"], line["outcome"]) == ("SUCCEEDED", "VERIFIED")
    assert (line["states"][0], line["states"][-1]) == ("Detect", "Done")
    assert 0 < line["seconds"] < 60
    assert command.processes() == []
    assert list(tmp_path.iterdir()) == []
    assert port_is_free(err)


@pytest.mark.parametrize("running", ["cdk_app.app", "ministack-lambda-aiops-Analyze"])
def test_the_demo_leaves_nothing_when_it_is_terminated(tmp_path: Path, running: str) -> None:
    """In the middle of the deployment, and in the middle of a scenario."""
    command = Command("demo", "undone", "--json", temporary=tmp_path)
    status, out, err = command.terminate(once=lambda: any(running in line for line in command.processes()))
    assert (status, out) == (143, "")
    assert "Traceback" not in err
    assert command.processes() == []
    assert list(tmp_path.iterdir()) == []
    assert port_is_free(err)
