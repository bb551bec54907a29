"""Where a healing's time goes is read rightly from its history and from who calls."""

from datetime import UTC, datetime

import pytest

from bench.calls import function
from bench.overhead import durations
from bench.stand import Json


def event(kind: str, name: str, second: float) -> Json:
    return {
        "type": f"TaskState{kind}",
        f"state{kind}EventDetails": {"name": name},
        "timestamp": datetime.fromtimestamp(second, UTC),
    }


def test_a_state_lasts_from_entering_to_leaving_it_also_in_parallel_branches() -> None:
    history = [
        event("Entered", "Detect", 1.0),
        event("Exited", "Detect", 1.5),
        event("Entered", "Restore", 2.0),
        event("Entered", "Record", 2.25),
        event("Exited", "Record", 2.5),
        event("Exited", "Restore", 3.0),
    ]
    assert durations(history) == {"Detect": 0.5, "Record": 0.25, "Restore": 1.0}


@pytest.mark.parametrize(
    ("session", "state"),
    [
        ("arn:aws:sts::123456789012:assumed-role/aiops-DetectRole1A2B/aiops-Detect", "Detect"),
        ("arn:aws:sts::123456789012:assumed-role/aiops-recovery-us-east-1/aiops-0123456789abcdef", "Restore"),
        ("arn:aws:sts::123456789012:assumed-role/somebody/demo", ""),
        ("", ""),
    ],
)
def test_a_call_is_counted_for_the_state_whose_session_makes_it(session: str, state: str) -> None:
    assert function(session) == state
