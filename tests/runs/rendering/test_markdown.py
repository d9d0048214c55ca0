"""Markdown keeps its meaning and the page its outline."""

from __future__ import annotations

import re

from runs.rendering.markdown import render_markdown


def headings(text: str) -> list[str]:
    return re.findall(r"<(h\d)>", render_markdown(text))


def test_headings_stand_below_those_of_the_page_and_skip_no_level() -> None:
    assert headings("# A\n## B\n### C\n# D") == ["h4", "h5", "h6", "h4"]
    assert headings("### A\n# B\n##### C\n## D") == ["h4", "h4", "h5", "h5"]


def test_headings_deeper_than_html_has_stay_at_the_last_level() -> None:
    assert headings("# A\n## B\n### C\n#### D\n##### E") == ["h4", "h5", "h6", "h6", "h6"]


def test_an_underlined_heading_is_lowered_too() -> None:
    assert headings("A\n===\n\nB\n---") == ["h4", "h5"]


def test_code_keeps_every_character() -> None:
    html = render_markdown("```python\nif a < b and c:\n    return '&amp;'\n```")
    assert "<pre><code>if a &lt; b and c:\n    return '&amp;amp;'\n</code></pre>" in html


def test_lists_tables_and_emphasis_are_shown() -> None:
    html = render_markdown("3. **bold** and *soft* ~~gone~~\n\n| a | b |\n|---|--:|\n| 1 | 2 |")
    for piece in (
        '<ol start="3">',
        "<strong>bold</strong>",
        "<em>soft</em>",
        "<s>gone</s>",
        "<th>a</th>",
        "<td>2</td>",
    ):
        assert piece in html
