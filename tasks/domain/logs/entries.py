"""From raw lines to what they say: records, headers, colours, stack traces, binary and endless lines."""

import json
import re
from typing import Any

LONGEST = 1_500  # characters of a line that count
BINARY = "(binary)"
# As the common loggers name them: Serilog's rendered message before its template, GELF, journald, OpenTelemetry.
MESSAGE = (
    *("message", "msg", "Message", "MESSAGE", "@m", "RenderedMessage", "@mt", "MessageTemplate", "short_message"),
    *("textPayload", "body", "log", "error", "err", "event", "text"),
)
LEVEL = ("level", "severity", "lvl", "levelname", "loglevel", "Level", "@l", "severityText")

_KEY_VALUE = re.compile(r"""(?:^|\s)(\w[\w.-]{0,50})=("(?:[^"\\]|\\.)*+"|[^\s"]*+)""")
_COLOUR = re.compile(r"\x1b\[[\d;]*[A-Za-z]")
# What a container's runtime puts before each line, of a stack trace too.
_CONTAINER = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d) std(?:out|err) [FP] ")
# Where it was written: syslog's moment and host (RFC 3164, 5424), and Kubernetes' moment, thread and line of code.
_SYSLOG = re.compile(
    r"""(?:<\d{1,3}>)?(?:[A-Z][a-z]{2}\ [ \d]\d\ \d\d:\d\d:\d\d\ [\w.-]+\ (?=kernel:\ |[^\s:\[]+\[\d+\]:\ )
    | 1\ [\dT:.Z+-]+\ [\w.-]+\ )""",
    re.VERBOSE,
)
_KLOG = re.compile(
    r"(?:[\w.-]+\[\d+\]: )?([DIWEF])\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ [\w.-]+:\d+\] (?:\"((?:[^\"\\]|\\.)*+)\"(?= |$))?"
)
# A frame, a cause or a heading of Java, JavaScript, .NET, Python, Go, Rust, PHP or Ruby.
_GOES_ON = re.compile(
    r"""\s+at\s | Caused\ by: | \s*\.\.\.\ \d+\ more | Traceback\ \(most | \s*File\ " | \s+\^ | During\ handling\ of
    | The\ above\ exception | goroutine\ \d+\ \[ | \[signal\ | \t\S+\.go:\d+ | created\ by\ \S+\. | stack\ backtrace:
    | Stack\ trace: | \s+(?:from\ )?\S+\.rb:\d+:in\s""",
    re.VERBOSE,
)


def bare(line: str) -> str:
    """A line without what a container's runtime puts before it."""
    header = _CONTAINER.match(line)
    return line[header.end() :] if header else line


def says(line: str) -> str:
    """The text of a line that patterns are made of: a record's level and message, the rest as it stands."""
    text = line[:LONGEST].strip()
    if "\x1b" in text:
        text = _COLOUR.sub("", text)
    if (not text.isprintable() or "\ufffd" in text) and sum(map(_readable, text)) < 0.9 * len(text):
        return BINARY
    record = _json(line.strip()) if text.startswith("{") else _key_values(text) if "msg=" in text else None
    if record:
        said = [str(record[key]) for names in (LEVEL, MESSAGE) if (key := next(filter(record.get, names), None))]
        return " ".join(said or (f"{key}: {value}" for key, value in sorted(record.items())))[:LONGEST]
    if header := _SYSLOG.match(text):
        text = text[header.end() :]
    if header := _KLOG.match(text):
        text = f"{header[1]} {header[2] or ''}{text[header.end() :]}"
    return text


def _readable(char: str) -> bool:
    return (char.isprintable() or char == "\t") and char != "\ufffd"


def goes_on(line: str) -> bool:
    """Whether a line is a part of the one before: a stack's frame or cause."""
    return _GOES_ON.match(line) is not None


def goes_on_inside(line: str) -> bool:
    """Whether what follows a part of a stack trace is one too: indented code, numbered frames, calls, empty lines."""
    head, _, _ = line.partition(" ")
    return line[:1] in " \t#" or line == "}" or ("(" in head and line.endswith(")"))


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
