"""Whether confidence means something: what was predicted, beside how often the fix was verified."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tasks.domain.payload import Json

BINS = 10


@dataclass(frozen=True)
class Row:
    """Of the predictions from `low` to `high`: how many, their mean, and the share whose fix was verified."""

    low: float
    high: float
    cases: int
    predicted: float
    verified: float


def bin_of(predicted: float) -> int:
    """The number of a prediction's bin, 0 to 9."""
    return min(BINS - 1, int(predicted * BINS + 1e-9))


def table(counted: Mapping[str, Json]) -> Iterator[Row]:
    """The reliability table; `counted` maps a bin's number to cases, verified, and the predictions' sum."""
    for number in range(BINS):
        if one := counted.get(str(number)):
            cases = int(one["cases"])
            rates = float(one["predicted"]) / cases, int(one["verified"]) / cases
            yield Row(number / BINS, (number + 1) / BINS, cases, *rates)


def error(rows: list[Row]) -> float | None:
    """The expected calibration error: the mean distance of predicted and verified, by cases; None without any."""
    cases = sum(row.cases for row in rows)
    return sum(row.cases * abs(row.predicted - row.verified) for row in rows) / cases if cases else None
