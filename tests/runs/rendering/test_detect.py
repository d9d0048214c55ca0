"""A text is shown in the way that suits it; a choice by the reader wins."""

from __future__ import annotations

import pytest

from runs.rendering.body import CUT_AT, render_body
from runs.rendering.detect import RenderMode, detect, wanted_mode


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        ('{"a": 1}', RenderMode.JSON),
        (" \n[1, 2]", RenderMode.JSON),
        ('{"a": 1', RenderMode.PLAIN),
        ("18", RenderMode.PLAIN),
        ('"quoted"', RenderMode.PLAIN),
        ("", RenderMode.PLAIN),
        ("2 * 3 * 4 = 24 and #1 of 5 - really", RenderMode.PLAIN),
        ("- one thing", RenderMode.PLAIN),
        ("# Title\ntext", RenderMode.MARKDOWN),
        ("Steps:\n\n1. first\n2. second", RenderMode.MARKDOWN),
        ("- one\n- two", RenderMode.MARKDOWN),
        ("Call `len()` first", RenderMode.MARKDOWN),
        ("```\ncode\n```", RenderMode.MARKDOWN),
        ("that is **bold**", RenderMode.MARKDOWN),
        ("|a|b|\n|---|---|\n|1|2|", RenderMode.MARKDOWN),
        ("see [there](https://a.example)", RenderMode.MARKDOWN),
        ("[not json] but a note", RenderMode.PLAIN),
    ],
)
def test_the_signs_in_a_text_tell_how_to_show_it(text: str, mode: RenderMode) -> None:
    assert detect(text) == mode


def test_the_choice_of_the_reader_wins() -> None:
    assert render_body("**a**", RenderMode.PLAIN).html == "**a**"
    assert "<strong>a</strong>" in render_body("**a**").html
    assert render_body('{"a": 1}', RenderMode.MARKDOWN).mode == RenderMode.MARKDOWN


def test_a_way_that_does_not_exist_is_no_choice() -> None:
    assert wanted_mode("pdf") == wanted_mode(None) == wanted_mode("") == RenderMode.AUTO


def test_text_that_is_not_json_is_shown_plainly_with_the_reason() -> None:
    body = render_body("no json", RenderMode.JSON)
    assert (body.mode, body.html) == (RenderMode.PLAIN, "no json")
    assert body.note == "Shown as plain text: it is not valid JSON."


def test_a_long_text_is_cut_and_says_how_long_it_is() -> None:
    body = render_body("x" * (CUT_AT + 5_000))
    assert body.is_cut
    assert len(body.html) == CUT_AT
    assert body.kilobytes == 25


def test_the_beginning_of_a_longer_text_knows_the_whole_size() -> None:
    body = render_body("x" * CUT_AT, size=1_000_000)
    assert (body.is_cut, body.kilobytes) == (True, 1_000)
