"""How likely something fails within the hour, from what is unusual now, since when, and what followed before."""

import re
from collections.abc import Mapping, Sequence

from tasks.domain.logs.anomaly import MIX, NEW_PATTERN, ORDER, VANISHED, Anomaly

ALERT = 0.7
EACH = 0.45  # the most that one anomaly in one window says by itself: one alone never alerts
KEPT = 0.9  # of a window's weight, a window later
REMEMBERED = 6  # windows
PRIOR = 4.0  # earlier episodes that the evidence at hand is worth

# What a template says about harm: (words, how much).
_HARM = (
    (
        r"fatal|panic|crash|out of memory|oom|corrupt|segfault|exhaust|exceed|unavailable|refused|deadlock|overflow"
        r"|error|exception|fail|timed? ?out|denied|abort|killed|cannot|can't|unable|lost|no space|full",
        1.0,
    ),
    (r"warn|retr|slow|degrad|throttl|backoff|late|delay|queue|pending|pressure|high|reconnect|expire", 0.8),
)
_BY_KIND = {VANISHED: 0.7, MIX: 0.5, ORDER: 0.5, NEW_PATTERN: 0.3}


def harm(anomaly: Anomaly, template: str) -> float:
    """0..1: how much an anomaly is about something going wrong; fewer errors are no harm."""
    words = next((weight for words, weight in _HARM if re.search(words, template, re.IGNORECASE)), 0.0)
    if anomaly.less:
        return 0.0 if words else _BY_KIND.get(anomaly.kind, 0.3)
    return max(words, _BY_KIND.get(anomaly.kind, 0.3))


def evidence(anomalies: Sequence[Anomaly], templates: Mapping[str, str]) -> float:
    """0..1: what one window says of a failure to come."""
    against = 1.0
    for one in anomalies[:REMEMBERED]:
        strength = min(1.0, one.score / (2.0 if one.kind == NEW_PATTERN else 6.0))
        against *= 1 - EACH * strength * harm(one, templates.get(one.pattern, ""))
    return 1 - against


def probability(evidences: Sequence[float], *, episodes: int, failures: int) -> float:
    """From the windows' evidence, the newest last, and how many episodes like this were followed by failures."""
    against = 1.0
    for age, one in enumerate(reversed(evidences[-REMEMBERED:])):
        against *= 1 - one * KEPT**age
    return (PRIOR * (1 - against) + failures) / (PRIOR + episodes)
