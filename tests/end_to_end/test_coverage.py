"""`aiops coverage` on the deployed stack: the function may look at all that it judges."""

import json
from pathlib import Path

import pytest

from end_to_end.account import Account
from end_to_end.command import Command


def test_it_says_of_the_agent_and_of_each_resource_what_is_missing(
    account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in account.engine.environment.items():
        monkeypatch.setenv(name, value)
    account.dynamo.create_table(
        TableName="uncovered",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=[{"Key": "aiops:recover", "Value": "auto"}],
    )
    try:
        account.invoke("TakeSnapshots")
        status, out, err = Command("coverage", "--json", temporary=tmp_path).end()
    finally:
        account.dynamo.delete_table(TableName="uncovered")
    assert (status, err) == (0, "")
    found = {one["name"]: one for one in map(json.loads, out.splitlines())}
    assert {name: found[name]["ready"] for name in ("trail", "e-mail", "model")} == {
        "trail": True,
        "e-mail": True,
        "model": False,
    }
    assert found["aiops"]["restorable"], found["aiops"]  # the agent's own trail
    (missing,) = found["uncovered"]["missing"]
    assert "point-in-time recovery is off" in missing
