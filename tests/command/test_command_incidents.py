"""incidents: the list newest first, one incident as a story, and nothing in either that an event could abuse."""

from typing import Any

import pytest
from published import ACCOUNT, stopping

from command.laptop import ANALYSIS, Account, planned, stopped
from tasks.domain.incident import understand, unreadable
from tasks.domain.payload import dump

HOSTILE = "\x1b[2J\x1b]8;;https://evil.example\x07[red]click[/red]\x1b]8;;\x07\r\n<b>"


def of_instance(number: int) -> Any:
    return stopped(f"i-0000000000000000{number}", event_id=f"event-{number}")


def test_incidents_come_newest_first_whatever_their_type(account: Account) -> None:
    first = account.record(of_instance(1), "VERIFIED", at="2026-03-01T12:00:00.000Z")
    third = account.record(of_instance(3), "FAILED", at="2026-03-03T12:00:00.000Z")
    second = account.record(
        unreadable("{"), "UNDELIVERABLE", at="2026-03-02T12:00:00.000Z", execution="none: throttled"
    )
    assert [one["incident_id"] for one in account.aiops("incidents", "--json").lines] == [third, second, first]
    table = account.aiops("incidents").out
    assert table.index(third[:8]) < table.index(second[:8]) < table.index(first[:8])


def test_the_list_tells_state_issue_resource_and_severity(account: Account) -> None:
    account.record(of_instance(1), "VERIFIED", analysis=ANALYSIS)
    row = account.aiops("incidents").out.splitlines()[1]
    for told in ("2026-03-01 12:00:03", "VERIFIED", "ec2_instance_stopped", "i-00000000000000001", "high"):
        assert told in row


def test_a_block_is_listed_by_its_reason(account: Account) -> None:
    account.record(of_instance(1), "BLOCKED", blocked={"reason": "COOLDOWN", "why": "healed just now"})
    assert "COOLDOWN" in account.aiops("incidents").out
    assert account.aiops("incidents", "--json").lines[0]["outcome"] == "COOLDOWN"


def test_what_is_not_closed_is_listed_with_its_execution(account: Account) -> None:
    incident = of_instance(1)
    account.question(incident)
    assert "RUNNING" in account.aiops("incidents").out
    account.record(of_instance(2), "RECOVERING", at="2026-03-09T12:00:00.000Z")
    statuses = [one["execution_status"] for one in account.aiops("incidents", "--json").lines]
    assert statuses == ["GONE", "RUNNING"]


def test_more_incidents_than_a_screen_holds_are_all_in_the_json(account: Account) -> None:
    for number in range(1, 56):
        account.record(stopped(event_id=f"event-{number}"), "VERIFIED", at=f"2026-03-01T12:00:{number:02}.000Z")
    table = account.aiops("incidents").out
    assert "2026-03-01 12:00:55" in table
    assert "2026-03-01 12:00:05" not in table
    assert "--json" in table.splitlines()[-1]
    assert len(account.aiops("incidents", "--json").lines) == 55


def test_no_incidents_are_said_to_be_none(account: Account) -> None:
    assert "no incidents" in account.aiops("incidents").out
    assert account.aiops("incidents", "--json").out == ""


def test_the_timeline_goes_from_the_event_to_the_proof(account: Account) -> None:
    incident = stopped()
    arn = incident.resources[0].arn
    step = {"action": "start_instance", "resource": arn, "before": {"state": "stopped"}, "after": {"state": "running"}}
    account.record(
        incident,
        "VERIFIED",
        analysis=ANALYSIS,
        plan=dump(planned(incident)),
        review={"decision": "approved", "by": f"arn:aws:iam::{ACCOUNT}:user/OnCall"},
        evidence={
            "at": "2026-03-01T12:00:05.000Z",
            "resources": {arn: {"console": [f"line {number} <b>" for number in range(9)]}},
            "missing": [f"of {arn}: no time was left"],
        },
        recovery={"outcome": "RESTORED", "restored_at": 1772366410.0, "steps": [step]},
        verification={"outcome": "VERIFIED", "wrong": {}, "checked_at": 1772366470.0},
        closed_at="2026-03-01T12:01:11.000Z",
    )
    told = account.aiops("incidents", incident.id[:6]).out
    story = (
        "2026-03-01 12:00:00",
        "aws.ec2 StopInstances",
        "2026-03-01 12:00:03",
        "FAILURE, ec2_instance_stopped: severity high, confidence 0.95, decided by rules (no model configured)",
        "StopInstances was called, by",
        "a caller stopped the instance",
        "4 like it, 3 healed, 1 failed; 2 on this resource",
        "the 3rd time on this resource, each by arn:aws:iam::123456789012:user/ExampleUser",
        "approve: the instance is tagged approve",
        "start_instance on i-1234567890abcdef0 (undo: stop_instance)",
        "approved, by",
        "2026-03-01 12:00:05",
        "console of arn:aws:ec2:us-east-1:123456789012:instance/i-1234567890abcdef0: 9 lines",
        "line 4 \u2039b\u203a",
        "line 8",
        "no time was left",
        "2026-03-01 12:00:10",
        'state: "stopped" -> "running"',
        "2026-03-01 12:01:10",
        "every resource is healthy",
        "2026-03-01 12:01:11",
        "VERIFIED: done, and proven healthy",
        "#/v2/executions/details/arn:aws:states:",
    )
    places = [told.index(part) for part in story]
    assert places == sorted(places)


def test_the_timeline_says_why_nothing_was_done(account: Account) -> None:
    blocked = {"reason": "UNMANAGED", "why": "no tag aiops:recover"}
    incident_id = account.record(stopped(), "BLOCKED", blocked=blocked, closed_at="2026-03-01T12:00:04.000Z")
    assert "UNMANAGED: no tag aiops:recover" in account.aiops("incidents", incident_id).out


def test_the_timeline_of_a_failure_says_what_failed_and_what_to_type(account: Account) -> None:
    failure = {"status": "FAILED", "error": "NotHealed", "cause": '{"errorMessage": "still stopped"}', "redrive": 0}
    incident_id = account.record(stopped(), "FAILED", analysis=ANALYSIS, failure=failure)
    told = account.aiops("incidents", incident_id).out
    assert "NotHealed: still stopped" in told
    assert f"aiops rerun {incident_id}" in told


def test_the_timeline_tells_what_was_left_out_and_what_is_still_wrong(account: Account) -> None:
    incident = understand(stopping("i-00000000000000001", "i-00000000000000002"))
    incident.dropped["arn:left-out"] = "RESOURCE_BUSY: incident 1 holds it"
    wrong = {incident.resources[1].arn: "instance status is impaired"}
    account.record(incident, "PARTIAL", verification={"outcome": "PARTIAL", "wrong": wrong, "checked_at": 1772366470.0})
    told = account.aiops("incidents", incident.id).out
    assert "arn:left-out: RESOURCE_BUSY" in told
    assert "instance status is impaired" in told


def test_an_open_question_is_told_with_how_to_answer_it(account: Account) -> None:
    account.question(incident := stopped())
    assert f"aiops approve {incident.id}" in account.aiops("incidents", incident.id).out


def test_one_incident_as_json_is_its_whole_record(account: Account) -> None:
    incident_id = account.record(stopped(), "VERIFIED", analysis=ANALYSIS)
    [record] = account.aiops("incidents", incident_id, "--json").lines
    assert record["analysis"] == ANALYSIS
    assert (record["outcome"], record["execution_status"]) == ("VERIFIED", None)


@pytest.mark.parametrize("arguments", [[], ["--json"]])
def test_what_an_event_says_neither_moves_the_cursor_nor_renders(account: Account, arguments: list[str]) -> None:
    incident = stopped()
    incident.dropped[HOSTILE] = HOSTILE
    analysis = ANALYSIS | {"reason": HOSTILE, "root_cause": HOSTILE, "issue": HOSTILE}
    incident_id = account.record(incident, "BLOCKED", analysis=analysis, blocked={"reason": "STORM", "why": HOSTILE})
    for command in (["incidents"], ["incidents", incident_id]):
        told = account.aiops(*command, *arguments).out
        assert told.isascii() or not arguments
        assert not [char for char in told if not char.isprintable() and char != "\n"]


def test_an_id_may_be_shortened_as_long_as_it_is_clear(account: Account) -> None:
    ids = [account.record(stopped(event_id=f"event-{number}"), "VERIFIED") for number in range(40)]
    taken: dict[str, list[str]] = {}
    for one in ids:
        taken.setdefault(one[:1], []).append(one)
    digit, several = next((digit, ids) for digit, ids in taken.items() if len(ids) > 1)
    said = account.aiops("incidents", digit)
    assert (said.status, len(said.err.splitlines())) == (2, 1)
    assert f"{len(several)} incidents" in said.err
    assert account.aiops("incidents", several[0][:12], "--json").lines[0]["incident_id"] == several[0]


@pytest.mark.parametrize("incident_id", ["0" * 32, "abc", "no id", "", "../x", "\x1b[2J"])
def test_an_unknown_id_is_bad_input(account: Account, incident_id: str) -> None:
    said = account.aiops("incidents", incident_id)
    assert (said.status, said.out, len(said.err.splitlines())) == (2, "", 1)
    assert "\x1b" not in said.err


@pytest.mark.parametrize("command", ["approve", "deny", "rerun"])
def test_every_command_that_takes_an_id_knows_an_unknown_one(account: Account, command: str) -> None:
    said = account.aiops(command, "abc")
    assert (said.status, said.out, len(said.err.splitlines())) == (2, "", 1)
