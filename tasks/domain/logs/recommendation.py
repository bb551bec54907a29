"""What should be done about a failure that is foreseen, and how soon: from what the unusual patterns speak of."""

import re
from collections.abc import Iterable

NOW, SOON = "now", "within the hour"
AT_ONCE = 0.9  # the probability from which on it is urgent
# What the agent could do itself.
RESTART, SCALE = "restart", "scale"

# What a template speaks of, what people can do, and which actions help; the first that fits is told, the narrower
# before the wider.
_ADVICE = (
    (r"memory|\boom\b|\bheap\b", "Give it more memory, or restart it, one host at a time.", (RESTART, SCALE)),
    (r"no space|disk|inode", "Free or add disk space.", ()),
    (r"pool|too many connections|connection left|max.?clients|file descriptors|too many open",
     "Look for what holds connections or handles and lets none go; scale out or restart, one host at a time.",
     (RESTART, SCALE)),
    (r"certificate|x509|\btls\b|\bssl\b", "Renew the certificate.", ()),
    (r"denied|unauthori[sz]ed|forbidden|credential|expired token|authenticat",
     "Look at what changed in permissions or credentials.", ()),
    (r"throttl|quota|rate exceeded|too many requests|backoff|queue|backlog|pending",
     "Lower the load or raise the limit: scale out, or slow the callers down.", (SCALE,)),
    (r"timed? ?out|refused|unreachable|unavailable|reset by peer|no route|resolve|\bdns\b",
     "Look at the service that it calls: is it up, reachable, and as fast as usual?", ()),
    (r"deadlock|lock wait|corrupt|checksum", "Look at the database or storage behind it before it is restarted.", ()),
)  # fmt: skip
_ELSE = "Look at these lines, and at what was changed or deployed just before they began."
_SILENT = "See whether it still runs: lines that always came have stopped."


def recommended(templates: Iterable[str], silent: bool) -> str:
    """One sentence; `silent`: all that is unusual is that there is less."""
    if silent:
        return _SILENT
    said = "\n".join(templates)
    return next((help_ for words, help_, _ in _ADVICE if re.search(words, said, re.IGNORECASE)), _ELSE)


def helps(templates: Iterable[str], silent: bool) -> list[str]:
    """Of RESTART and SCALE what helps against all that the templates speak of: a restart renews no certificate."""
    said = "" if silent else "\n".join(templates)
    each = [set(actions) for words, _, actions in _ADVICE if re.search(words, said, re.IGNORECASE)]
    return sorted(set.intersection(*each)) if each else []


def urgency(probability: float) -> str:
    return NOW if probability >= AT_ONCE else SOON
