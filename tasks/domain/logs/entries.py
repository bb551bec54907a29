"""From raw lines to what they say: JSON and key=value records, stack traces, binary and endless lines."""

import json
import re
from typing import Any

LONGEST = 1_500  # characters of a line that count
BINARY = "(binary)"
MESSAGE = ("message", "msg", "log", "error", "err", "event", "text")
LEVEL = ("level", "severity", "lvl", "levelname", "loglevel")

_KEY_VALUE = re.compile(r"""(?:^|\s)(\w[\w.-]{0,50})=("(?:[^"\\]|\\.)*+"|[^\s"]*+)""")
# A frame of Java, JavaScript or Python, or the next cause.
_GOES_ON = re.compile(
    r"\s+at\s|\s*File \"|Caused by:|\s*\.\.\. \d+ more|Traceback \(most|\s+\^|During handling of|The above exception"
)


def says(line: str) -> str:
    """The text of a line that patterns are made of: a record's level and message, the rest as it stands."""
    text = line[:LONGEST].strip()
    if (not text.isprintable() or "\ufffd" in text) and sum(map(_readable, text)) < 0.9 * len(text):
        return BINARY
    record = _json(line.strip()) if text.startswith("{") else _key_values(text) if "msg=" in text else None
    if record:
        said = [str(record[key]) for names in (LEVEL, MESSAGE) if (key := next(filter(record.get, names), None))]
        return " ".join(said or (f"{key}: {value}" for key, value in sorted(record.items())))[:LONGEST]
    return text


def _readable(char: str) -> bool:
    return (char.isprintable() or char == "\t") and char != "\ufffd"


def goes_on(line: str) -> bool:
    """Whether a line is a part of the one before: a stack's frame or cause."""
    return _GOES_ON.match(line) is not None


def _json(line: str) -> dict[str, Any] | None:
    """A JSON object with its objects flattened one level; None when it is none."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    flat = dict(found)
    for value in found.values():
        if isinstance(value, dict):
            flat = value | flat  # {"error": {"message": …}}: the outer wins
    return {key: value for key, value in flat.items() if not isinstance(value, dict | list)}


def _key_values(text: str) -> dict[str, Any] | None:
    return {key: value.strip('"') for key, value in _KEY_VALUE.findall(text)}
