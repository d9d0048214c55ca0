"""JSON is shown whole where it is small, folded where it is deep, and counted where it is endless."""

from __future__ import annotations

import json

import pytest

from runs.rendering.json_view import MAX_DEPTH, MAX_NODES, NotJson, parse_json, render_json


def test_numbers_are_shown_digit_by_digit_as_written() -> None:
    html = render_json(parse_json("[1.10, 12345678901234567890123, 1e400, 0.1000000000000000055]"))
    for number in ("1.10", "12345678901234567890123", "1e400", "0.1000000000000000055"):
        assert f'<span class="code-block__number">{number}</span>' in html


def test_keys_texts_and_words_are_told_apart() -> None:
    html = render_json({"name": "Ann", "done": True, "gone": None, "n": 2})
    assert (
        '<span class="code-block__key">&quot;name&quot;</span>: <span class="code-block__text">&quot;Ann&quot;' in html
    )
    assert '<span class="code-block__word">true</span>' in html
    assert '<span class="code-block__word">null</span>' in html
    assert '<span class="code-block__number">2</span>' in html


def test_the_outer_levels_are_open_and_the_inner_ones_folded() -> None:
    html = render_json(json.loads('{"a": {"b": {"c": {"d": {"e": 1}}}}}'))
    assert html.count('<details class="json" open>') == 3
    assert html.count('<details class="json">') == 2


@pytest.mark.parametrize(("value", "shown"), [({}, "{}"), ([], "[]"), ("", "&quot;&quot;")])
def test_what_is_empty_has_nothing_to_unfold(value: object, shown: str) -> None:
    html = render_json(value)
    assert shown in html
    assert "<details" not in html


def test_what_is_too_deep_is_counted() -> None:
    deep: object = 1
    for _ in range(MAX_DEPTH + 5):
        deep = [deep]
    html = render_json(deep)
    assert html.count("<details") == MAX_DEPTH + 1
    assert "… 1 entry not shown" in html


def test_what_is_too_long_is_counted() -> None:
    html = render_json(list(range(MAX_NODES * 3)))
    assert html.count("code-block__number") == MAX_NODES - 1
    assert f"… {MAX_NODES * 2 + 1:,} entries not shown" in html


@pytest.mark.parametrize("text", ["", "{", "nothing", "[" * 100_000, '{"a": 1} trailing', "[" + "1," * 200_000 + "1]"])
def test_what_is_not_json_or_too_much_of_it_says_so(text: str) -> None:
    with pytest.raises(NotJson):
        parse_json(text)
