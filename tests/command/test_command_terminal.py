"""What a file says never moves the cursor of the terminal that tells of it."""

import json
from pathlib import Path

import pytest
import yaml
from published import Json, sample

from aiops.demo.timeline import _line
from command.laptop import ROOT, run

CONTROL = "\x1b[2J\x1b]0;title\x07\u202eevil"
POLICY = yaml.safe_load((ROOT / "policy.yaml").read_text())


def escaped(path: Path, data: Json) -> Path:
    """As JSON, which YAML contains, with every control character escaped."""
    path.write_text(json.dumps(data))
    return path


def is_plain(text: str) -> bool:
    return all(char.isprintable() or char == "\n" for char in text)


def test_what_is_wrong_with_a_policy_is_plain(tmp_path: Path) -> None:
    said = run("policy", "check", escaped(tmp_path / "policy.yaml", {**POLICY, "recover": {CONTROL: {"action": "x"}}}))
    assert (said.status, is_plain(said.err), "evil" in said.err) == (2, True, True)


def test_what_a_policy_allows_is_plain(tmp_path: Path) -> None:
    meant = {**POLICY["intended"], "tags": [CONTROL]}
    said = run("policy", "check", escaped(tmp_path / "policy.yaml", {**POLICY, "intended": meant}))
    assert (said.status, is_plain(said.out), "evil" in said.out) == (0, True, True)


def test_what_is_wrong_with_a_list_of_managed_resources_is_plain(tmp_path: Path) -> None:
    events = escaped(tmp_path / "events.json", sample("health_event"))
    said = run("replay", events, "--managed", escaped(tmp_path / "managed.yaml", {CONTROL: "no"}))
    assert (said.status, is_plain(said.err), "evil" in said.err) == (2, True, True)


STARTED = {"input": json.dumps({"detail": {"eventName": CONTROL}})}
FAILED = {"error": CONTROL, "cause": CONTROL}
LEFT = {"name": "Detect", "output": json.dumps({"blocked": {"reason": CONTROL}})}


@pytest.mark.parametrize(
    "event",
    [
        {"type": "ExecutionStarted", "executionStartedEventDetails": STARTED},
        {"type": "ExecutionFailed", "executionFailedEventDetails": FAILED},
        {"type": "TaskStateExited", "stateExitedEventDetails": LEFT},
    ],
)
def test_the_demos_timeline_is_plain(event: Json) -> None:
    line = _line(event)
    assert (is_plain(line), "evil" in line) == (True, True)
