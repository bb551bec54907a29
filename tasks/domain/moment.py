"""Moments: seconds since 1970 inside, ISO 8601 UTC with milliseconds outside, so that text sorts as time does."""

from datetime import UTC, datetime


def iso(moment: float) -> str:
    """2026-01-31T12:00:00.000Z."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def seconds(text: str) -> float | None:
    """The moment that an ISO 8601 text names, None when it names none in UTC's years; without a zone it is UTC."""
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).timestamp()
    except (ValueError, OverflowError):
        return None
