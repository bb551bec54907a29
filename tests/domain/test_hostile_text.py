"""Hostile text becomes short, plain and inert."""

import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.domain.text import clean, inert, said, trim

ANY = st.text(st.characters(exclude_categories=()), max_size=60)
LIVE = ("<", ">", "://", "](", "@", "`", "*")

CLEANED = [
    ("plain text", "plain text"),
    ("  a \t b\r\nc  ", "a b c"),
    ("\x1b[31mred\x1b[0m", "red"),
    ("\x1b]0;title\x07after", "after"),
    ("\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\", "link"),
    ("\x1b[2J\x1b[1;1Hhome", "home"),
    ("\x1bcreset", "reset"),
    ("\x9b31mred", "31mred"),
    ("a\x00b\x07c\x7fd", "abcd"),
    ("a\u202eb\u2066c\u200bd\ufeffe", "abcde"),
    ("a\u2028b\u2029c\x85d\xa0e", "a b c d e"),
    ("\ud800lone", "lone"),
    ("Grüße, 世界 🎉", "Grüße, 世界 🎉"),
    (None, "None"),
    (7, "7"),
]


@pytest.mark.parametrize(("text", "plain"), CLEANED)
def test_text_loses_escapes_controls_and_invisible_characters(text: Any, plain: str) -> None:
    assert clean(text) == plain


@given(ANY, st.integers(10, 50))
def test_clean_text_is_one_short_visible_line(text: str, limit: int) -> None:
    made = clean(text, limit)
    assert len(made) <= limit
    assert not any(unicodedata.category(char)[0] == "C" or char in "\n\r\u2028\u2029" for char in made)
    assert clean(made, limit) == made


@pytest.mark.parametrize(("length", "kept"), [(199, 199), (200, 200), (201, 200), (100_000, 200)])
def test_long_text_is_cut_and_says_so(length: int, kept: int) -> None:
    made = clean("x" * length)
    assert len(made) == kept
    assert made.endswith("...") == (length > 200)


DEFUSED = [
    "<script>alert(1)</script>",
    "<!channel> <@U123>",
    "[click](https://evil.example)",
    "https://evil.example",
    "http:*//evil.example",
    "http:*/*/evil.example",
    "[click]*(evil)",
    "*bold* `code` ```block```",
    "mail@evil.example @here",
]


@pytest.mark.parametrize("text", DEFUSED)
def test_inert_text_holds_no_live_markup(text: str) -> None:
    assert not [live for live in LIVE if live in inert(text)]


@given(st.text("<>:/[]()@`*h \n\x1b", max_size=40) | ANY)
def test_no_text_comes_alive_by_being_made_inert(text: str) -> None:
    assert not [live for live in LIVE if live in inert(text)]


def lambdas(message: str) -> str:
    return json.dumps({"errorMessage": message, "errorType": "NotRecovered", "stackTrace": []})


CAUSES = [
    (lambdas("it is gone"), "it is gone"),
    (f"NotRecovered: {lambdas('it is gone')}", "NotRecovered: it is gone"),
    (lambdas(f"States: {lambdas('it is gone')}"), "States: it is gone"),
    ("plain", "plain"),
    ("half {", "half {"),
    ('{"other": 1}', '{"other": 1}'),
    ("{[", "{["),
    ("", ""),
]


@pytest.mark.parametrize(("cause", "told"), CAUSES)
def test_a_cause_says_what_the_exception_said(cause: str, told: str) -> None:
    assert said(cause) == told


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | ANY,
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(ANY, inner, max_size=6),
    max_leaves=30,
)


def depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(depth, inner), default=0) if isinstance(value, dict | list) else 0


def widest(value: Any) -> int:
    inner = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return max([len(inner), *map(widest, inner)])


@given(JSON)
def test_trimmed_data_is_bounded_in_width_and_depth(value: Any) -> None:
    made = trim(value, text=5, items=3, depth=2)
    assert widest(made) <= 3
    assert depth(made) <= 2


def test_what_was_cut_says_so() -> None:
    assert trim({"a": "x" * 9, "b": {"c": {"d": 1}}}, text=4, depth=2) == {"a": "xxxx...(cut)", "b": {"c": "...(cut)"}}


@pytest.mark.parametrize("value", ["\ud800a", {"\udfff": ["\ud800"]}])
def test_what_no_encoding_can_write_is_replaced(value: Any) -> None:
    assert "?" in json.dumps(trim(value), ensure_ascii=False).encode().decode()


def test_what_fits_is_left_alone() -> None:
    value = {"a": [1, True, None, 2.5, "text"], "b": {"ç": "世界 🎉"}}
    assert trim(value) == value
