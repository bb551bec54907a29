"""stop, start: the kill switch is turned, whatever it was before."""

import pytest

from aiops.names import KILL_SWITCH
from command.laptop import Account


@pytest.mark.parametrize(("command", "value"), [("stop", "on"), ("start", "off")])
@pytest.mark.parametrize("before", ["on", "off"])
def test_the_switch_ends_as_it_was_told(account: Account, command: str, value: str, before: str) -> None:
    account.switch(before)
    said = account.aiops(command)
    assert (said.status, said.err) == (0, "")
    assert said.out.startswith("already ") == (before == value)
    assert account.ssm.get_parameter(Name=KILL_SWITCH)["Parameter"]["Value"] == value


def test_a_switch_that_is_so_already_is_not_written_again(account: Account) -> None:
    """A write would be an event of its own."""
    before = account.ssm.get_parameter(Name=KILL_SWITCH)["Parameter"]["Version"]
    account.aiops("start")
    assert account.ssm.get_parameter(Name=KILL_SWITCH)["Parameter"]["Version"] == before


def test_an_account_without_the_stack_has_no_switch_and_gets_none(account: Account) -> None:
    account.ssm.delete_parameter(Name=KILL_SWITCH)
    said = account.aiops("stop")
    assert (said.status, len(said.err.splitlines())) == (1, 1)
    assert "is the stack deployed" in said.err
    assert account.ssm.get_parameters(Names=[KILL_SWITCH])["InvalidParameters"] == [KILL_SWITCH]
