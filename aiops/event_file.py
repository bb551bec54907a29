"""Recorded events from a file: JSON Lines, one object, an array or CloudTrail's {"Records": [...]}; gzipped or not."""

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path
from typing import Any

from aiops.errors import BadInput

_GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class NotJson:
    """A line among others that is no JSON."""

    text: str
    why: str


def events(path: Path) -> Iterator[Any]:
    """Each event in order, a NotJson for a line that is none. BadInput when the file cannot be read or holds no JSON.

    Lines are read as they are needed; anything else is read at once.
    """
    try:
        with path.open("rb") as file:
            packed = file.peek(2)[:2] == _GZIP
            with gzip.open(file) if packed else file as lines:
                yield from _events(path, lines)
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror or error}") from error
    except (EOFError, zlib.error) as error:
        raise BadInput(f"{path}: the gzip file is damaged: {error}") from error


def _events(path: Path, file: BufferedIOBase) -> Iterator[Any]:
    head = b""
    for line in file:
        head += line
        if line.strip():
            break
    else:
        return
    first = _parse(line, number := head.count(b"\n") or 1)
    if isinstance(first, NotJson):
        yield from _document_or_lines(path, head + file.read())
        return
    following = ((number, line) for number, line in enumerate(file, number + 1) if line.strip())
    second = next(following, None)
    if second is None:
        yield from _inside(first)
        return
    yield first
    yield _parse(second[1], second[0])
    for number, line in following:
        yield _parse(line, number)


def _document_or_lines(path: Path, text: bytes) -> Iterator[Any]:
    """A document may span lines; lines are such if at least one of them is a JSON object."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        lines = [_parse(line, number) for number, line in enumerate(text.split(b"\n"), 1) if line.strip()]
        if not any(isinstance(line, dict) for line in lines):
            raise BadInput(f"{path}: {_why(error, text, 1)}") from error
        yield from lines
    else:
        yield from _inside(document)


def _inside(document: Any) -> list[Any]:
    if isinstance(document, dict) and isinstance(document.get("Records"), list):
        return list(document["Records"])
    return document if isinstance(document, list) else [document]


def _parse(line: bytes, number: int) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        return NotJson(line.decode(errors="replace"), _why(error, line, number))


def _why(error: ValueError | RecursionError, text: bytes, number: int) -> str:
    """`number` is the line on which the text begins."""
    if isinstance(error, json.JSONDecodeError):
        return f"line {number + error.lineno - 1}: not JSON: {error.msg} (column {error.colno})"
    if isinstance(error, UnicodeDecodeError):
        before = text[: error.start].count(b"\n")
        return f"line {number + before}: not JSON: no UTF-8"
    return f"line {number}: not JSON: {'nested too deep' if isinstance(error, RecursionError) else error}"
