"""What recurs among incidents."""

from tasks.domain.recurrence import Occurrence, Pattern, occurrences, recurring

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
