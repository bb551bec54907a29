"""README.md is true: its diagram is the state machine's, its scenarios are the ones that the demo plays."""

import json
import re
from pathlib import Path
from typing import Any

from aiops.catalogue import table
from aiops.demo.scenarios import SCENARIOS
from aiops.policy import load

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
STATES: dict[str, Any] = json.loads((ROOT / "statemachine" / "aiops.asl.json").read_text(encoding="utf-8"))["States"]


def edges(states: dict[str, Any]) -> set[tuple[str, str]]:
    """Every transition of the machine, a parallel state leading to the start of its branches."""
    found = set()
    for name, state in states.items():
        choices, catches = state.get("Choices", []), state.get("Catch", [])
        targets = [state.get("Next"), state.get("Default"), *(one["Next"] for one in choices + catches)]
        for branch in state.get("Branches", []):
            targets.append(branch["StartAt"])
            found |= edges(branch["States"])
        found |= {(name, target) for target in targets if target}
    return found


def test_the_diagram_has_every_transition_of_the_machine_and_no_other() -> None:
    (diagram,) = re.findall(r"```mermaid\n(.*?)```", README, re.DOTALL)
    drawn = set(re.findall(r"^\s*(\w+) -+(?:\.+-+)?>(?:\|[^|]*\|)? (\w+)$", diagram, re.MULTILINE))
    assert drawn == edges(STATES)


def test_the_table_has_a_row_for_every_scenario_with_its_path_and_outcome() -> None:
    rows = [f"| {one.story} | {' → '.join(one.path.split())} | {one.outcome} | `{one.name}` |" for one in SCENARIOS]
    assert [row for row in rows if row not in README] == []
    assert README.count("→ StoreMetrics |") == len(rows)


def test_the_recovery_table_is_what_the_catalogue_and_the_policy_say() -> None:
    assert f"\n{table(load(None))}\n" in README, "`aiops catalogue` prints what the README should say"


def test_every_make_target_that_the_readme_names_exists() -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"(?:`|^    )make (\w+)", README, re.MULTILINE)) <= targets


def test_every_path_that_the_readme_names_exists() -> None:
    named = re.findall(r"`((?:tasks|cdk_app|aiops|tests|statemachine|bench)/[\w./]*)`", README)
    assert [path for path in named if not (ROOT / path).exists()] == []
