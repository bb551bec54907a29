"""What an execution used is counted right, on histories and answers made by hand."""

import json

import pytest

from bench.dynamo_units import read_units, written_units
from bench.idle import results
from bench.usage import EVENT_BYTES, execution_log, ingested

ARN = "arn:aws:states:us-east-1:123456789012:execution:aiops:one"
DETECT = "arn:aws:lambda:us-east-1:123456789012:function:aiops-Detect"
HISTORY = [
    {"type": "ExecutionStarted", "executionStartedEventDetails": {"input": '{"a":1}'}},
    {"type": "TaskStateEntered", "stateEnteredEventDetails": {"name": "Detect", "input": '{"a":1}'}},
    {"type": "TaskScheduled", "taskScheduledEventDetails": {"resource": DETECT}},
    {"type": "TaskSucceeded", "taskSucceededEventDetails": {"resource": DETECT, "output": '{"b":2}'}},
]


@pytest.mark.parametrize(
    ("sizes", "consistent", "units"),
    [([], False, 0.5), ([4096], True, 1), ([4097], True, 2), ([3000, 3000], False, 1), ([50_000], False, 6.5)],
)
def test_a_read_costs_a_unit_for_every_4_kb_begun_and_half_of_it_if_eventual(
    sizes: list[int], consistent: bool, units: float
) -> None:
    assert read_units(sizes, consistent=consistent) == units


def test_a_write_costs_what_all_its_tables_and_their_indexes_consumed() -> None:
    one, two = {"CapacityUnits": 12.0}, {"CapacityUnits": 2.0}
    assert written_units({"ConsumedCapacity": one}) == 12
    assert written_units({"ConsumedCapacity": [one, two]}) == 14


def test_the_execution_log_has_the_input_of_a_task_twice_and_its_start_and_its_output() -> None:
    lines = [json.loads(line) for line in execution_log(HISTORY, ARN)]
    kinds = [line["type"] for line in lines]
    assert kinds[1:4] == ["TaskStateEntered", "LambdaFunctionScheduled", "LambdaFunctionStarted"]
    assert [line["details"].get("input") for line in lines[1:4]] == ['{"a":1}', '{"a":1}', None]
    assert lines[4]["details"]["output"] == '{"b":2}'
    assert [line["id"] for line in lines] == ["1", "2", "3", "4", "5"]
    assert {line["execution_arn"] for line in lines} == {ARN}


def test_log_bytes_are_those_on_the_wire_and_what_each_event_adds() -> None:
    assert ingested(["abc", "\u00e9"]) == 3 + 2 + 2 * EVENT_BYTES


def test_an_idle_function_answers_what_the_real_one_answered_last() -> None:
    again = {"type": "TaskSucceeded", "taskSucceededEventDetails": {"resource": DETECT, "output": '{"b":3}'}}
    assert results([*HISTORY, again]) == {"Detect": {"b": 3}}
