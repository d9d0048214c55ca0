"""Patterns mean in RE2 what they mean in Python's `re`."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.heuristics.dialect import is_literal
from metrics.heuristics.regex_match import find

ATOMS = (
    *(
        r"\d",
        r"\D",
        r"\w",
        r"\W",
        r"\s",
        r"\S",
        r"[\d.]",
        r"[^\d]",
        r"[\s,]",
        r"[^\s]",
        r"[\w-]",
        r"[^\w]",
        r"[\s\S]",
        r"[\W_]",
        r"[^\D]",
        r"[\Sé]",
    ),
    *(".", "a", "B", "9", r"\.", r"\\", r"\u00e9", r"\x41", "[]a]", "[^]a]", r"[\]a]", "[a$]", "(?:ab|é)", "(a)", "ß"),
)
REPEATS = ("", "", "", "*", "+", "?", "{2}", "{,2}", "{1,}", "*?")
TEXTS = st.text(alphabet="aAbB9 .,-_\\$]\t\n\x0b\x1c\x85é٣ßΩ日²½\u2028\u200b", max_size=12)
PIECES = st.builds("".join, st.tuples(st.sampled_from(ATOMS), st.sampled_from(REPEATS)))
PATTERNS = st.builds("".join, st.lists(PIECES, min_size=1, max_size=4))


@given(PATTERNS, TEXTS)
def test_patterns_find_the_same_as_in_python(pattern: str, text: str) -> None:
    found = re.search(pattern, text)
    assert find(pattern, text) == (found.span() if found else None)


@given(PATTERNS, TEXTS)
def test_anchored_patterns_decide_the_same_as_in_python(pattern: str, text: str) -> None:
    for anchored in (f"^{pattern}", rf"\A{pattern}", rf"{pattern}\Z", f"{pattern}$", f"(?m)^{pattern}$"):
        assert (find(anchored, text) is None) == (re.search(anchored, text) is None), anchored


@given(PATTERNS, st.text(alphabet="aAbB9 .,-_$]\t\n", min_size=1, max_size=12))
def test_word_boundaries_are_the_same_in_ascii_texts(pattern: str, text: str) -> None:
    for bounded in (rf"\b{pattern}", rf"{pattern}\b", rf"\B{pattern}"):
        found = re.search(bounded, text)
        assert find(bounded, text) == (found.span() if found else None), bounded


@given(st.text(min_size=1, max_size=5))
def test_escaped_text_finds_itself(text: str) -> None:
    assert find(re.escape(text), f"<{text}>") is not None


@pytest.mark.parametrize(("pattern", "text"), [(r"\bé", "é"), (r"é\B", "é")])
def test_the_differences_that_remain_are_the_documented_ones(pattern: str, text: str) -> None:
    assert (find(pattern, text) is None) != (re.search(pattern, text) is None)


def test_a_pattern_without_special_characters_is_a_plain_text() -> None:
    assert is_literal("Paris, 42%")
    assert not any(is_literal(f"a{character}") for character in r"\.^$*+?{}[]|()")
