"""One body of text ready for a template: rendered as wished or as suits it, cut when long."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString

from runs.rendering.detect import RenderMode, detect
from runs.rendering.json_view import NotJson, parse_json, render_json
from runs.rendering.markdown import TooMuch, render_markdown
from runs.rendering.plain import render_plain

CUT_AT = 20_000


@dataclass(frozen=True, slots=True)
class Body:
    """`mode` is how it is shown (never AUTO); `note` says why that is not what was wished."""

    mode: RenderMode
    html: SafeString
    size: int
    is_cut: bool = False
    note: str = ""

    @property
    def kilobytes(self) -> int:
        return max(1, round(self.size / 1_000))


def render_body(text: str, wanted: RenderMode = RenderMode.AUTO, *, size: int | None = None) -> Body:
    """Show `text`, of which only the first `CUT_AT` characters are taken.

    `size` is the length of the whole where `text` is only its beginning. A text that is cut is no longer JSON.
    """
    size = len(text) if size is None else size
    is_cut = size > CUT_AT
    text = text[:CUT_AT]
    mode = wanted if wanted in _RENDERERS else detect(text)
    try:
        return Body(mode, _RENDERERS[mode](text), size, is_cut)
    except NotJson:
        reason = "it is cut" if is_cut else "it is not valid JSON"
    except TooMuch as error:
        reason = f"rendering it takes {error}"
    return Body(RenderMode.PLAIN, render_plain(text), size, is_cut, f"Shown as plain text: {reason}.")


def _render_json_text(text: str) -> SafeString:
    return render_json(parse_json(text))


_RENDERERS = {
    RenderMode.MARKDOWN: render_markdown,
    RenderMode.JSON: _render_json_text,
    RenderMode.PLAIN: render_plain,
}
