"""A call's event says who made it and why it was refused; an operation that is to be told is one row."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from published import actors, sample

from aiops.engine import Engine
from engine.functions import make_function
from engine.identities import ROLE, client
from engine.listener import Listener
from engine.shapes import shape

WRITER = "import boto3\ndef handler(event, _):\n    boto3.client('ssm').put_parameter(**event)\n"


def test_a_session_is_told_with_its_role_and_source_identity(engine: Engine, calls: Listener) -> None:
    assume = {"RoleArn": ROLE, "RoleSessionName": "work", "SourceIdentity": "incident-1"}
    session = engine.client("sts").assume_role(**assume)["Credentials"]
    ssm = client(engine, "ssm", session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"])
    ssm.put_parameter(Name="by-session", Value="v", Type="String")
    event = calls.until(lambda event: "incident-1" in json.dumps(event))
    assert shape(event["detail"]["userIdentity"]) == shape(actors()["AssumedRole with sourceIdentity"])
    assert event["detail"]["userIdentity"]["sessionContext"]["sourceIdentity"] == "incident-1"


def test_a_lambdas_call_is_told_with_its_role(engine: Engine, calls: Listener) -> None:
    """What a function does with its own credentials is recorded as its execution role's doing."""
    make_function(engine, "writer", WRITER)
    event = {"Name": "by-lambda", "Value": "v", "Type": "String"}
    answer = engine.client("lambda").invoke(FunctionName="writer", Payload=json.dumps(event).encode())
    assert "FunctionError" not in answer, answer["Payload"].read()
    told = calls.until(lambda event: event["detail"]["requestParameters"].get("name") == "by-lambda")
    assert told["detail"]["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"] == ROLE


def test_a_refused_call_carries_its_error(engine: Engine, calls: Listener) -> None:
    with pytest.raises(ClientError):
        engine.client("ec2").stop_instances(InstanceIds=["i-1234567890abcdef0"])
    event = calls.until(lambda event: "i-1234567890abcdef0" in json.dumps(event))
    assert event["detail"]["errorCode"] == "Client.InvalidInstanceID.NotFound"
    assert event["detail"]["errorMessage"]
    assert event["detail"]["responseElements"] is None


@pytest.mark.parametrize(
    ("row", "act", "name"),
    [
        (("dynamodb", "DeleteTable"), {"TableName": "t"}, "DeleteTable"),
        (("lambda", "DeleteFunction"), {"FunctionName": "f"}, "DeleteFunction20150331"),
    ],
)  # fmt: skip
def test_another_operation_is_one_row(
    engine: Engine, calls: Listener, monkeypatch: pytest.MonkeyPatch, row: tuple[str, str], act: Any, name: str
) -> None:
    """For the other protocols too the request is told in the published shape, given a row in the table."""
    from aiops.engine.trail_calls import CALLS, Call

    monkeypatch.setattr("aiops.engine.trail.CALLS", (*CALLS, Call(*row, "Type", "key", event_name=name)))
    service, operation = row
    sdk = engine.client(service)
    with pytest.raises(ClientError):
        sdk._make_api_call(operation, act)
    event = calls.until(lambda event: event["detail"]["eventName"] == name)
    expected = sample(f"cloudtrail_{name}")
    assert shape(event["detail"]["requestParameters"]) == shape(expected["detail"]["requestParameters"])
    assert event["detail"]["eventSource"] == expected["detail"]["eventSource"]
