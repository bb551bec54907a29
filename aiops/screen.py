"""Tables on a terminal, folded to its width, or plain aligned text for a file or a pipe; no cell is markup."""

import sys
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text


def show_table(rows: Iterable[Sequence[str]], *, columns: Sequence[str] = ()) -> None:
    """Print rows of plain text, under a header if there are `columns`."""
    if not sys.stdout.isatty():
        lines = [columns, *rows] if columns else list(rows)
        widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
        for line in lines:
            print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
        return
    table = Table(*columns, box=None, pad_edge=False, show_header=bool(columns))
    for row in rows:
        table.add_row(*(Text(cell, overflow="fold") for cell in row))
    Console().print(table)
