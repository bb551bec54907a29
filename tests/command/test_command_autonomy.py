"""incidents --autonomy: what each issue class has earned."""

from aiops.names import PATTERNS_TABLE
from command.laptop import Account
from tasks.domain.earning import Case, after
from tasks.domain.policy import Earning, Recovery
from tasks.store import standings


def test_before_anything_counted_the_policy_holds(account: Account) -> None:
    assert "the policy's own levels hold" in account.aiops("incidents", "--autonomy").out


def test_a_level_is_told_with_what_it_owes_that_to(account: Account) -> None:
    case = Case("one", "0123456789ab", helped=False, at="2026-03-01T12:00:00.000Z")
    answer = Recovery("start_instance", "auto", 0.0)
    standings.change(
        account.dynamo, PATTERNS_TABLE, "ec2_instance_stopped", "test", lambda now: after(now, case, answer, Earning())
    )
    (told,) = account.aiops("incidents", "--autonomy", "--json").lines
    assert (told["issue"], told["environment"], told["level"]) == ("ec2_instance_stopped", "test", "approve")
    assert told["history"][0]["incident"] == "0123456789ab"
    assert "a fix of it did not help (incident 01234567, 2026-03-01)" in account.aiops("incidents", "--autonomy").out
