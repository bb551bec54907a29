"""Whatever comes: an incident, or Malformed; never anything else, never too much."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from published import Json, actors, call, changed, on_bucket, overwriting, sample, stopping

from tasks.domain.catalogue import CREATIONS
from tasks.domain.errors import Malformed
from tasks.domain.events import FAULTS
from tasks.domain.incident import FACTS_BYTES, understand, unreadable
from tasks.domain.payload import Incident, dump

NO_EVENTS: list[Any] = [
    None,
    7,
    "text",
    [],
    [{}],
    {},
    {"source": "aws.ec2"},
    {"source": 1, "detail-type": "x", "detail": {}},
]
NO_DETAIL: list[Any] = [None, [], "text", 0]
BAD_IDS = [
    "*",
    "i-*",
    "i-?",
    "a b",
    "${aws:username}",
    "a\nb",
    "a'b",
    'a"b',
    "ä",
    "x" * 1012,
    "<script>",
    "a,b",
    "{id}",
]
BAD_TIMES = ["", "yesterday", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-13-01T00:00:00Z"]
TEXT = st.text(st.characters(exclude_categories=()), max_size=20)  # lone surrogates too: "\ud800" is JSON
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


EVENTS = [
    call("StopInstances", {"userIdentity": actors()["AssumedRole with sourceIdentity"]}),
    call("PutParameter"),
    call("PutBucketPolicy"),
    sample("ec2_instance_state_change"),
]


def paths(value: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The path of every value in an event."""
    inner = value.items() if isinstance(value, dict) else ()
    return ([path] if path else []) + [one for key, item in inner for one in paths(item, (*path, key))]


PLACES = [(event, path) for event in EVENTS for path in paths(event)]


def or_malformed(event: Any) -> Incident | None:
    try:
        return understand(event)
    except Malformed:
        return None


@pytest.mark.parametrize("event", NO_EVENTS, ids=repr)
def test_what_is_no_event_is_malformed(event: Any) -> None:
    with pytest.raises(Malformed):
        understand(event)


@pytest.mark.parametrize("detail", NO_DETAIL, ids=repr)
def test_an_event_without_an_object_as_detail_is_malformed(detail: Any) -> None:
    with pytest.raises(Malformed):
        understand({**stopping("i-1"), "detail": detail})


@pytest.mark.parametrize("name", BAD_IDS)
def test_an_id_that_no_resource_can_have_is_refused(name: str) -> None:
    for event in (stopping(name), overwriting(name, 2), on_bucket("PutBucketPolicy", name)):
        with pytest.raises(Malformed, match="no resource can be called"):
            understand(event)


@pytest.mark.parametrize("resource", [{"id": "b"}, {"type": "AWS::IAM::Role", "id": "b"}, {"type": ["x"], "id": "b"}])
def test_a_drift_of_no_known_type_is_malformed(resource: Json) -> None:
    drift = {**sample("ec2_instance_state_change"), "source": "aiops", "detail-type": "Drift"}
    with pytest.raises(Malformed):
        understand({**drift, "detail": {"resource": resource}})


@pytest.mark.parametrize("time", BAD_TIMES)
def test_an_event_of_no_time_is_understood_all_the_same(time: str) -> None:
    assert understand(call("StopInstances", {"eventTime": time})).resources


@given(JSON)
def test_arbitrary_json_is_malformed_or_understood(value: Any) -> None:
    or_malformed(value)


@settings(max_examples=500)
@given(st.sampled_from(PLACES), JSON)
def test_an_event_with_anything_anywhere_is_malformed_or_understood(place: Any, value: Any) -> None:
    """Lambda hands what it gets on as UTF-8, in which a half of a surrogate pair cannot be written."""
    event, path = place
    made = or_malformed(changed(event, {path: value})) or unreadable(value)
    json.dumps(dump(made), ensure_ascii=False).encode()


@given(st.sampled_from([*FAULTS, *CREATIONS]), JSON, TEXT)
def test_a_known_event_with_any_detail_is_malformed_or_understood(kind: Any, detail: Any, account: str) -> None:
    event = {"source": kind.source, "detail-type": kind.detail_type, "account": account, "region": "us-east-1"}
    inner = {"eventName": kind.name, **(detail if isinstance(detail, dict) else {"requestParameters": detail})}
    for table in (FAULTS, CREATIONS):
        try:
            understand({**event, "detail": inner}, table)
        except Malformed:
            continue


@given(JSON)
def test_what_cannot_be_read_has_the_same_id_each_time(value: Any) -> None:
    assert unreadable(value) == unreadable(json.loads(json.dumps(value)))


LONG: dict[str, Json] = {
    "text": {"requestParameters.bucketPolicy": "é" * 200_000},
    "list": {"requestParameters.list": [{"key": "value" * 50}] * 2_000},
    "object": {"requestParameters.object": {f"key {number}": "x" * 400 for number in range(2_000)}},
    "keys": {"requestParameters.object": {"k" * 5_000 + str(number): 1 for number in range(40)}},
    "bushy": {"requestParameters.tree": [[[["x" * 300] * 30] * 30] * 10] * 10},
}


@pytest.mark.parametrize("what", LONG)
def test_facts_keep_within_64_kb_whatever_the_event(what: str) -> None:
    facts = understand(call("PutBucketPolicy", LONG[what])).facts
    assert len(json.dumps(facts, ensure_ascii=False).encode()) <= FACTS_BYTES == 64 * 1024


def test_facts_keep_the_largest_bucket_policy_whole() -> None:
    """S3 takes 20 KB: a statement must not hide from the rules behind many or long others."""
    statements = [{"Sid": f"ä{number}", "Effect": "Deny", "Action": ["s3:*"] * 3} for number in range(280)]
    policy = {"Statement": statements}
    assert 18_000 < len(json.dumps(policy, ensure_ascii=False).encode()) <= 20_480
    facts = understand(call("PutBucketPolicy", {"requestParameters.bucketPolicy": policy})).facts
    assert facts["requestParameters"]["bucketPolicy"] == policy


def test_facts_hold_neither_the_callers_credentials_nor_tls_details() -> None:
    facts = understand(call("StopInstances")).facts
    assert not {"userIdentity", "tlsDetails"} & facts.keys()
    assert "AKIAIOSFODNN7EXAMPLE" not in json.dumps(facts)
