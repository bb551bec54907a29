"""Maintenance windows and calendars of the week, as people mean them."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from published import stopping

from tasks.domain.guards import Block, maintained
from tasks.domain.incident import understand
from tasks.domain.maintenance import windows
from tasks.domain.payload import Incident, Json
from tasks.domain.policy import parse

# 2026-03-06 is a Friday; Berlin's clocks go forward on Sunday 2026-03-29 at 02:00.
NIGHT: Json = {"name": "night", "days": ["fri"], "from": "22:00", "to": "02:00", "timezone": "Europe/Berlin"}
NOON: Json = {"name": "noon", "from": "12:00", "to": "13:00"}
TIMES: list[tuple[Json, str, str, bool]] = [  # window, local time, of which zone, open
    (NIGHT, "2026-03-06T21:59", "Europe/Berlin", False),
    (NIGHT, "2026-03-06T22:00", "Europe/Berlin", True),
    (NIGHT, "2026-03-07T01:59", "Europe/Berlin", True),
    (NIGHT, "2026-03-07T02:00", "Europe/Berlin", False),
    (NIGHT, "2026-03-06T01:00", "Europe/Berlin", False),
    (NIGHT, "2026-03-07T22:30", "Europe/Berlin", False),
    (NIGHT, "2026-03-06T21:00", "UTC", True),
    (NIGHT, "2026-04-03T20:00", "UTC", True),
    (NIGHT, "2026-04-03T21:00", "Europe/Berlin", False),
    (NOON, "2026-03-04T12:59", "UTC", True),
    (NOON, "2026-03-04T13:00", "UTC", False),
    ({**NOON, "to": "12:00", "days": ["sun"]}, "2026-03-09T11:59", "UTC", True),
    ({**NOON, "to": "12:00", "days": ["sun"]}, "2026-03-09T12:00", "UTC", False),
]


def moment(text: str, zone: str = "UTC") -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


@pytest.mark.parametrize(("window", "local", "zone", "is_open"), TIMES)
def test_a_window_is_open_in_its_own_local_time(window: Json, local: str, zone: str, is_open: bool) -> None:
    """One that ends no later than it begins ends on the next day."""
    (made,) = windows([window])
    assert made.is_open(moment(local, zone)) == is_open


EVENT = understand(stopping("i-1", "i-2"))
ONE, TWO = (one.arn for one in EVENT.resources)
TAGS = {ONE: {"env": "test-1"}, TWO: {"env": "prod"}}
SCOPES: list[tuple[Json, list[str]]] = [  # what of the window, which instances it covers
    ({}, [ONE, TWO]),
    ({"resources": ["arn:aws:rds:*"]}, []),
    ({"resources": ["arn:aws:rds:*", "*i-1"]}, [ONE]),
    ({"tags": {"env": "test*"}}, [ONE]),
    ({"tags": {"env": "prod", "team": "*"}}, []),
    ({"tags": {"env": "prod"}, "resources": ["*i-1"]}, []),
]


def held(scope: Json, at: str = "2026-03-04T12:30") -> Incident | Block:
    maintenance = {"windows": [{**NOON, **scope}]}
    policy = parse({"recover": {}, "review": {"expires_minutes": 5}, "maintenance": maintenance})
    return maintained(EVENT, TAGS, policy, now=moment(at))


@pytest.mark.parametrize(("scope", "covered"), SCOPES)
def test_a_window_holds_back_what_it_covers_and_nothing_else(scope: Json, covered: list[str]) -> None:
    found = held(scope)
    if isinstance(found, Block):
        assert (found.reason, found.tell, len(covered)) == ("MAINTENANCE", False, 2)
    else:
        assert list(found.dropped) == covered


def test_outside_its_window_nothing_is_held_back() -> None:
    assert held({}, at="2026-03-04T13:00") == EVENT
