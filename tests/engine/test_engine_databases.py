"""Calls on databases are the events that AWS publishes."""

import json
from collections.abc import Callable
from typing import Any

from published import Json, sample

from engine.listener import Listener
from engine.shapes import outline

ACTS: dict[str, Json] = {
    "CreateDBInstance": {
        "DBInstanceIdentifier": "acts",
        "DBInstanceClass": "db.t3.micro",
        "Engine": "mysql",
        "MasterUsername": "owner",
        "MasterUserPassword": "secret",
        "AllocatedStorage": 20,
    },
    "ModifyDBInstance": {
        "DBInstanceIdentifier": "acts",
        "AllowMajorVersionUpgrade": False,
        "ApplyImmediately": True,
        "PubliclyAccessible": True,
    },
    "StopDBInstance": {"DBInstanceIdentifier": "acts"},
    "DeleteDBInstance": {"DBInstanceIdentifier": "acts", "SkipFinalSnapshot": True, "DeleteAutomatedBackups": True},
}


def test_the_calls_on_a_database_are_the_events_that_aws_publishes(calls: Listener, user: Callable[[str], Any]) -> None:
    """All but the description of the database equals the sample: that holds what MiniStack knows of one."""
    for name, asked in ACTS.items():
        user("rds")._make_api_call(name, asked)
        event = calls.call(name)
        assert outline(event, "requestParameters") == outline(sample(f"cloudtrail_{name}"), "requestParameters")
        assert event["detail"]["responseElements"]["dBInstanceIdentifier"] == "acts"
        assert "secret" not in json.dumps(event)
