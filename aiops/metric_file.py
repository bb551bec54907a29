"""A metric's rows from a CSV file, each checked; a progress bar on a terminal."""

import csv
import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path

from rich.progress import Progress

from aiops.errors import BadInput
from tasks.domain.moment import seconds

COLUMNS = ("timestamp", "value")
# Epoch seconds end in the year 5138; larger numbers are milliseconds.
MILLISECONDS = 1e11


@dataclass(frozen=True)
class Row:
    """`at` in whole seconds since 1970 UTC; `value` is None where the file has an empty one or NaN."""

    timestamp: str
    at: int
    text: str
    value: float | None


def rows(path: Path) -> Iterator[Row]:
    """Every row of the file, in its order; BadInput with the line for what is no number or no moment."""
    try:
        with (
            path.open("rb") as raw,
            TextIOWrapper(raw, encoding="utf-8-sig", newline="") as file,
            Progress(transient=True, disable=not sys.stderr.isatty() or sys.stdout.isatty()) as progress,
        ):
            bar = progress.add_task(path.name, total=path.stat().st_size or None)
            table = csv.DictReader(file)
            missing = [name for name in COLUMNS if name not in (table.fieldnames or ())]
            if missing:
                raise BadInput(f"{path}: no column {' and no column '.join(missing)}: the first line names the columns")
            for number, row in enumerate(table):
                if number % 1000 == 0:
                    progress.update(bar, completed=raw.tell())
                yield _row(f"{path}, line {table.line_num}", row)
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror or error}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"{path}: no CSV text: {error}") from error


def _row(where: str, row: dict[str, str | None]) -> Row:
    timestamp, text = ((row[name] or "").strip() for name in COLUMNS)
    at = _moment(timestamp)
    if at is None:
        raise BadInput(f"{where}: {timestamp[:40]!r} is no moment (2026-01-31 12:00:00, or seconds since 1970)")
    try:
        value = float(text or "nan")
    except ValueError:
        raise BadInput(f"{where}: {text[:40]!r} is no number") from None
    return Row(timestamp, at, text, value if math.isfinite(value) else None)


def _moment(text: str) -> int | None:
    try:
        number = float(text)
    except ValueError:
        moment = seconds(text)
        return None if moment is None else int(moment)
    if not math.isfinite(number):
        return None
    return int(number / 1000 if number > MILLISECONDS else number)
