"""Executions time out, are aborted, redriven and limited as on AWS, and JSONata shapes what states hand on."""

import json
import time

import pytest
from botocore.exceptions import ClientError
from published import sample

from aiops.engine import Engine
from engine.listener import Listener
from engine.shapes import shape
from engine.state_machine import Machine, task
from engine.waiting import until


def test_a_redriven_execution_goes_on_where_it_failed(engine: Engine) -> None:
    """The failed state runs again with its own input and the new redrive count; what succeeded does not."""
    changes = Listener(engine, "changes", {"source": ["aws.states"]})
    first_fails = {"fail": "{% $states.context.Execution.RedriveCount = 0 %}", "given": "{% $states.input %}"}
    first = {"Type": "Pass", "Output": {"once": "{% $uuid() %}"}, "Assign": {"kept": 7}, "Next": "Second"}
    output = {"input": "{% $states.input %}", "kept": "{% $kept %}", "redriven": "{% $states.result.Payload.got %}"}
    machine = Machine(engine, "redriven", States={"First": first, "Second": task(first_fails, Output=output, End=True)})
    failed = machine.end(execution := machine.start(any="input"))
    assert (failed["status"], failed["error"], failed["redriveCount"]) == ("FAILED", "NotYet", 0)
    assert failed["redriveStatus"] == "REDRIVABLE"
    machine.client.redrive_execution(executionArn=execution)
    healed = machine.end(execution)
    assert (healed["status"], healed["redriveCount"], healed["redriveStatus"]) == ("SUCCEEDED", 1, "NOT_REDRIVABLE")
    assert healed["redriveDate"] >= failed["stopDate"]
    assert json.loads(healed["input"]) == {"any": "input"}
    end = json.loads(healed["output"])
    assert end["kept"] == 7
    assert end["redriven"] == {"fail": False, "given": end["input"]}
    kinds = [event["type"] for event in machine.history(execution)]
    assert kinds.count("PassStateEntered") == 1
    assert kinds.index("ExecutionFailed") < kinds.index("ExecutionRedriven") < kinds.index("ExecutionSucceeded")
    with pytest.raises(ClientError, match="ExecutionNotRedrivable"):
        machine.client.redrive_execution(executionArn=execution)
    changes.until(lambda event: event["detail"]["status"] == "SUCCEEDED")
    mine = [event for event in changes.received if event["detail"]["executionArn"] == execution]
    told = [(event["detail"]["status"], event["detail"]["redriveCount"]) for event in mine]
    assert told == [("RUNNING", 0), ("FAILED", 0), ("RUNNING", 1), ("SUCCEEDED", 1)]
    assert shape(mine[1]) == shape(sample("states_execution_status_change"))


def test_an_execution_times_out_and_can_be_redriven(engine: Engine) -> None:
    wait = {"Type": "Wait", "Seconds": "{% $states.context.Execution.RedriveCount = 0 ? 60 : 0 %}", "End": True}
    machine = Machine(engine, "slow", TimeoutSeconds=1, States={"Wait": wait})
    execution = machine.start()
    assert machine.end(execution)["status"] == "TIMED_OUT"
    machine.client.redrive_execution(executionArn=execution)
    assert machine.end(execution)["status"] == "SUCCEEDED"


def test_an_aborted_execution_does_nothing_more(engine: Engine) -> None:
    """After StopExecution no further state is entered, although a state was still waiting."""
    states = {"Wait": {"Type": "Wait", "Seconds": 10, "Next": "After"}, "After": {"Type": "Pass", "End": True}}
    machine = Machine(engine, "aborted", States=states)
    execution = machine.start()
    until(lambda: True if len(machine.history(execution)) > 1 else None)
    machine.client.stop_execution(executionArn=execution)
    time.sleep(0.8)
    assert machine.history(execution)[-1]["type"] == "ExecutionAborted"
    assert machine.end(execution)["redriveStatus"] == "REDRIVABLE"


def test_jsonata_shapes_a_parallels_and_a_succeeds_output(engine: Engine) -> None:
    branch = {"StartAt": "Branch", "States": {"Branch": {"Type": "Pass", "End": True}}}
    both = {"Type": "Parallel", "Arguments": {"a": 1}, "Branches": [branch, branch], "Assign": {"n": 2}}
    output = {"both": "{% $states.result %}", "before": "{% $states.input %}"}
    end = {"Type": "Succeed", "Output": {"outcome": "{% $n %}", "was": "{% $states.input %}"}}
    machine = Machine(engine, "parallel", States={"Both": {**both, "Output": output, "Next": "End"}, "End": end})
    ended = machine.end(execution := machine.start(x=1))
    was = {"both": [{"a": 1}, {"a": 1}], "before": {"x": 1}}
    assert json.loads(ended["output"]) == {"outcome": 2, "was": was}
    entered = [event["stateEnteredEventDetails"]["name"] for event in machine.history(execution)
               if "stateEnteredEventDetails" in event]  # fmt: skip
    assert sorted(entered) == ["Both", "Branch", "Branch", "End"]


def test_a_review_expires(engine: Engine) -> None:
    """A task that waits for its token ends with States.Timeout after a computed time."""
    late = [{"ErrorEquals": ["States.Timeout"], "Next": "Expired"}]
    review = task({"token": "{% $states.context.Task.Token %}"}, kind="invoke.waitForTaskToken", Catch=late)
    states = {"Review": {**review, "TimeoutSeconds": "{% 1 %}", "End": True}, "Expired": {"Type": "Succeed"}}
    machine = Machine(engine, "review", States=states)
    assert "Expired" in json.dumps(machine.history(machine.end(machine.start())["executionArn"]), default=str)


def test_a_function_that_fails_before_it_hands_on_its_token_fails_the_task(engine: Engine) -> None:
    payload = {"fail": True, "token": "{% $states.context.Task.Token %}"}
    machine = Machine(engine, "broken", States={"Review": task(payload, kind="invoke.waitForTaskToken", End=True)})
    assert machine.end(machine.start())["error"] == "NotYet"


def test_a_states_output_has_a_limit(engine: Engine) -> None:
    large = {"Type": "Pass", "Output": "{% $pad('', 300000, 'x') %}", "Next": "End"}
    machine = Machine(engine, "large", States={"Large": large, "End": {"Type": "Succeed"}})
    assert machine.end(machine.start())["error"] == "States.DataLimitExceeded"
