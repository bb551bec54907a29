"""The state machine as plain JSON: what its file must hold before anything runs it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tasks import resources
from tasks.domain import errors
from tasks.domain.catalogue import TYPES

Json = dict[str, Any]

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "statemachine" / "aiops.asl.json").read_text()
MACHINE: Json = json.loads(TEXT)
TRANSIENT = {
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.TooManyRequestsException",
}
OWN_ERRORS = {name for name, value in vars(errors).items() if isinstance(value, type)}
LONGEST_REVIEW = (
    60
    * json.loads((ROOT / "policy.schema.json").read_text())["properties"]["review"]["properties"]["expires_minutes"][
        "maximum"
    ]
)
LONGEST_RECOVERY = max(resources.module(one).DEADLINE for one in TYPES)


def levels(machine: Json) -> Iterator[Json]:
    """The machine itself and every branch below it: each has StartAt and States."""
    yield machine
    for state in machine["States"].values():
        for branch in state.get("Branches", []):
            yield from levels(branch)


LEVELS = list(levels(MACHINE))
STATES: dict[str, Json] = {name: state for level in LEVELS for name, state in level["States"].items()}
TASKS = {name: state for name, state in STATES.items() if state["Type"] == "Task"}
RULES = [(name, rule) for name, state in STATES.items() for rule in state.get("Retry", []) + state.get("Catch", [])]


def next_states(state: Json) -> list[str]:
    steps = [state, *state.get("Choices", []), *state.get("Catch", [])]
    return [step["Next"] for step in steps if "Next" in step] + ([state["Default"]] if "Default" in state else [])


def reachable(level: Json, start: str) -> set[str]:
    found, open_ends = set(), [start]
    while open_ends:
        name = open_ends.pop()
        if name not in found:
            found.add(name)
            open_ends += next_states(level["States"][name])
    return found


def test_every_next_names_a_state_of_its_own_level() -> None:
    for level in LEVELS:
        wanted = {level["StartAt"], *(name for state in level["States"].values() for name in next_states(state))}
        assert wanted <= level["States"].keys()


def test_every_state_can_be_reached() -> None:
    for level in LEVELS:
        assert reachable(level, level["StartAt"]) == level["States"].keys()


def test_every_state_ends_or_goes_on() -> None:
    for name, state in STATES.items():
        assert state["Type"] == "Succeed" or state.get("End") or next_states(state), name


def test_no_name_stands_for_two_states() -> None:
    assert sum(len(level["States"]) for level in LEVELS) == len(STATES)


@pytest.mark.parametrize("name", TASKS)
def test_a_task_has_a_timeout_and_retries_what_is_transient_with_full_jitter(name: str) -> None:
    task = TASKS[name]
    assert task["TimeoutSeconds"]
    (retry,) = [one for one in task["Retry"] if set(one["ErrorEquals"]) >= TRANSIENT]
    assert retry["JitterStrategy"] == "FULL"
    assert retry["MaxAttempts"] >= 3
    assert retry["MaxDelaySeconds"]


def test_the_machine_outlives_the_longest_review_and_the_longest_recovery() -> None:
    assert MACHINE["TimeoutSeconds"] > LONGEST_REVIEW + LONGEST_RECOVERY


@pytest.mark.parametrize(("state", "error"), [("Restore", "StillRestoring"), ("Verify", "NotYetHealthy")])
def test_waiting_lasts_as_long_as_a_recovery_may_take(state: str, error: str) -> None:
    (retry,) = [one for one in STATES[state]["Retry"] if one["ErrorEquals"] == [error]]
    waits = [
        min(retry["IntervalSeconds"] * retry["BackoffRate"] ** number, retry["MaxDelaySeconds"])
        for number in range(retry["MaxAttempts"])
    ]
    assert sum(waits) >= LONGEST_RECOVERY
    assert sum(waits) < MACHINE["TimeoutSeconds"]


def test_every_error_name_is_a_class_or_one_of_the_services() -> None:
    for name, rule in RULES:
        for error in rule["ErrorEquals"]:
            assert error in OWN_ERRORS or error.startswith(("States.", "Lambda.")), (name, error)


def test_a_failure_ends_red_and_uncaught_so_that_redrive_can_continue_it() -> None:
    assert [name for name, state in STATES.items() if state["Type"] == "Fail"] == []


def test_a_state_its_file_and_its_placeholder_share_one_name() -> None:
    for name, task in TASKS.items():
        file = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
        assert (ROOT / "tasks" / f"{file}.py").is_file()
        called = task["Resource"] if "waitForTaskToken" not in task["Resource"] else task["Arguments"]["FunctionName"]
        assert called == f"${{{name}Arn}}"
    assert sorted(re.findall(r"\$\{(\w+)}", TEXT)) == sorted(f"{name}Arn" for name in TASKS)


def test_placeholders_fill_whole_strings_so_that_the_file_is_json_before_and_after() -> None:
    assert re.findall(r"\$\{", TEXT) == re.findall(r'(?<=")\$\{(?=\w+}")', TEXT)


def test_every_state_says_what_it_is_for() -> None:
    assert [name for name, state in STATES.items() if not state.get("Comment")] == []
    assert MACHINE["Comment"]


def test_one_query_language_for_all() -> None:
    assert MACHINE["QueryLanguage"] == "JSONata"
    assert [name for name, state in STATES.items() if state.get("QueryLanguage", "JSONata") != "JSONata"] == []


def test_results_accumulate_in_the_payload_and_not_in_variables() -> None:
    assert [name for name, state in STATES.items() if "Assign" in state] == []


@pytest.mark.parametrize("failing", ["Recover", "Verify"])
def test_what_did_not_heal_is_undone(failing: str) -> None:
    assert [catch["Next"] for catch in STATES[failing]["Catch"]] == ["Undo"]
    assert "Catch" not in STATES["Undo"]


def test_every_way_to_the_end_after_a_claim_closes_the_incident() -> None:
    before_the_end = [name for name, state in MACHINE["States"].items() if "Done" in next_states(state)]
    assert before_the_end == ["StoreMetrics"]
