"""rerun: what Redrive in the console does, and one line where it cannot."""

from command.laptop import Account, stopped


def test_a_failed_execution_runs_again(account: Account) -> None:
    execution = account.execution(account.failing)
    assert account.ended(execution)["status"] == "FAILED"
    account.record(incident := stopped(), "FAILED", execution=execution)
    said = account.aiops("rerun", incident.id[:10])
    assert (said.status, said.err) == (0, "")
    assert f"#/v2/executions/details/{execution}" in said.out
    assert account.ended(execution)["redriveCount"] == 1


def test_what_has_not_failed_is_not_run_again(account: Account) -> None:
    execution, _ = account.wait()
    account.record(incident := stopped(), "WAITING_FOR_REVIEW", execution=execution)
    said = account.aiops("rerun", incident.id)
    assert (said.status, len(said.err.splitlines())) == (1, 1)
    assert "RUNNING" in said.err


def test_an_execution_that_is_no_longer_known_is_not_run_again(account: Account) -> None:
    account.record(incident := stopped(), "FAILED")
    said = account.aiops("rerun", incident.id)
    assert (said.status, len(said.err.splitlines())) == (1, 1)


def test_an_event_that_never_started_an_execution_has_none_to_run_again(account: Account) -> None:
    account.record(incident := stopped(), "UNDELIVERABLE", execution="none: too large")
    said = account.aiops("rerun", incident.id)
    assert said.status == 1
    assert "too large" in said.err
