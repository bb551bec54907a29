"""AnalyzeLogs: nothing is read twice, nothing is missed, and a failure to come is told once."""

import json
import random
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from by_hand import call
from cloud import CLAIMS, PATTERNS, Cloud, Context
from left_behind import messages, reported
from managed import TAG
from published import ACCOUNT, REGION, Json

from tasks import analyze_logs
from tasks.domain.errors import NotSeen
from tasks.domain.incident import understand
from tasks.domain.logs.progress import MOST_PAGES
from tasks.domain.logs.watch import Watch
from tasks.domain.rules import judge
from tasks.runtime.clients import client
from tasks.store import locks, log_watches

GROUP = "/shop/orders"
ARN = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{GROUP}"
WIDTH = 300
TARGET = f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/i-0123456789abcdef0"
FAILING = "ERROR pool exhausted for order 17, user alice@example.org"


@pytest.fixture
def log(cloud: Cloud) -> None:
    client("logs").create_log_group(logGroupName=GROUP, tags={TAG: "notify", "aiops:target": TARGET})
    client("logs").create_log_stream(logGroupName=GROUP, logStreamName="one")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, as the tasks see it; it can be moved."""
    now = [time.time() // WIDTH * WIDTH + 100]
    monkeypatch.setattr(time, "time", lambda: now[0])
    monkeypatch.setattr("moto.logs.models.utcnow", lambda: datetime.fromtimestamp(now[0], UTC).replace(tzinfo=None))
    return now


def analyze() -> Json:
    return call(analyze_logs.handler, {})


def put(at: float, *lines: str) -> None:
    events = [{"timestamp": int(at * 1000), "message": line} for line in lines]
    client("logs").put_log_events(logGroupName=GROUP, logStreamName="one", logEvents=events)


def kept() -> Json:
    state, _ = log_watches.read(client("dynamodb"), PATTERNS, ARN)
    assert state
    return state


def serving(start: float, end: float) -> None:
    """A log of normal operation."""
    at = start // WIDTH * WIDTH
    while at < end:
        put(at, *(f"INFO served order {number} in 3 ms" for number in range(20)))
        at += WIDTH


def throttled() -> ClientError:
    """As CloudWatch Logs says it, after botocore's own retries."""
    said = {"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}}
    return ClientError(said, "FilterLogEvents")


def held(*, foreseen: bool) -> None:
    """An incident holds the resource that writes the log."""
    lock = locks.take(CLAIMS, TARGET, "1", "an execution", 0, int(time.time() * 1000), [], foreseen=foreseen)
    client("dynamodb").transact_write_items(TransactItems=[lock])


def degrading(now: float, count: int) -> None:
    """The last windows before now hold more and more errors."""
    for number in range(count):
        put(now // WIDTH * WIDTH - WIDTH * (count - number) + 60, *[FAILING] * (4 + 8 * number))


def test_a_failure_to_come_is_told_once_and_starts_the_workflow(log: None, clock: list[float]) -> None:
    now = clock[0]
    serving(now - 4 * 3600, now)
    degrading(now, 3)
    analyze()
    ((subject, body),) = messages()
    assert "FORESEEN" in subject
    assert "Nothing has failed yet" in body
    assert "pool exhausted" in body
    (event,) = reported()
    incident = understand({**event, "account": ACCOUNT})  # which moto leaves empty
    verdict = judge(incident)
    assert [(one.id, one.arn) for one in incident.resources] == [(GROUP, ARN)]
    assert (verdict.classification, verdict.issue) == ("ANOMALY", "failure_foreseen")
    assert "pool exhausted" in verdict.reason
    assert "scale out or restart" in body
    assert "scale out or restart" in verdict.reason
    assert incident.facts["urgency"] in {"now", "within the hour"}
    clock[0] += WIDTH
    put(now + 1, *[FAILING] * 40)
    analyze()
    assert len(messages()) == 1
    assert reported() == []


def test_no_line_leaves_the_account_and_no_address_is_told(log: None, clock: list[float]) -> None:
    now = clock[0]
    serving(now - 4 * 3600, now)
    degrading(now, 3)
    analyze()
    assert "alice@" not in messages()[0][1]
    assert "order 17" not in json.dumps(reported())


def test_nothing_is_read_twice_and_late_events_are_read_once(log: None, clock: list[float]) -> None:
    now = clock[0]
    put(now - 1000, "INFO served order 1 in 3 ms")
    analyze()
    before = kept()
    analyze()
    assert kept() == before, "nothing was due"
    clock[0] += WIDTH
    put(now - 400, "INFO came late")
    analyze()
    assert [one for one in kept()["watch"]["templates"].values() if "late" in one] == ["INFO came late"]
    clock[0] += WIDTH
    late = next(one for one, template in kept()["watch"]["templates"].items() if "late" in template)
    analyze()
    seen = kept()["watch"]["windows"]["seen"][late]
    assert seen < now, "it was counted in one window"


def test_after_an_outage_of_the_schedule_every_window_is_read(log: None, clock: list[float]) -> None:
    now = clock[0]
    serving(now - 3600, now)
    analyze()
    clock[0] += 6 * 3600
    serving(now, clock[0])
    analyze()
    state = kept()
    assert state["progress"]["until"] == (clock[0] - 60) // WIDTH * WIDTH
    assert state["watch"]["windows"]["news"][0] > 70, "12 windows before and 72 of the outage"


def test_what_is_written_during_an_incident_is_neither_told_nor_learned(log: None, clock: list[float]) -> None:
    now = clock[0]
    serving(now - 4 * 3600, now)
    degrading(now, 3)
    held(foreseen=False)
    analyze()
    assert messages() == []
    assert kept()["watch"]["windows"]["news"][0] == 0


def test_what_is_done_ahead_of_a_failure_is_no_failure(log: None, clock: list[float]) -> None:
    serving(clock[0] - 3600, clock[0])
    held(foreseen=True)
    analyze()
    assert kept()["watch"]["windows"]["news"][0] > 0


@pytest.mark.parametrize("foreseen", [True, False])
def test_an_episode_in_which_something_was_done_ahead_teaches_nothing(
    log: None, clock: list[float], foreseen: bool
) -> None:
    now = clock[0]
    serving(now - 4 * 3600, now)
    degrading(now, 3)
    held(foreseen=foreseen)
    done: Json = {"incident_id": "1", "execution": "an execution", "until_ms": int((now - 500) * 1000)}
    locks.cool(client("dynamodb"), CLAIMS, TARGET, **done, foreseen=foreseen)
    analyze()
    assert kept()["watch"]["episode"]["prevented"] is foreseen


def test_beyond_the_days_budget_only_a_sample_is_read(log: None, cloud: Cloud, clock: list[float]) -> None:
    serving(clock[0] - 3600, clock[0])
    cloud.set(LOG_MEGABYTES_A_DAY="1")
    until = clock[0] // WIDTH * WIDTH - 3600
    fresh = {"watch": Watch().state(), "progress": {"until": until, "read_at": until}}
    log_watches.write(client("dynamodb"), PATTERNS, ARN, fresh, version=0)
    asked: list[float] = []

    def count(params: Json, **_: Any) -> None:
        asked.append(params["startTime"])
        params.pop("nextToken", None)

    def more(parsed: Json, **_: Any) -> None:
        parsed["nextToken"] = "more"
        parsed["events"] = [{**one, "message": one["message"] + "x" * 5_000} for one in parsed["events"]]

    cloud.interfere("logs", "provide-client-params.logs.FilterLogEvents", count)
    cloud.interfere("logs", "after-call.logs.FilterLogEvents", more)
    analyze()
    assert asked.count(asked[0]) == MOST_PAGES, "the first stretch may use up the budget"
    assert asked.count(asked[-1]) == 1, "then a page has to do"
    stretches = [json.loads(line) for line in cloud.log().splitlines() if '"read"' in line]
    assert stretches
    assert all(one["sampled"] for one in stretches)


BAD = {
    "binary": ["\x00\x01\x02\x7f" * 50],
    "invalid UTF-8, as CloudWatch Logs hands it on": ["\ufffd\ufffd\ufffd served \ufffd"],
    "endless": ["x" * 200_000, "word " * 40_000],
    "half a surrogate pair": ["served \ud800 order", "\udfff"],
    "blank": [" "],
    "records that end nowhere": ['{"message": "cut', '{"a":' * 500],
}


@pytest.mark.parametrize("case", BAD)
def test_lines_that_are_no_text_are_lines_like_others(log: None, clock: list[float], case: str) -> None:
    now = clock[0]
    serving(now - 3 * 3600, now)
    put(now - 400, *BAD[case])
    analyze()
    assert kept()["progress"]["until"] == (now - 60) // WIDTH * WIDTH
    assert messages() == []


def test_events_out_of_order_and_from_a_clock_that_runs_ahead_are_counted_in_their_windows(
    log: None, clock: list[float]
) -> None:
    now = clock[0]
    serving(now - 3600, now)
    put(now + 500, "INFO from the future")
    put(now - 1200, "INFO from before")
    analyze()
    assert not [one for one in kept()["watch"]["templates"].values() if "future" in one]
    assert [one for one in kept()["watch"]["templates"].values() if "before" in one]
    clock[0] += 1200
    analyze()
    assert [one for one in kept()["watch"]["templates"].values() if "future" in one]


def test_an_event_that_is_handed_out_twice_counts_once(log: None, cloud: Cloud, clock: list[float]) -> None:
    put(clock[0] - 400, *["INFO served order 1 in 3 ms"] * 7)

    def twice(parsed: Json, **_: Any) -> None:
        parsed["events"] = [*parsed["events"], *parsed["events"]]

    cloud.interfere("logs", "after-call.logs.FilterLogEvents", twice)
    analyze()
    (rate,) = kept()["watch"]["windows"]["rates"].values()
    assert rate[""][1] == pytest.approx(7.375**0.5, abs=0.001)


def test_an_empty_log_is_read_to_its_end_and_learns_nothing(log: None, clock: list[float]) -> None:
    analyze()
    assert kept()["progress"]["until"] == (clock[0] - 60) // WIDTH * WIDTH
    assert kept()["watch"]["windows"]["rates"] == {}


def test_a_log_of_nothing_but_new_long_patterns_finds_room(log: None, clock: list[float]) -> None:
    now, chance = clock[0], random.Random(1)
    serving(now - 4 * 3600, now - 3600)
    for age in range(6):
        lines = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyzäöüß   ", k=1_400)) for _ in range(150)]
        put(now // WIDTH * WIDTH - WIDTH * (age + 1) + 60, *lines)
    analyze()
    assert kept()["progress"]["until"] == (now - 60) // WIDTH * WIDTH


def test_a_read_that_is_not_answered_keeps_the_place_and_is_said(log: None, cloud: Cloud, clock: list[float]) -> None:
    def unanswered(**_: Any) -> None:
        raise ReadTimeoutError(endpoint_url="logs")

    cloud.interfere("logs", "provide-client-params.logs.FilterLogEvents", unanswered)
    with pytest.raises(NotSeen, match=GROUP):
        analyze()
    assert log_watches.read(client("dynamodb"), PATTERNS, ARN) == (None, 0)


def test_a_log_that_refuses_does_not_hide_the_others_and_keeps_its_place(
    log: None, cloud: Cloud, clock: list[float]
) -> None:
    client("logs").create_log_group(logGroupName="/a/refuses", tags={TAG: "notify"})
    serving(clock[0] - 3600, clock[0])

    def throttle(params: Json, **_: Any) -> None:
        if params["logGroupName"] == "/a/refuses":
            raise throttled()

    cloud.interfere("logs", "provide-client-params.logs.FilterLogEvents", throttle)
    with pytest.raises(NotSeen, match=r"/a/refuses.*Rate exceeded"):
        analyze()
    assert kept()["progress"]["until"] == (clock[0] - 60) // WIDTH * WIDTH


def test_a_log_whose_state_finds_no_room_is_said_and_hides_no_other(
    log: None, monkeypatch: pytest.MonkeyPatch, clock: list[float]
) -> None:
    client("logs").create_log_group(logGroupName="/a/quiet", tags={TAG: "notify"})
    put(clock[0] - 400, *("".join(random.Random(one).choices("abcdefghij ", k=200)) for one in range(50)))
    monkeypatch.setattr(log_watches, "MOST_BYTES", 1_000)  # an empty log's state has fewer
    with pytest.raises(NotSeen, match=GROUP):
        analyze()
    quiet = log_watches.read(client("dynamodb"), PATTERNS, ARN.replace(GROUP, "/a/quiet"))[0]
    assert quiet
    assert quiet["progress"]["until"] == (clock[0] - 60) // WIDTH * WIDTH


def test_two_runs_at_once_do_not_overwrite_one_another(log: None) -> None:
    dynamo = client("dynamodb")
    log_watches.write(dynamo, PATTERNS, ARN, {"one": 1}, version=0)
    with pytest.raises(log_watches.Moved):
        log_watches.write(dynamo, PATTERNS, ARN, {"two": 2}, version=0)
    assert log_watches.read(dynamo, PATTERNS, ARN) == ({"one": 1}, 1)


def test_events_without_an_id_are_all_read(log: None, cloud: Cloud, clock: list[float]) -> None:
    """The id is optional in the API; the engine gives none."""
    put(clock[0] - 400, *["INFO served order 1 in 3 ms"] * 7)

    def nameless(parsed: Json, **_: Any) -> None:
        for one in parsed["events"]:
            one.pop("eventId", None)

    cloud.interfere("logs", "after-call.logs.FilterLogEvents", nameless)
    analyze()
    (rate,) = kept()["watch"]["windows"]["rates"].values()
    assert rate[""][1] == pytest.approx(7.375**0.5, abs=0.001)


@pytest.mark.parametrize("failure", [throttled(), ReadTimeoutError(endpoint_url="logs")], ids=["throttled", "timeout"])
def test_what_breaks_off_in_the_middle_of_paging_is_read_once_by_the_next_run(
    log: None, cloud: Cloud, clock: list[float], failure: Exception
) -> None:
    fresh = {"watch": Watch().state(), "progress": {"until": clock[0] - 400, "read_at": 0.0}}
    log_watches.write(client("dynamodb"), PATTERNS, ARN, fresh, version=0)
    put(clock[0] - 300, *["INFO served order 1 in 3 ms"] * 7)
    asked: list[Json] = []

    def halve(parsed: Json, **_: Any) -> None:
        events = parsed["events"]
        parsed["events"] = events[4:] if "nextToken" in asked[-1] else events[:4]
        parsed.pop("nextToken", None)
        if "nextToken" not in asked[-1]:
            parsed["nextToken"] = "more"

    def note(params: Json, **_: Any) -> None:
        asked.append(dict(params))
        if params.pop("nextToken", None) and len(asked) == 2:
            raise failure

    cloud.interfere("logs", "provide-client-params.logs.FilterLogEvents", note)
    cloud.interfere("logs", "after-call.logs.FilterLogEvents", halve)
    with pytest.raises(NotSeen, match=GROUP):
        analyze()
    assert kept() == fresh
    assert analyze()["bytes"] == 7 * len("INFO served order 1 in 3 ms")
    (rate,) = kept()["watch"]["windows"]["rates"].values()
    assert rate[""][1] == pytest.approx(7.375**0.5, abs=0.001)


def test_sizes_are_bytes_as_the_service_counts_them(log: None, clock: list[float]) -> None:
    put(clock[0] - 400, "Größe: 5 µm, 日本")
    assert analyze()["bytes"] == len("Größe: 5 µm, 日本".encode())


def test_a_line_of_a_megabyte_is_one_line(log: None, cloud: Cloud, clock: list[float]) -> None:
    """The service takes one, moto a quarter of it."""
    put(clock[0] - 400, "cut")

    def grow(parsed: Json, **_: Any) -> None:
        parsed["events"] = [{**one, "message": "wörd " * 174_762} for one in parsed["events"]]

    cloud.interfere("logs", "after-call.logs.FilterLogEvents", grow)
    assert analyze()["bytes"] == 1_048_572
    assert len(kept()["watch"]["templates"]) == 1
    assert messages() == []


def test_what_came_late_is_counted_and_what_came_too_late_is_said(log: None, clock: list[float]) -> None:
    """The clock of the sender of the last ones stands an hour and a half behind: no window of theirs is still open."""
    clock[0] = clock[0] // 3600 * 3600 + 3600
    put(clock[0] - 400, "INFO served order 1 in 3 ms")
    assert analyze()["late"] == 0
    clock[0] += WIDTH
    put(clock[0] - 800, "INFO came late")
    put(clock[0] - 5400, *["INFO from the past"] * 3)
    found = [analyze()]
    for _ in range(36):
        clock[0] += WIDTH
        found.append(analyze())
    assert [sum(one[name] for one in found) for name in ("late", "too_late")] == [1, 3]
    assert not [one for one in kept()["watch"]["templates"].values() if "past" in one]


def test_a_log_group_that_vanished_is_said_and_no_failure(log: None, cloud: Cloud, clock: list[float]) -> None:
    """The tagging API tells of it for a while."""

    def vanish(params: Json, **_: Any) -> None:
        client("logs").delete_log_group(logGroupName=params["logGroupName"])

    cloud.interfere("logs", "provide-client-params.logs.FilterLogEvents", vanish)
    (gone,) = analyze()["gone"]
    assert gone.startswith(ARN)
    assert log_watches.read(client("dynamodb"), PATTERNS, ARN) == (None, 0)


@pytest.mark.parametrize("run", [0, 1])
def test_a_log_that_is_far_behind_hides_no_other_and_what_is_left_is_said(
    log: None, monkeypatch: pytest.MonkeyPatch, clock: list[float], run: int
) -> None:
    """With time for three stretches, of two logs with a day to read each, whichever is first."""
    client("logs").create_log_group(logGroupName="/a/other", tags={TAG: "notify"})
    clock[0] += run * WIDTH
    left = iter([280_000] * 3 + [0])
    monkeypatch.setattr(Context, "get_remaining_time_in_millis", lambda self: next(left))
    assert sorted(analyze()["unfinished"]) == sorted([ARN, ARN.replace(GROUP, "/a/other")])
    others = log_watches.read(client("dynamodb"), PATTERNS, ARN.replace(GROUP, "/a/other"))[0]
    assert others
    day = sorted((one["progress"]["until"] - clock[0] + 86_400) // 3600 for one in (kept(), others))
    assert day in ([0, 1], [1, 1], [1, 2], [0, 2]), "one or two hours of each"
