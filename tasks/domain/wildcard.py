"""Patterns of the policy: `*` stands for any run of characters, nothing else is special."""

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase


def fits(text: str, patterns: Iterable[str]) -> str:
    """The first pattern that the text fits, or an empty text."""
    return next((pattern for pattern in patterns if fnmatchcase(text, re.sub(r"[\[?]", r"[\g<0>]", pattern))), "")
