"""Example lines without what must not leave a log: secrets, and who it was about."""

import re
from typing import Any

from tasks.domain.text import clean

HIDDEN = "[hidden]"

_NAMED = (
    "(?:pass(?:word|wd|phrase)?|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential|authorization|cookie"
    "|session[_-]?id|signature)"
)
_NAMES = re.compile(_NAMED, re.IGNORECASE)
# How a list spells a name with its value: {"Name": "DB_PASSWORD", "Value": "..."}.
_NAME, _VALUE = (
    re.compile(r"(?:parameter)?(?:name|key)", re.IGNORECASE),
    re.compile("(?:parameter)?value", re.IGNORECASE),
)
_SECRETS = re.compile(
    r"""
    (?P<name>\b[\w-]{0,40}NAMED[\w-]{0,20}["']?\s*[:=]\s*)
        (?:(?:bearer|basic)\s+)?(?:"[^"]*"|'[^']*'|[^\s,;&"']+)
    | \b(?:A3T[A-Z0-9]|AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,}\b      # AWS keys and principals
    | \beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*                         # a JWT
    | \b(?:bearer|basic)\s+[\w.~+/-]{8,}=*
    | (?<=://)[^\s/:@]+:[^\s/@]+(?=@)                           # user:password@host
    | -----BEGIN[^-]+-----.*
    | \b[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+                       # a mail address
    | \b(?:\d[ -]?){12,15}\d\b                                  # a card's number
    | \b(?=[\w+/]*\d)(?=[\w+/]*[A-Z])(?=[\w+/]*[a-z])[\w+/]{32,}={0,2}  # a long random text
    """.replace("NAMED", _NAMED),
    re.VERBOSE | re.IGNORECASE,
)


def hidden(value: Any) -> Any:
    """JSON data with secrets hidden: what a text says, and whatever stands under a name that says so."""
    if isinstance(value, str):
        return _hide(value)
    if isinstance(value, dict):
        telling = any(_NAME.fullmatch(str(key)) and _NAMES.search(str(item)) for key, item in value.items())
        return {
            _hide(str(key)): HIDDEN if isinstance(item, str) and _secret(str(key), telling) else hidden(item)
            for key, item in value.items()
        }
    return [hidden(item) for item in value] if isinstance(value, list) else value


def _secret(key: str, telling: bool) -> bool:
    """Whether a secret stands under a key; `telling` says that another key names it one."""
    return bool(_NAMES.search(key) or (telling and _VALUE.fullmatch(key)))


def redacted(line: str, limit: int = 200) -> str:
    """One plain line for people's eyes, with secrets, mail addresses and card numbers hidden."""
    return clean(_hide(line[:2_000]), limit)


def _hide(text: str) -> str:
    return _SECRETS.sub(lambda found: (found["name"] or "") + HIDDEN, text)
