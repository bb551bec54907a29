"""When a line was written, as far as it says so, whatever the format."""

import re
from datetime import UTC, datetime

from tasks.domain.moment import seconds

WITHIN = 300  # characters at the beginning of a line in which its moment is looked for

_ISO = re.compile(r"(\d{4})[-/](\d\d)[-/](\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))?\s?(Z|[+-]\d\d:?\d\d)?")
_WEB = re.compile(r"(\d\d)/([A-Z][a-z]{2})/(\d{4}):(\d\d:\d\d:\d\d) ([+-]\d{4})")
_SYSLOG = re.compile(r"(?:^|\s)([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d\d:\d\d:\d\d)(?: (\d{4}))?")
_EPOCH = re.compile(r"(?<![\w.-])(1\d{9})(\d{3})?(?![\w-])")
_NO_YEAR = "2000"  # syslog names none; only differences count


def moment(line: str) -> float | None:
    """Seconds since 1970, None if the line names no moment. Syslog's have no year: 2000 is taken."""
    head = line[:WITHIN]
    if found := _ISO.search(head):
        year, month, day, clock, fraction, zone = found.groups()
        return seconds(f"{year}-{month}-{day}T{clock}.{(fraction or '0')[:6].ljust(6, '0')}{zone or ''}")
    if found := _WEB.search(head):
        return _written(" ".join(found.groups()), "%d %b %Y %H:%M:%S %z")
    if found := _SYSLOG.search(head):
        month, day, clock, year = found.groups()
        return _written(f"{day} {month} {year or _NO_YEAR} {clock} +0000", "%d %b %Y %H:%M:%S %z")
    if found := _EPOCH.search(head):
        return float(found[1]) + float(found[2] or 0) / 1000
    return None


def _written(text: str, form: str) -> float | None:
    try:
        return datetime.strptime(text, form).astimezone(UTC).timestamp()
    except ValueError:
        return None
