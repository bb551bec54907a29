"""What people are told to do about a failure that is foreseen."""

import pytest

from tasks.domain.logs.recommendation import NOW, RESTART, SCALE, SOON, helps, recommended, urgency

SAYS = {
    "java.lang.OutOfMemoryError: Java heap space": "memory",
    "write failed: No space left on device": "disk",
    "ERROR no connection left for order <*>, pool exhausted": "scale out",
    "x509: certificate expires in <*>": "certificate",
    "AccessDenied on <*>": "permissions",
    "ThrottlingException: Rate exceeded": "limit",
    "connection refused by <*>": "service that it calls",
    "strange things happen": "changed or deployed",
}


@pytest.mark.parametrize("template", SAYS)
def test_the_recommendation_answers_what_the_pattern_speaks_of(template: str) -> None:
    assert SAYS[template] in recommended(["INFO served <*>", template], silent=False)


def test_silence_asks_whether_it_still_runs() -> None:
    assert "still runs" in recommended(["INFO served <*>"], silent=True)


HELPS = [
    (["OutOfMemoryError: heap"], [RESTART, SCALE]),
    (["pool exhausted", "INFO served <*>"], [RESTART, SCALE]),
    (["ThrottlingException"], [SCALE]),
    (["pool exhausted", "too many requests"], [SCALE]),
    (["x509: certificate expires in <*>"], []),
    (["pool exhausted", "x509: certificate expires in <*>"], []),
    (["AccessDenied on <*>", "OutOfMemoryError"], []),
    (["connection refused by <*>"], []),
    (["strange things happen"], []),
]


@pytest.mark.parametrize(("templates", "actions"), HELPS)
def test_an_action_helps_only_against_all_that_the_lines_speak_of(templates: list[str], actions: list[str]) -> None:
    assert helps(templates, silent=False) == actions
    assert helps(templates, silent=True) == []


def test_urgency_follows_the_probability() -> None:
    assert (urgency(0.7), urgency(0.95)) == (SOON, NOW)
