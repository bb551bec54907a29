"""A log file in blocks of whole lines, gzipped or not; a progress bar on a terminal."""

import gzip
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

from rich.progress import Progress

from aiops.errors import BadInput

BLOCK = 1 << 20
_GZIP = b"\x1f\x8b"


def blocks(path: Path) -> Iterator[bytes]:
    """Blocks that end with whole lines; a longer line counts in parts. BadInput if it cannot be read."""
    try:
        with path.open("rb") as raw, Progress(transient=True, disable=not sys.stderr.isatty()) as progress:
            bar = progress.add_task(path.name, total=path.stat().st_size or None)
            packed = raw.peek(2)[:2] == _GZIP
            with gzip.open(raw) if packed else raw as file:
                rest = b""
                while block := file.read(BLOCK):
                    whole, newline, after = (rest + block).rpartition(b"\n")
                    if newline or len(after) >= BLOCK:
                        yield whole + newline if newline else after
                    rest = after if newline or len(after) < BLOCK else b""
                    progress.update(bar, completed=raw.tell())
                if rest:
                    yield rest
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror or error}") from error
    except (EOFError, zlib.error) as error:
        raise BadInput(f"{path}: the gzip file is damaged: {error}") from error
