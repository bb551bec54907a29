"""Example lines without what must not leave a log: secrets, and who it was about."""

import re

from tasks.domain.text import clean

HIDDEN = "[hidden]"

_SECRETS = re.compile(
    r"""
    (?P<name>\b[\w-]{0,40}(?:pass(?:word|wd|phrase)?|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential
        |authorization|cookie|session[_-]?id|signature)[\w-]{0,20}["']?\s*[:=]\s*)
        (?:(?:bearer|basic)\s+)?(?:"[^"]*"|'[^']*'|[^\s,;&"']+)
    | \b(?:A3T[A-Z0-9]|AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,}\b      # AWS keys and principals
    | \beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*                         # a JWT
    | \b(?:bearer|basic)\s+[\w.~+/-]{8,}=*
    | (?<=://)[^\s/:@]+:[^\s/@]+(?=@)                           # user:password@host
    | -----BEGIN[^-]+-----.*
    | \b[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+                       # a mail address
    | \b(?:\d[ -]?){12,15}\d\b                                  # a card's number
    | \b(?=[\w+/]*\d)(?=[\w+/]*[A-Z])(?=[\w+/]*[a-z])[\w+/]{32,}={0,2}  # a long random text
    """,
    re.VERBOSE | re.IGNORECASE,
)


def redacted(line: str, limit: int = 200) -> str:
    """One plain line for people's eyes, with secrets, mail addresses and card numbers hidden."""
    return clean(_SECRETS.sub(lambda found: (found["name"] or "") + HIDDEN, line[:2_000]), limit)
