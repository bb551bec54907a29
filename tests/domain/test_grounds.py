"""What is kept of an incident is what was understood of its event, and is judged alike, secrets or none."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from published import EVENTS, Json, call, changed

from aiops.export import exported
from aiops.recorded import Recorded
from tasks.domain.errors import Malformed
from tasks.domain.grounds import understood
from tasks.domain.incident import understand
from tasks.domain.payload import Incident, dump, load
from tasks.domain.rules import judge
from tasks.store.items import decode, encode

PUBLISHED = [json.loads(file.read_text()) for file in sorted(EVENTS.glob("*.json")) if file.stem != "actors"]
NOTES = {"at": "2026-03-01T12:00:03.000Z"}
SECRETS = (
    "canary-passphrase",
    "AKIACANARYCANARY1234",
    "eyJcanary1.eyJcanary2.canary3",
    "Canary1/Canary2/Canary3/Canary4/Canary5",
)


def recorded(incident: Incident) -> Json:
    """The incident's record, through DynamoDB's encoding and back."""
    item = {"incident_id": incident.id, "timestamp": NOTES["at"], "workflow_state": "NORMAL"}
    return decode(encode({**item, "incident": dump(replace(incident, grounds=NOTES))}))


def verdict(about: Any) -> tuple[str, str, str, float]:
    found = about.judge(about.event) if isinstance(about, Recorded) else judge(about)
    return found.issue, found.classification, found.severity, found.confidence


def holds(event: Json) -> None:
    try:
        incident = understand(event)
    except Malformed:
        return
    record = recorded(incident)
    assert understood(load(Incident, record["incident"])) == incident
    line = Recorded(json.loads(json.dumps(exported(record))))
    assert replace(line.event, facts={}) == replace(incident, facts={})
    assert verdict(line) == verdict(incident)


@pytest.mark.parametrize("event", PUBLISHED, ids=[f"{one['source']} {one['detail-type']}" for one in PUBLISHED])
def test_a_published_event_is_kept_as_it_was_understood(event: Json) -> None:
    holds(event)


TEXT = st.text(max_size=30) | st.sampled_from([*SECRETS, f"password={SECRETS[0]}", "\ud800", "x" * 3000, "NONE", "*"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.sampled_from([10**40, 1e300]) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
PLACES = [
    (event, path)
    for event in PUBLISHED
    for path in (
        *(("detail", one) for one in event["detail"]),
        *(("detail", "requestParameters", one) for one in event["detail"].get("requestParameters") or ()),
        *(("detail", "userIdentity", one) for one in event["detail"].get("userIdentity") or ()),
    )
]


@given(st.sampled_from(PLACES), JSON)
def test_whatever_stands_in_an_event_it_is_kept_as_it_was_understood(
    place: tuple[Json, tuple[str, ...]], value: Any
) -> None:
    event, path = place
    holds(changed(event, {path: value}))


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("requestParameters.password", "{}"),
        ("requestParameters.environment", [{"name": "DB_PASSWORD", "value": "{}"}]),
        ("requestParameters.parameters", [{"parameterKey": "ApiKey", "parameterValue": "{}"}]),
        ("userAgent", "it said password={}"),
        ("errorMessage", "https://me:{}@example.com"),
        ("additionalEventData", {"Authorization": "Basic {}"}),
    ],
)
def test_no_secret_of_an_event_is_exported(secret: str, path: str, said: Any) -> None:
    said = json.loads(json.dumps(said).replace("{}", secret))
    event = call("StopInstances", {path: said})
    assert secret not in json.dumps(exported(recorded(understand(event))))
    holds(event)


def test_where_a_hidden_secret_decided_the_verdict_stands_for_it() -> None:
    """A policy as text in which something looks like a secret can no longer be read once that is hidden."""
    open_to_all = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}
    text = json.dumps({"Id": "token:", "Statement": [open_to_all]})
    event = call("PutBucketPolicy", {"requestParameters.bucketPolicy": text})
    line = exported(recorded(understand(event)))
    assert (line["verdict"]["issue"], line["verdict"]["severity"]) == ("s3_bucket_policy_public", "critical")
    holds(event)
