"""What recurs among incidents."""

from typing import Any

import pytest

from tasks.domain.history import similar
from tasks.domain.moment import iso
from tasks.domain.payload import Json
from tasks.domain.recurrence import Occurrence, Pattern, habits, in_words, occurrences, recurring

MORNING = 1_772_352_000.0  # 2026-03-01 08:00 UTC


def once(
    issue: str = "stopped", resource: str = "one", at: float = 0.0, actor: str = "", outcome: str = "VERIFIED"
) -> Occurrence:
    return Occurrence(issue, resource, MORNING + at, actor, outcome)


def by(kind: str, *found: Occurrence) -> list[Pattern]:
    return [one for one in recurring(found) if one.by == kind]


def test_an_issue_that_comes_back_to_a_resource_recurs_with_how_it_ended() -> None:
    ended = ["VERIFIED", "PARTIAL", "FAILED", "TOLD"]
    found = [once(at=7000.0 * number, outcome=one) for number, one in enumerate(ended)]
    assert by("resource", *found) == [Pattern("stopped", "resource", "one", 4, 2, 1)]


def test_what_happened_once_recurs_in_nothing() -> None:
    assert recurring([once(actor="somebody")]) == []


def test_the_same_hour_on_different_days_and_resources_recurs() -> None:
    found = [once(resource=str(day), at=day * 86_400.0 + 60 * day) for day in range(3)]
    assert by("hour", *found, once(resource="9", at=7200)) == [Pattern("stopped", "hour", "08:00", 3, 3, 0)]


def test_the_same_actor_recurs_and_nobody_does_not() -> None:
    found = [once(resource=str(number), actor="arn:x" if number else "", at=number * 7e6) for number in range(4)]
    assert by("actor", *found) == [Pattern("stopped", "actor", "arn:x", 3, 3, 0)]


def test_what_soon_follows_another_issue_on_the_same_resource_is_a_sequence() -> None:
    found = [once(issue, at=start + after) for start in (0, 1e6) for issue, after in (("opened", 0), ("stopped", 600))]
    late, elsewhere = once("late", at=9000), once("stopped", resource="two", at=300)
    assert by("sequence", *found, late, elsewhere) == [Pattern("stopped", "sequence", "opened", 2, 2, 0)]


def test_the_most_frequent_comes_first() -> None:
    found = [once("rare", resource="two", at=7000.0 * n) for n in range(2)] + [once(at=7000.0 * n) for n in range(3)]
    assert [one.issue for one in by("resource", *reversed(found))] == ["stopped", "rare"]


def test_what_was_harmless_or_has_no_time_is_no_occurrence() -> None:
    incident = {"time": "2026-03-01T08:00:00.000Z", "resources": [{"id": "a", "arn": "arn:a"}], "actor": None}
    record = {"incident": incident, "workflow_state": "TOLD", "analysis": {"classification": "FAILURE", "issue": "x"}}
    assert list(occurrences(record)) == [Occurrence("x", "arn:a", MORNING, "", "TOLD")]
    assert not list(occurrences({**record, "analysis": {"classification": "NORMAL", "issue": "none"}}))
    assert not list(occurrences({**record, "analysis": None}))
    assert not list(occurrences({**record, "incident": {**incident, "time": "yesterday"}}))


def test_an_hour_recurs_only_on_several_days() -> None:
    assert by("hour", *(once(resource=str(number), at=60.0 * number) for number in range(3))) == []


DAY = 86_400.0


def record(at: float, issue: str = "stopped", actor: str = "", state: str = "VERIFIED", **more: Any) -> Json:
    """What is read of an earlier incident on the resource `one`."""
    incident: Json = {"time": iso(MORNING + at), "resources": [{"id": "1", "arn": "one"}], "actor": {"arn": actor}}
    analysis = {"classification": "FAILURE", "issue": issue}
    return {"incident": incident | more, "analysis": analysis, "workflow_state": state}


def habit(*earlier: Json, now: Json | None = None) -> str:
    return in_words(habits(earlier, now or record(0.0, actor="arn:ann", state="")))


def test_what_never_happened_before_is_no_habit() -> None:
    assert habit() == ""
    elsewhere = record(-DAY, resources=[{"id": "2", "arn": "two"}])
    assert habit(elsewhere, record(-DAY, issue="opened")) == ""


def test_a_habit_is_told_in_one_sentence_with_its_hour_actor_and_what_came_before_it() -> None:
    """Four mornings, always by Ann, the last three times soon after another fault; once it was not healed."""
    earlier = [record(-DAY * day, actor="arn:ann", state="FAILED" if day == 3 else "VERIFIED") for day in (1, 2, 3)]
    before = [record(-DAY * day - 600, issue="opened") for day in (0, 1, 2)]
    assert habit(*earlier, *before) == (
        "the 4th time on this resource (2 healed, 1 failed), each between 08:00 and 09:00 UTC, each by arn:ann, "
        "3 of 4 within the hour after opened"
    )


def test_what_fits_no_more_than_half_of_the_times_is_no_habit() -> None:
    earlier = [record(-DAY - 7200, actor="arn:bob"), record(-3 * DAY - 7200, actor="arn:cat"), record(-5 * DAY)]
    assert habit(*earlier) == "the 4th time on this resource (3 healed, 0 failed)"


ORDINALS = [(2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (21, "21st"), (112, "112th")]


@pytest.mark.parametrize(("count", "told"), ORDINALS)
def test_a_number_is_told_as_people_say_it(count: int, told: str) -> None:
    assert in_words([Pattern("stopped", "resource", "one", count, 0, 0)]).startswith(f"the {told} time")


def test_the_last_hour_of_a_day_ends_with_the_next_day() -> None:
    late = 15.5 * 3600
    told = habit(record(late - DAY), record(late - 2 * DAY), now=record(late))
    assert told.endswith("each between 23:00 and 00:00 UTC")


def test_a_record_of_which_nothing_is_known_is_no_occurrence() -> None:
    assert list(occurrences({"incident_id": "x", "workflow_state": "UNDELIVERABLE"})) == []
    assert habit(now={"incident": {"time": "yesterday"}}) == ""


def test_of_each_kind_the_most_frequent_is_kept_with_the_incident() -> None:
    earlier = [record(-DAY * day, actor="arn:ann" if day < 3 else "arn:bob") for day in range(1, 5)]
    kept = similar([], "stopped", {}, habits(earlier, record(0.0, actor="arn:ann")))["patterns"]
    assert kept["actor"] == {"what": "arn:ann", "count": 3, "healed": 3, "failed": 0}
    assert kept["hour"] == {"what": "08:00", "count": 5, "healed": 5, "failed": 0}
