"""Events keep what they are on their way to a rule's target, and are not lost where it refuses them."""

import json
import socket

import pytest
from published import sample

from aiops.engine import ACCOUNT, REGION, Engine, EngineError, deliver_to
from engine.listener import Listener
from engine.state_machine import Machine


def test_a_delivered_event_arrives_as_it_is(engine: Engine) -> None:
    """An event keeps its own id, time, account, region and resources on its way to a rule's target."""
    listener = Listener(engine, "rds", {"source": ["aws.rds"]})
    event = sample("rds_db_instance_event")
    engine.deliver(event)
    assert listener.until(lambda _: True) == event
    deliver_to(engine.endpoint, {**event, "id": "again"})
    assert listener.until(lambda event: event["id"] == "again")


def test_what_is_no_event_is_refused(engine: Engine) -> None:
    with pytest.raises(EngineError, match="source"):
        engine.deliver({"detail": {}})
    with pytest.raises(EngineError, match="source"):
        deliver_to(engine.endpoint, {"detail": {}})


def test_delivering_to_nobody_is_one_clear_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with pytest.raises(EngineError, match=f"no engine answers at http://127.0.0.1:{port}"):
        deliver_to(f"http://127.0.0.1:{port}", {"source": "aws.ec2", "detail-type": "any"})


@pytest.mark.parametrize(
    ("target", "padding", "code"),
    [("taking", 300_000, "SDK_CLIENT_ERROR"), ("missing", 0, "NO_RESOURCE")],
    ids=["larger than an execution's input", "target is gone"],
)
def test_what_a_target_refuses_goes_to_its_dead_letter_queue(
    engine: Engine, target: str, padding: int, code: str
) -> None:
    """The dead-letter queue of the rule's target gets the event and AWS's message attributes."""
    sqs, rules = engine.client("sqs"), engine.client("events")
    queue = sqs.create_queue(QueueName=f"dead-{target}")["QueueUrl"]
    machine = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{target}"
    if target == "taking":
        Machine(engine, target, States={"Pass": {"Type": "Pass", "End": True}})
    rule = rules.put_rule(Name=target, EventPattern=json.dumps({"source": [f"aws.{target}"]}))["RuleArn"]
    dead = {"Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:dead-{target}"}
    rules.put_targets(Rule=target, Targets=[{"Id": "machine", "Arn": machine, "DeadLetterConfig": dead}])
    event = {"source": f"aws.{target}", "detail-type": "Any", "id": "refused", "detail": {"text": "x" * padding}}
    engine.deliver(event)
    [message] = sqs.receive_message(QueueUrl=queue, MessageAttributeNames=["All"])["Messages"]
    assert json.loads(message["Body"])["id"] == "refused"
    attributes = {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}
    assert attributes.pop("ERROR_MESSAGE")
    assert attributes == {"RULE_ARN": rule, "TARGET_ARN": machine, "ERROR_CODE": code, "RETRY_ATTEMPTS": "0"}
