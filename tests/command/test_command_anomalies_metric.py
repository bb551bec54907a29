"""`aiops anomalies metric`: a verdict for each row, and one line for what cannot be read."""

import json
from pathlib import Path

import pytest

from command.laptop import run


def series(path: Path, days: int = 4, spike: bool = True) -> Path:
    """Five-minute rows that hardly vary, and a spike near the end."""
    lines = [
        f"2026-01-{1 + row // 288:02d} {row % 288 // 12:02d}:{row % 12 * 5:02d}:00,{row % 7}"
        for row in range(days * 288)
    ]
    if spike:
        lines[-20] = lines[-20].split(",")[0] + ",500"
    path.write_text("timestamp,value\n" + "\n".join(lines) + "\n")
    return path


def test_each_row_gets_a_verdict_and_the_spike_is_anomalous(tmp_path: Path) -> None:
    said = run("anomalies", "metric", str(series(tmp_path / "m.csv")))
    assert said.status == 0
    header, *rows = said.out.splitlines()
    assert header == "timestamp,value,score,anomalous"
    assert len(rows) == 4 * 288
    assert [row.split(",")[1] for row in rows if row.endswith(",1")] == ["500"]


def test_a_saved_state_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """One new row alone, after a state that learned the past, is flagged as it is within the whole file."""
    state = tmp_path / "state.json"
    run("anomalies", "metric", str(series(tmp_path / "m.csv", spike=False)), "--state", str(state))
    (tmp_path / "one.csv").write_text("timestamp,value\n2026-01-05 00:00:00,500\n")
    said = run(
        "anomalies", "metric", str(tmp_path / "one.csv"), "--state", str(state), "--json", "--name", "CPUUtilization"
    )
    [told] = [json.loads(line) for line in said.out.splitlines()]
    assert (told["anomalous"], told["direction"], told["severity"]) == (True, "up", "critical")


def test_a_plot_is_a_picture(tmp_path: Path) -> None:
    picture = tmp_path / "p.png"
    assert run("anomalies", "metric", str(series(tmp_path / "m.csv")), "--plot", str(picture)).status == 0
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_gaps_and_late_rows_are_counted_on_standard_error(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("timestamp,value\n1700000300,1\n1700000000,2\n1700000600,\n1700000900,NaN\n")
    said = run("anomalies", "metric", str(tmp_path / "m.csv"))
    assert said.status == 0
    assert len(said.out.splitlines()) == 5
    assert "2 rows without a value" in said.err
    assert "1 rows earlier" in said.err


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (b"", "no column timestamp"),
        (b"time,value\n1,2\n", "no column timestamp"),
        (b"timestamp,value\nyesterday,2\n", "line 2: 'yesterday'"),
        (b"timestamp,value\n1700000000,1\n1700000300,much\n", "line 3: 'much'"),
        (b"timestamp,value\n\xff\xfe\n", "no CSV text"),
    ],
)
def test_what_cannot_be_read_is_one_line_and_status_2(tmp_path: Path, text: bytes, names: str) -> None:
    (tmp_path / "m.csv").write_bytes(text)
    said = run("anomalies", "metric", str(tmp_path / "m.csv"))
    assert said.status == 2
    [line] = said.err.splitlines()
    assert names in line


def test_a_missing_file_is_one_line_and_status_2(tmp_path: Path) -> None:
    said = run("anomalies", "metric", str(tmp_path / "none.csv"))
    assert (said.status, len(said.err.splitlines())) == (2, 1)
