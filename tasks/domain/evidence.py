"""What is saved of a resource before it is changed, as lines of text per source, the newest last."""

from collections.abc import Mapping, Sequence

Lines = Mapping[str, Sequence[str]]


def fit(found: Mapping[str, Lines], most: int) -> dict[str, dict[str, list[str]]]:
    """The newest lines of each source: each time the older half goes, until all are at most `most` characters."""
    kept = {arn: {source: list(lines) for source, lines in sources.items()} for arn, sources in found.items()}
    every = [lines for sources in kept.values() for lines in sources.values()]
    while sum(len(line) for lines in every for line in lines) > most and any(every):
        for lines in every:
            del lines[: (len(lines) + 1) // 2]
    return kept
