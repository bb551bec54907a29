"""anomalies logs: groups and windows of a log against a baseline."""

from pathlib import Path

import pytest

from command.laptop import run

ORDER = ["{} opened by alice@example.org", "{} paid 12 EUR", "{} shipped in 3 boxes"]


def log(path: Path, orders: dict[str, list[str]]) -> Path:
    path.write_text("".join(line.format(name) + "\n" for name, lines in orders.items() for line in lines))
    return path


@pytest.fixture
def baseline(tmp_path: Path) -> Path:
    return log(tmp_path / "normal.log", {f"order-{number}": ORDER for number in range(300)})


def test_each_group_is_answered_in_order_with_reasons_and_a_redacted_example(tmp_path: Path, baseline: Path) -> None:
    declined = [ORDER[0], "{} card 4111111111111111 declined, token=s3cr3t"]
    file = log(tmp_path / "a.log", {"order-1": ORDER, "order-x": declined, "order-2": ORDER})
    said = run("anomalies", "logs", file, "--baseline", baseline, "--group-by", r"^(order-\w+)")
    assert [(one["group"], one["anomalous"]) for one in said.lines] == [
        ("order-1", False),
        ("order-x", True),
        ("order-2", False),
    ]
    kinds = {one["kind"] for one in said.lines[1]["reasons"]}
    assert kinds == {"new pattern", "vanished pattern"}
    assert "declined" in said.lines[1]["reasons"][0]["example"]
    for secret in ("4111", "s3cr3t", "alice@"):
        assert secret not in said.out


def windows(path: Path, *, minutes: int, extra: dict[int, list[str]]) -> Path:
    lines = []
    for minute in range(minutes):
        moment = f"2026-03-{2 + minute // 1440:02}T{minute // 60 % 24:02}:{minute % 60:02}:07Z"
        lines += [f"{moment} INFO served request {minute} in 3 ms\n"] * 5
        lines += [f"{moment} {line}\n" for line in extra.get(minute, [])]
    path.write_text("".join(lines))
    return path


def test_a_window_with_a_new_pattern_is_told_since_when(tmp_path: Path) -> None:
    normal = windows(tmp_path / "normal.log", minutes=600, extra={})
    broken = {minute: ["ERROR pool exhausted"] * 3 for minute in (31, 36)}
    file = windows(tmp_path / "a.log", minutes=60, extra=broken)
    said = run("anomalies", "logs", file, "--baseline", normal, "--window", "5m").lines
    assert len(said) == 12
    told = [(one["group"], one["reasons"][0]["kind"], one["reasons"][0]["since"]) for one in said if one["anomalous"]]
    first = "2026-03-02T00:30:00.000Z"
    assert told == [(first, "new pattern", first), ("2026-03-02T00:35:00.000Z", "new pattern", first)]


def test_silence_is_told_as_a_vanished_pattern(tmp_path: Path) -> None:
    file = windows(tmp_path / "a.log", minutes=600, extra={})
    kept = [line for line in file.read_text().splitlines(keepends=True) if "T08:" not in line]
    file.write_text("".join(kept))
    silent = [one for one in run("anomalies", "logs", file).lines if one["anomalous"]]
    assert [one["group"][11:13] for one in silent] == ["08"] * 12
    assert {reason["kind"] for one in silent for reason in one["reasons"]} == {"vanished pattern"}


def test_a_plot_is_a_picture(tmp_path: Path) -> None:
    file = windows(tmp_path / "a.log", minutes=300, extra={280: ["ERROR pool $x$ exhausted"] * 3})
    picture = tmp_path / "p.png"
    assert run("anomalies", "logs", file, "--plot", picture).status == 0
    assert picture.read_bytes().startswith(b"\x89PNG")


BAD = {
    "a plot of groups": (["--group-by", "x", "--baseline", "FILE", "--plot", "FILE"], "--plot: draws windows"),
    "no expression": (["--group-by", "(", "--baseline", "FILE"], "no regular expression"),
    "no baseline": (["--group-by", "x"], "--baseline"),
    "no group": (["--group-by", "nowhere", "--baseline", "FILE"], "no line matches"),
    "no width": (["--window", "soon"], "5m"),
    "no moments": ([], "when it was written"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_used_is_said_in_one_line(baseline: Path, case: str) -> None:
    arguments, words = BAD[case]
    said = run("anomalies", "logs", baseline, *(str(baseline) if one == "FILE" else one for one in arguments))
    assert (said.status, said.out) == (2, "")
    assert words in said.err
    assert said.err.count("\n") == 1
