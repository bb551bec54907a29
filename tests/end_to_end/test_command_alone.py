"""What keeps the engine from running or the stack from being deployed is said in one line."""

import socket
from pathlib import Path

import pytest

from end_to_end.command import Command


def one_line(command: Command, status: int) -> str:
    """What it says, once it has ended with this exit status, left nothing running and no file."""
    code, _, err = command.end()
    assert code == status, err
    [line] = err.splitlines()
    assert line.startswith("aiops")
    assert command.processes() == []
    assert list(command.temporary.iterdir()) == []
    return line


def test_a_port_in_use(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = one_line(Command("up", "--port", str(port), temporary=tmp_path), status=1)
    assert f"port {port} of 127.0.0.1 cannot be used" in line


def test_a_scenario_that_there_is_not(tmp_path: Path) -> None:
    assert "no scenario nosuch" in one_line(Command("demo", "nosuch", temporary=tmp_path), status=2)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A directory for an interpreter beside which there is no Node."""
    directory = tmp_path / "bin"
    directory.mkdir()
    return directory


@pytest.mark.parametrize("words", [["demo", "stopped"], ["up"]], ids=" ".join)
def test_no_node(tmp_path: Path, elsewhere: Path, words: list[str]) -> None:
    (temporary := tmp_path / "temporary").mkdir()
    assert "npx is not to be found" in one_line(Command(*words, temporary=temporary, path=elsewhere), status=1)


def test_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """npm has never fetched anything, and nobody answers."""
    (temporary := tmp_path / "temporary").mkdir()
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:1")
    line = one_line(Command("demo", "stopped", temporary=temporary), status=1)
    assert "cannot fetch aws-cdk" in line
    assert "is there a network?" in line
