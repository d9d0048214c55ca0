"""Markdown of models made into HTML that is inert: no raw HTML, no images, links to the web and to mail only."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from runs.rendering.hostile import visible

MAX_CHARS = 40_000
MAX_SECONDS = 0.25
MAX_NESTING = 20
# The page, the drawer and its sections have headings of the levels before.
FIRST_HEADING = 4
LAST_HEADING = 6

_TAGS = frozenset(
    {"a", "blockquote", "br", "code", "em", "hr", "li", "ol", "p", "pre", "s", "strong", "ul"}
    | {"table", "tbody", "td", "th", "thead", "tr", "h4", "h5", "h6"}
)
_SCHEMES = frozenset({"http", "https", "mailto"})


class TooMuch(Exception):
    """The text is too long, or too tangled, to be rendered in the time that a page has."""


def render_markdown(text: str) -> SafeString:
    """HTML of the text. Raises `TooMuch` beyond `MAX_CHARS` or `MAX_SECONDS`; show such text plainly."""
    if len(text) > MAX_CHARS:
        raise TooMuch(f"more than {MAX_CHARS} characters")
    try:
        html = _PARSER.render(visible(text), {"deadline": time.monotonic() + MAX_SECONDS})
    except RecursionError as error:
        raise TooMuch("nested too deeply") from error
    return mark_safe(_WALL.clean(html))  # noqa: S308  # this is what the sanitiser is for


class _Renderer(RendererHTML):
    """Writes an image as its words and its address, so that opening an item calls no other host."""

    def image(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
        token = tokens[index]
        words = self.renderInlineAsText(token.children or [], options, env)
        return str(escape(f"[image: {words}] ({token.attrGet('src') or ''})"))


class _Parser(MarkdownIt):
    """Takes for a link only what leads to the web or to mail."""

    def validateLink(self, url: str) -> bool:  # noqa: N802  # the library's name
        scheme, colon, _ = url.strip().partition(":")
        return bool(colon) and scheme.lower() in _SCHEMES


def _watch_clock(state: StateBlock | StateInline, *_: Any) -> bool:
    """A rule that matches nothing: the parser asks it at every step, and it ends the work when time is up."""
    if time.monotonic() > state.env["deadline"]:
        raise TooMuch(f"more than {MAX_SECONDS} s of work")
    return False


def _lower_headings(state: StateCore) -> None:
    """Give headings the levels below the page's own, each at most one deeper than the one it stands under."""
    above: list[int] = []
    for token in state.tokens:
        if token.type == "heading_open":
            level = int(token.tag[1])
            while above and above[-1] >= level:
                above.pop()
            above.append(level)
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(FIRST_HEADING - 1 + len(above), LAST_HEADING)}"


def _make_parser() -> MarkdownIt:
    parser = _Parser(
        "commonmark",
        {"html": False, "linkify": False, "maxNesting": MAX_NESTING},
        renderer_cls=_Renderer,
    )
    parser.enable(["table", "strikethrough"])
    parser.disable(["html_block", "html_inline"])
    parser.block.ruler.before("code", "clock", _watch_clock, {"alt": ["paragraph", "blockquote", "list"]})
    parser.inline.ruler.before("text", "clock", _watch_clock)
    parser.core.ruler.push("lower_headings", _lower_headings)
    return parser


_PARSER = _make_parser()
_WALL = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags={"script", "style"},
    attributes={"*": set(), "a": {"href"}, "ol": {"start"}},
    url_schemes=_SCHEMES,
    url_relative="deny",
    link_rel="noopener nofollow",
    strip_comments=True,
)
