"""How often something occurs in a window of time: an online, robust, seasonal estimate in a few numbers.

Counts are compared by their square roots, whose spread does not grow with them. A window far off moves the estimate
only a little, so that an outlier does not become normal and a drift does.
"""

import math
from datetime import UTC, datetime

Level = list[float]  # windows, mean and variance of the square roots
Rate = dict[str, Level]  # by season: "" is any time

ENOUGH = 24  # windows of a season before it is believed
MEMORY = {"": 2016, "season": 336}  # windows: a week of five minutes at any time, four weeks of one hour
POISSON = 0.25  # the variance of the square root of counts that come by chance
FAR = 3.0  # deviations at which a window is cut before it is learned


def season(moment: float) -> str:
    """The hour of the day, weekdays and weekends apart (UTC)."""
    at = datetime.fromtimestamp(moment, UTC)
    return f"{'weekend' if at.weekday() >= 5 else 'weekday'} {at.hour:02}"


def deviation(rate: Rate, count: float, moment: float) -> float:
    """The z-score of a window's count; 0 while too little is known."""
    level = _level(rate, moment)
    if level is None:
        return 0.0
    windows, mean, variance = level
    return (_root(count) - mean) / math.sqrt(max(variance, POISSON) * (1 + 1 / windows))


def expected(rate: Rate, moment: float) -> float:
    """The usual count of a window."""
    level = _level(rate, moment) or rate.get("") or [0.0, _root(0), 0.0]
    return max(0.0, level[1] ** 2 - 0.375)


def learn(rate: Rate, count: float, moment: float) -> None:
    """Let a window move the estimate, in its season and at any time."""
    for name, memory in (("", MEMORY[""]), (season(moment), MEMORY["season"])):
        level = rate.setdefault(name, [0.0, 0.0, 0.0])
        windows, mean, variance = level
        value, spread = _root(count), math.sqrt(max(variance, POISSON))
        if windows >= ENOUGH:
            value = min(max(value, mean - FAR * spread), mean + FAR * spread)
        step = 1 / min(windows + 1, memory)
        # Rounded, since hundreds of patterns with dozens of seasons are kept in one item.
        learned = mean + step * (value - mean), (1 - step) * (variance + step * (value - mean) ** 2)
        level[:] = [windows + 1, *(round(one, 5) for one in learned)]


def surprise(z: float) -> float:
    """-log10 of the probability of a deviation at least as large, at most 10."""
    return min(10.0, -math.log10(max(math.erfc(abs(z) / math.sqrt(2)), 1e-10)))


def _level(rate: Rate, moment: float) -> Level | None:
    for name in (season(moment), ""):
        if name in rate and rate[name][0] >= ENOUGH:
            return rate[name]
    return None


def _root(count: float) -> float:
    return math.sqrt(count + 0.375)
