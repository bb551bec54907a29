"""What is kept of evidence when there is too much of it."""

from hypothesis import given
from hypothesis import strategies as st

from tasks.domain.evidence import fit

LINES = st.lists(st.text(max_size=40), max_size=30)
FOUND = st.dictionaries(st.sampled_from(["i-1", "i-2", "db"]), st.dictionaries(st.sampled_from("abc"), LINES))


def test_what_fits_stays_as_it_is() -> None:
    found = {"i-1": {"console": ["one", "two"], "CPU": []}}
    assert fit(found, 6) == found


def test_of_too_much_the_older_half_goes_from_every_source() -> None:
    found = {"i-1": {"console": ["1", "2", "3", "4"]}, "i-2": {"console": ["5", "6"]}}
    assert fit(found, 3) == {"i-1": {"console": ["3", "4"]}, "i-2": {"console": ["6"]}}


def test_a_single_line_that_is_too_long_goes_as_well() -> None:
    assert fit({"i-1": {"console": ["x" * 10]}}, 5) == {"i-1": {"console": []}}


@given(FOUND, st.integers(0, 400))
def test_what_is_kept_is_the_end_of_each_source_and_fits(found: dict[str, dict[str, list[str]]], most: int) -> None:
    kept = fit(found, most)
    assert sum(len(line) for sources in kept.values() for lines in sources.values() for line in lines) <= most
    for arn, sources in found.items():
        for source, lines in sources.items():
            assert lines[len(lines) - len(kept[arn][source]) :] == kept[arn][source]
