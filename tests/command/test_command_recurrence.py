"""incidents --patterns: what recurs."""

from command.laptop import ANALYSIS, Account, stopped


def test_nothing_recurring_is_said_so(account: Account) -> None:
    account.record(stopped(), "VERIFIED", analysis=ANALYSIS)
    assert "Nothing recurs yet." in account.aiops("incidents", "--patterns").out


def test_what_recurs_is_listed_with_how_it_ended(account: Account) -> None:
    for number, state in enumerate(["VERIFIED", "FAILED"]):
        again = stopped(event_id=f"event-{number}", eventTime=f"2026-03-0{1 + number}T12:00:00Z")
        account.record(again, state, analysis=ANALYSIS)
    found = {one["by"]: one for one in account.aiops("incidents", "--patterns", "--json").lines}
    assert set(found) == {"resource", "hour", "actor"}
    resource = found["resource"]
    assert (resource["issue"], resource["count"]) == ("ec2_instance_stopped", 2)
    assert (resource["healed"], resource["failed"]) == (1, 1)
    assert "ec2_instance_stopped" in account.aiops("incidents", "--patterns").out
