"""Deleted objects: gathered by bucket, and brought back from under their delete markers."""

import json
import time
from typing import Any

import pytest
from by_hand import call, planned, restored
from cloud import CLAIMS, Cloud
from left_behind import reported
from managed import bucket
from published import Json, sample

from tasks import gather_deletions, verify
from tasks.domain.errors import NotRecovered
from tasks.domain.moment import iso
from tasks.domain.payload import Resource, Step
from tasks.resources import s3_bucket as kind
from tasks.resources import s3_objects
from tasks.runtime.clients import client
from tasks.store import locks
from tasks.store.items import encode

pytestmark = pytest.mark.usefixtures("cloud")
MARKED, PERMANENT = "Delete Marker Created", "Permanently Deleted"
REMOVE = "remove_delete_markers"


def filled(*keys: str, autonomy: str = "auto") -> Resource:
    """A bucket with versions and these objects."""
    one = bucket("orders", autonomy=autonomy)
    client("s3").put_bucket_versioning(Bucket="orders", VersioningConfiguration={"Status": "Enabled"})
    for key in keys:
        client("s3").put_object(Bucket="orders", Key=key, Body=b"precious")
    return one


def delete(*keys: str) -> None:
    for key in keys:
        client("s3").delete_object(Bucket="orders", Key=key)


def keys() -> list[str]:
    return [one["Key"] for one in client("s3").list_objects_v2(Bucket="orders").get("Contents", [])]


def message(key: str, deletion_type: str = MARKED, name: str = "orders") -> Json:
    changes = {
        "detail.bucket.name": name,
        "detail.object.key": key,
        "detail.deletion-type": deletion_type,
        "time": iso(time.time()),
    }
    return {"messageId": f"of {key}", "body": json.dumps(sample("s3_object_deleted", changes))}


def gathered(*messages: Json) -> list[str]:
    """What goes back to the queue."""
    answer = call(gather_deletions.handler, {"Records": list(messages)})
    return [one["itemIdentifier"] for one in answer["batchItemFailures"]]


def step(one: Resource, **window: Any) -> Step:
    facts = {"marked": 1, "since": iso(time.time() - 60), "until": iso(time.time() + 60), "prefix": "", **window}
    target = kind.target(REMOVE, None, facts)
    assert target is not None
    return Step(one, REMOVE, "none", False, False, target)


def test_many_deletions_are_one_event_and_their_objects_come_back_when_a_person_says_so(cloud: Cloud) -> None:
    filled("a/1", "a/2", "b")
    delete("a/1", "a/2")
    assert gathered(message("a/1"), message("a/2")) == []
    (event,) = reported()
    assert event["detail"]["marked"] == 2
    payload = planned(cloud, event)
    assert (payload["plan"]["autonomy"], [one["action"] for one in payload["plan"]["steps"]]) == ("approve", [REMOVE])
    payload = restored(payload)
    assert keys() == ["a/1", "a/2", "b"]
    assert call(verify.handler, payload)["outcome"] == "VERIFIED"


def test_deletions_in_a_bucket_that_did_not_opt_in_are_dropped(cloud: Cloud) -> None:
    filled("a", autonomy="")
    assert gathered(message("a"), message("b", name="unknown")) == []
    assert reported() == []


def test_deletions_in_a_bucket_under_repair_come_back_later(cloud: Cloud) -> None:
    one, soon = filled("a"), int(time.time() * 1000) + 60_000
    locks.cool(client("dynamodb"), CLAIMS, one.arn, incident_id="other", execution="other", until_ms=soon)
    assert gathered(message("a"), {"messageId": "other", "body": "{}"}) == ["of a"]
    assert reported() == []
    locks.free(client("dynamodb"), CLAIMS, one.arn, execution="other", redrive=0)
    assert gathered(message("a")) == []
    assert len(reported()) == 1


def test_deletions_wait_while_the_kill_switch_is_on_or_no_token_is_left(cloud: Cloud) -> None:
    """No sweep sees what is under delete markers: what is blocked now would be forgotten."""
    filled("a")
    delete("a")
    cloud.switch("on")
    assert gathered(message("a")) == ["of a"]
    cloud.switch("off")
    spent = {"pk": "RATE#account", "tat": int((time.time() + 7 * 86_400) * 1000)}
    client("dynamodb").put_item(TableName=CLAIMS, Item=encode(spent))
    assert (gathered(message("a")), reported()) == (["of a"], [])
    client("dynamodb").delete_item(TableName=CLAIMS, Key=encode({"pk": "RATE#account"}))
    assert gathered(message("a")) == []
    assert len(reported()) == 1


def test_a_key_without_any_version_is_lost_and_a_cleanup_of_old_versions_is_nothing(cloud: Cloud) -> None:
    filled("kept")
    gathered(message("kept", PERMANENT))
    assert reported() == []
    gathered(message("kept", PERMANENT), message("gone", PERMANENT))
    (event,) = reported()
    assert event["detail"]["lost"] == 1
    plan = planned(cloud, event)["plan"]
    assert (plan["steps"], plan["autonomy"]) == ([], "notify")


def test_restoring_again_changes_nothing_and_reveals_no_older_deletion() -> None:
    one = filled("a/now", "a/before", "b/now")
    delete("a/now", "a/before", "b/now")
    for _ in range(2):
        kind.restore(client, step(one, prefix="a/now"))
    assert keys() == ["a/now"]
    kind.restore(client, step(one, until=iso(time.time() - 30)))
    assert keys() == ["a/now"]


def test_an_object_is_not_healthy_while_a_marker_hides_it() -> None:
    one = filled("a")
    delete("a")
    assert kind.verify(client, step(one), {}) == "1 objects are still deleted"
    kind.restore(client, step(one))
    assert kind.verify(client, step(one), {}) == ""


def test_what_was_written_again_since_is_left_as_it_is() -> None:
    one = filled("a")
    delete("a")
    client("s3").put_object(Bucket="orders", Key="a", Body=b"newer")
    kind.restore(client, step(one))
    assert client("s3").get_object(Bucket="orders", Key="a")["Body"].read() == b"newer"


def test_a_bucket_that_is_too_large_to_look_through_is_a_persons(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3_objects, "MOST_PAGES", 0)
    with pytest.raises(NotRecovered, match="by hand"):
        kind.restore(client, step(filled("a")))


@pytest.mark.parametrize(
    "window", [{"since": "1970-01-01T00:00:00Z"}, {"until": "then"}, {"marked": 0}, {"prefix": None}]
)
def test_no_event_can_ask_for_more_than_a_day_or_for_what_it_does_not_tell(window: Json) -> None:
    facts = {"marked": 1, "since": iso(time.time() - 60), "until": iso(time.time()), "prefix": "", **window}
    assert kind.target(REMOVE, None, facts) is None
