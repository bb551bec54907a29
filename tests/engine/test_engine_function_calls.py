"""Calls on functions are the events that AWS publishes."""

import json
import re
from collections.abc import Callable
from typing import Any

from published import Json, sample

from aiops.demo.resources.functions import package
from aiops.engine import ACCOUNT, REGION, Engine
from engine.listener import Listener
from engine.shapes import TAG, outline

NAMED = {"FunctionName": "acts"}
ACTS: dict[str, Json] = {
    "CreateFunction20150331": {
        **NAMED,
        "Runtime": "python3.12",
        "Role": f"arn:aws:iam::{ACCOUNT}:role/acts",
        "Handler": "index.handler",
        "Code": {"ZipFile": package("'secret'")},
        "Publish": False,
    },
    "TagResource20170331v2": {
        "Resource": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:acts",
        "Tags": {TAG["Key"]: TAG["Value"]},
    },
    "AddPermission20150331v2": {
        **NAMED,
        "Action": "lambda:InvokeFunction",
        "Principal": "*",
        "StatementId": "ExampleStatement",
    },
    "PutFunctionConcurrency20171031": {**NAMED, "ReservedConcurrentExecutions": 0},
    "UpdateFunctionConfiguration20150331v2": {**NAMED, "Environment": {"Variables": {"a": "secret"}}, "Layers": []},
    "DeleteFunction20150331": NAMED,
}


def test_the_calls_on_a_function_are_the_events_that_aws_publishes(
    calls: Listener, engine: Engine, user: Callable[[str], Any]
) -> None:
    """All but the description of the function, which holds what MiniStack knows of one; no value is shown."""
    trust = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}]}
    engine.client("iam").create_role(RoleName="acts", AssumeRolePolicyDocument=json.dumps(trust))
    for name, asked in ACTS.items():
        user("lambda")._make_api_call(re.split(r"\d", name)[0], asked)
        told, published = calls.call(name), sample(f"cloudtrail_{name}")
        for each in (told, published):
            each["detail"]["requestParameters"].pop("layers", None)
        assert outline(told, "requestParameters") == outline(published, "requestParameters")
        assert "secret" not in json.dumps(told)
