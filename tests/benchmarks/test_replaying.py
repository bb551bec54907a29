"""The measurement of replay's speed."""

import pytest

from bench import replaying


def test_speed_and_time_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replaying, "ROUNDS", 1)
    measured = replaying.measure()
    assert measured.events_per_second > 0
    assert measured.understanding_us > 0
