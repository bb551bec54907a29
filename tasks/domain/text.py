"""Hostile text: everything from events, tags, logs and models is capped and stripped before it goes anywhere."""

import json
import re
import unicodedata
from typing import Any

_ESCAPES = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|.)")


def clean(text: str, limit: int = 200) -> str:
    """One line of plain text, at most `limit` characters: no escape sequences, control or invisible characters."""
    kept = str(text)
    if not kept.isprintable():  # nearly all text is, and has nothing to lose
        plain = _ESCAPES.sub("", kept)
        kept = "".join(
            " " if char.isspace() else char for char in plain if char.isspace() or unicodedata.category(char)[0] != "C"
        )
    squeezed = re.sub(r" +", " ", kept).strip()
    return squeezed if len(squeezed) <= limit else squeezed[: limit - 3] + "..."


def inert(text: str, limit: int = 300) -> str:
    """Clean text that no mail, chat or page renders: no tags, mentions, links or markup."""
    plain = clean(text, limit)
    # Links last: taking the others out or apart may join one.
    for live, dead in (
        ("*", ""),
        ("`", "'"),
        ("@", "(at)"),
        ("<", "\u2039"),
        (">", "\u203a"),
        ("://", ": //"),
        ("](", "] ("),
    ):
        plain = plain.replace(live, dead)
    return plain


def said(cause: str) -> str:
    """What went wrong in a state's Cause: Lambda's is JSON around the exception's message, possibly nested."""
    for _ in range(3):
        head, brace, rest = cause.partition("{")
        try:
            told = json.loads(brace + rest)["errorMessage"]
        except (ValueError, KeyError, TypeError):
            return cause
        cause = f"{head}{told}"
    return cause


def trim(value: Any, *, text: int = 2000, items: int = 60, depth: int = 12) -> Any:
    """JSON data with bounded strings, lists, objects and nesting, fit for UTF-8; what was cut says so.

    Numbers that a table would not give back as they are become text.
    """
    if isinstance(value, str):
        return _whole(value) if len(value) <= text else _whole(value[:text]) + "...(cut)"
    if isinstance(value, int | float):
        return value if _exact(value) else str(value)
    if depth == 0:
        return "...(cut)" if isinstance(value, dict | list) else value
    if isinstance(value, dict):
        return {
            _whole(str(key)[:text]): trim(item, text=text, items=items, depth=depth - 1)
            for key, item in list(value.items())[:items]
        }
    if isinstance(value, list):
        return [trim(item, text=text, items=items, depth=depth - 1) for item in value[:items]]
    return value


def _whole(text: str) -> str:
    """JSON may hold half of a surrogate pair, which Lambda cannot hand on."""
    return text if text.isascii() else text.encode(errors="replace").decode()


def _exact(number: float) -> bool:
    """Whether DynamoDB keeps a number: it has 38 digits and no infinity, and no float beyond 2^53 is exact."""
    if isinstance(number, int):
        return abs(number) < 10**38
    return number == 0 or 1e-100 < abs(number) < 2**53
