"""patterns: a log on a laptop, whatever it holds."""

import gzip
from pathlib import Path

import pytest

from command.laptop import run

LOG = "".join(f"worker {number} picked job {number * 7}\n" for number in range(5)) + "queue is empty\n"


def test_the_most_frequent_pattern_comes_first(tmp_path: Path) -> None:
    (file := tmp_path / "a.log").write_text(LOG)
    told = [(one["count"], one["template"]) for one in run("patterns", file, "--json").lines]
    assert told == [(5, "worker <*> picked job <*>"), (1, "queue is empty")]


@pytest.mark.parametrize("packed", [False, True])
def test_assign_gives_each_line_its_pattern(tmp_path: Path, packed: bool) -> None:
    (file := tmp_path / "a.log").write_bytes(gzip.compress(LOG.encode()) if packed else LOG.encode())
    ids = run("patterns", file, "--assign").out.splitlines()
    counts = {one["id"]: one["count"] for one in run("patterns", file, "--json").lines}
    assert {each: ids.count(each) for each in ids} == counts
    assert ids == [ids[0]] * 5 + [ids[5]]


def test_an_endless_line_and_noise_are_lines(tmp_path: Path) -> None:
    (file := tmp_path / "a.log").write_bytes(b"y" * 3_000_000 + b"\n\xff\x00\xfe\x01\n\nlast")
    said = run("patterns", file, "--assign")
    assert said.status == 0
    assert len(said.out.splitlines()) >= 4


def test_an_empty_file_is_said_to_be_empty(tmp_path: Path) -> None:
    (file := tmp_path / "a.log").write_text("")
    said = run("patterns", file)
    assert (said.status, said.out) == (0, "")
    assert "no lines" in said.err


def test_a_file_that_cannot_be_read_is_bad_input(tmp_path: Path) -> None:
    (torn := tmp_path / "a.gz").write_bytes(gzip.compress(LOG.encode())[:-9])
    for file in (torn, tmp_path, tmp_path / "missing"):
        said = run("patterns", file)
        assert said.status == 2
        assert str(file) in said.err
        assert said.err.count("\n") == 1
