"""Groups of log lines: what is unlike normal operation, whatever else drifts."""

import random
from collections.abc import Iterator

import pytest

from tasks.domain.logs.anomaly import MIX, NEW_PATTERN, ORDER, RATE, VANISHED, severity
from tasks.domain.logs.sessions import Sessions

ORDERS = ["opened", "paid", "packed", "shipped"]


def orders(number: int, *, seed: int = 1, polls: float = 0.5) -> Iterator[list[str]]:
    """Orders are opened, paid, packed and shipped, polled now and then; one in ten is wrapped and labelled."""
    chance = random.Random(seed)
    for _ in range(number):
        order = ["opened", "paid", *(["wrapped", "labelled"] if chance.random() < 0.1 else []), "packed", "shipped"]
        yield order + ["polled"] * min(12, int(chance.expovariate(1 / polls)))


@pytest.fixture(scope="module")
def sessions() -> Sessions:
    return Sessions(list(orders(3000)))


UNUSUAL = {
    NEW_PATTERN: [*ORDERS, "card declined"],
    VANISHED: ["opened", "paid", "packed"],
    RATE: ["opened", "paid", "paid", "packed", "shipped"],
    MIX: ["opened", "paid", "wrapped", "packed", "shipped"],
    ORDER: ["opened", "packed", "paid", "shipped"],
}


@pytest.mark.parametrize("kind", UNUSUAL)
def test_what_is_unusual_about_a_group_is_told_apart(sessions: Sessions, kind: str) -> None:
    found = sessions.judge(UNUSUAL[kind])
    assert found[0].kind == kind
    assert 2 < found[0].score <= 10


def test_normal_groups_are_normal_although_their_traffic_drifts(sessions: Sessions) -> None:
    later = list(orders(2000, seed=2, polls=0.9))
    assert sum(bool(sessions.judge(one)) for one in later) <= 0.01 * len(later)


def uploads(number: int, *, seed: int, growth: float) -> Iterator[list[str]]:
    """Each part sent is stored and acknowledged; a lost part is repaired; some uploads are removed."""
    chance = random.Random(seed)
    for _ in range(number):
        parts, repaired = 3 if chance.random() > 0.002 * growth else 8, chance.random() < 0.01 * growth
        upload = ["opened", *["sent"] * (parts + repaired), *["stored"] * (parts + repaired), *["acknowledged"] * parts]
        yield upload + ["repaired"] * repaired + ["removed"] * ((parts + repaired) * (chance.random() < 0.3))


@pytest.fixture(scope="module")
def balanced() -> Sessions:
    return Sessions(list(uploads(3000, seed=1, growth=1)))


UNBALANCED = {
    "one of many is lost": ["opened", *["sent"] * 8, *["stored"] * 7, *["acknowledged"] * 8],
    "a difference that nothing explains": ["opened", *["sent"] * 4, *["stored"] * 4, *["acknowledged"] * 3],
    "removed in part": ["opened", *["sent"] * 3, *["stored"] * 3, *["acknowledged"] * 3, *["removed"] * 2],
    "far more than any work": ["opened", *["sent"] * 60, *["stored"] * 60, *["acknowledged"] * 60],
}


@pytest.mark.parametrize("case", UNBALANCED)
def test_what_should_occur_equally_often_and_does_not_is_unusual(balanced: Sessions, case: str) -> None:
    assert balanced.judge(UNBALANCED[case])


def test_more_work_than_ever_is_normal_while_everything_keeps_pace(balanced: Sessions) -> None:
    assert not balanced.judge(["opened", *["sent"] * 12, *["stored"] * 12, *["acknowledged"] * 12])
    later = list(uploads(2000, seed=2, growth=10))
    assert sum(bool(balanced.judge(one)) for one in later) <= 0.005 * len(later)


def test_order_does_not_matter_where_it_never_did() -> None:
    chance = random.Random(3)
    kinds = "abcdefgh"
    sessions = Sessions([chance.sample(kinds, len(kinds)) for _ in range(60)])
    assert not sessions.judge(list("hgfedcba"))


def sprinkled(number: int, *, seed: int) -> Iterator[list[str]]:
    """Orders with one of forty rare messages here and there."""
    chance = random.Random(seed)
    for order in orders(number, seed=seed):
        if chance.random() < 0.1:
            order.insert(chance.randrange(1, len(order)), f"notice {chance.randrange(40)}")
        yield order


def test_rare_messages_anywhere_neither_alarm_nor_hide_a_changed_order() -> None:
    sessions = Sessions(list(sprinkled(3000, seed=1)))
    assert sessions.judge(UNUSUAL[ORDER])[0].kind == ORDER
    assert sum(bool(sessions.judge(one)) for one in sprinkled(2000, seed=2)) <= 0.005 * 2000


def mingled(number: int, *, seed: int) -> Iterator[list[str]]:
    """Two workers fetch and store at the same time while a clock ticks: any message may follow any."""
    chance = random.Random(seed)
    for _ in range(number):
        threads, group = [["fetched", "stored"], ["fetched", "stored"], ["tick", "tick"]], list[str]()
        while threads := [one for one in threads if one]:
            group.append(chance.choice(threads).pop(0))
        yield group


def test_what_begins_is_known_although_threads_mingle() -> None:
    sessions = Sessions(list(mingled(2000, seed=1)))
    found = sessions.judge(["tick", "stored", "fetched", "fetched", "stored", "tick"])
    assert [(one.kind, one.reason) for one in found] == [(ORDER, "stored never began before fetched")]
    assert not any(sessions.judge(one) for one in mingled(500, seed=2))


def test_a_few_bad_groups_in_the_baseline_do_not_make_bad_normal() -> None:
    baseline = [*orders(9000), ["opened"]]
    assert Sessions(baseline[::-1]).judge(["opened"])


def test_one_group_is_baseline_enough_and_none_is_not() -> None:
    assert not Sessions([ORDERS]).judge(ORDERS)
    assert Sessions([ORDERS]).judge(["x"])
    with pytest.raises(ValueError, match="no groups"):
        Sessions([])


def test_severity_is_from_1_to_10() -> None:
    assert [severity(score) for score in (0.0, 3.8, 10.0)] == [1, 5, 10]
