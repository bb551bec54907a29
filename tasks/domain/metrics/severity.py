"""How bad an unusual value is: how rare it is, and whether it went the way that hurts."""

from tasks.domain.alarms import CONTEXTS, metric_context
from tasks.domain.metrics.detector import THRESHOLD

# -log10 of the chance. Our own bounds, as no standard grades rarity.
_LEVELS = (("critical", 16.0), ("high", 8.0), ("medium", 5.0), ("low", THRESHOLD))
_HARMLESS_AT_MOST = 6.0  # medium: a host that does less than usual is looked at, not run to
_HURTS_WHEN_FALLING = ("free", "available", "remaining", "healthy", "balance", "credit")


def severity(score: float, *, metric: str = "", up: bool = True) -> str:
    """critical, high, medium, low or normal, from a verdict's score and direction and the metric's name.

    A metric of a known context (CPU, memory, disk, network, response time) hurts when it rises, what is left of
    something when it falls; of any other metric both ways count alike.
    """
    falling = any(word in metric.lower() for word in _HURTS_WHEN_FALLING)
    known = falling or metric_context(metric) in CONTEXTS
    if known and up == falling:
        score = min(score, _HARMLESS_AT_MOST)
    return next((name for name, bound in _LEVELS if score > bound), "normal")
