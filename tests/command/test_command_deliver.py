"""deliver: events reach the rules of the running engine as they are, all of a file or none."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from published import sample

from aiops.engine import ACCOUNT, REGION, Engine
from command.laptop import run


class Bus:
    """What the rules of an engine receive from EC2."""

    def __init__(self, engine: Engine) -> None:
        self.environment = engine.environment
        self._sqs = engine.client("sqs")
        self.queue = self._sqs.create_queue(QueueName="delivered")["QueueUrl"]
        events = engine.client("events")
        events.put_rule(Name="delivered", EventPattern=json.dumps({"source": ["aws.ec2"]}))
        arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:delivered"
        events.put_targets(Rule="delivered", Targets=[{"Id": "queue", "Arn": arn}])
        self.received()

    def received(self) -> list[Any]:
        found = []
        while messages := self._sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages"):
            for one in messages:
                found.append(json.loads(one["Body"]))
                self._sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=one["ReceiptHandle"])
        return found


@pytest.fixture(scope="module")
def bus(engine: Engine) -> Bus:
    return Bus(engine)


@pytest.fixture
def events() -> list[Any]:
    event = sample("ec2_instance_state_change")
    return [event | {"id": str(number)} for number in range(3)]


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_every_event_of_a_file_arrives_in_order(bus: Bus, events: list[Any], tmp_path: Path) -> None:
    file = write(tmp_path / "events.jsonl", "\n".join(map(json.dumps, events)))
    assert run("deliver", file, **bus.environment).status == 0
    assert bus.received() == events


def test_a_document_may_be_spread_over_lines_or_packed(bus: Bus, events: list[Any], tmp_path: Path) -> None:
    spread = write(tmp_path / "one.json", json.dumps(events[0], indent=2))
    packed = tmp_path / "all.json.gz"
    packed.write_bytes(gzip.compress(json.dumps(events[1:]).encode()))
    assert [run("deliver", file, **bus.environment).status for file in (spread, packed)] == [0, 0]
    assert bus.received() == events


def test_a_bare_cloudtrail_record_arrives_in_its_envelope(bus: Bus, tmp_path: Path) -> None:
    event = sample("cloudtrail_StopInstances")
    run("deliver", write(tmp_path / "record.json", json.dumps(event["detail"])), **bus.environment)
    [received] = bus.received()
    assert (received["source"], received["detail-type"]) == (event["source"], event["detail-type"])
    assert received["detail"] == event["detail"]


@pytest.mark.parametrize(
    ("text", "where"),
    [('{"source" 1}', "line 1"), ('{"a": 1}', "event 1"), ("[]\n{}\n", "event 1"), ("{}\nnonsense\n", "event 1")],
)
def test_a_file_with_something_else_in_it_is_bad_input(bus: Bus, tmp_path: Path, text: str, where: str) -> None:
    said = run("deliver", write(tmp_path / "bad.jsonl", text), **bus.environment)
    assert (said.status, said.out, len(said.err.splitlines())) == (2, "", 1)
    assert where in said.err


def test_nothing_is_delivered_from_a_file_that_is_bad_at_its_end(bus: Bus, events: list[Any], tmp_path: Path) -> None:
    said = run("deliver", write(tmp_path / "bad.jsonl", json.dumps(events[0]) + "\nnonsense\n"), **bus.environment)
    assert said.status == 2
    assert "line 2" in said.err
    assert bus.received() == []


def test_without_an_engine_it_is_said(events: list[Any], tmp_path: Path) -> None:
    file = write(tmp_path / "event.json", json.dumps(events[0]))
    nobody = run("deliver", file, AWS_ENDPOINT_URL="http://127.0.0.1:1")
    assert (nobody.status, len(nobody.err.splitlines())) == (1, 1)
    unset = run("deliver", file, AWS_ENDPOINT_URL=None)
    assert unset.status == 2
    assert "AWS_ENDPOINT_URL" in unset.err
