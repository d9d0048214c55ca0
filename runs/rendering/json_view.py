"""JSON shown as a tree that folds, with its tokens coloured, in bounded depth and size."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from metrics.scoring import JsonValue
from runs.rendering.hostile import visible

MAX_CHARS = 200_000
MAX_DEPTH = 24
MAX_NODES = 3_000
OPEN_DEPTH = 3


class NotJson(Exception):
    """The text is not JSON, or more of it than can be shown as a tree."""


class Number(str):
    """A number as it was written: no digit is lost to a float."""

    __slots__ = ()


def parse_json(text: str) -> JsonValue:
    """The value of the text, numbers as `Number`. Raises `NotJson`."""
    if len(text) > MAX_CHARS:
        raise NotJson(f"more than {MAX_CHARS} characters")
    try:
        return json.loads(text, parse_int=Number, parse_float=Number, parse_constant=Number)
    except (ValueError, RecursionError) as error:
        raise NotJson(str(error)) from error


def render_json(value: JsonValue, *, open_depth: int = OPEN_DEPTH) -> SafeString:
    """The value as nested `<details>`, the outer ones open; what is beyond the bounds is counted, not shown."""
    return mark_safe("".join(_Tree(open_depth).parts(value, 0)))  # noqa: S308  # every part is made by format_html


class _Tree:
    """One rendering: how many nodes it may still write."""

    def __init__(self, open_depth: int) -> None:
        self.left = MAX_NODES
        self.open_depth = open_depth

    def parts(self, value: JsonValue, depth: int) -> Iterator[str]:
        self.left -= 1
        if isinstance(value, dict) and value:
            yield from self._branch(((_key(name), part) for name, part in value.items()), len(value), "{}", depth)
        elif isinstance(value, list) and value:
            yield from self._branch((("", part) for part in value), len(value), "[]", depth)
        else:
            yield _leaf(value)

    def _branch(self, members: Iterable[tuple[str, JsonValue]], count: int, brackets: str, depth: int) -> Iterator[str]:
        noun = "key" if brackets == "{}" else "entry"
        yield format_html(
            '<details class="json"{}><summary>{} <span class="json__count">{}</span></summary>',
            mark_safe(" open") if depth < self.open_depth else "",
            brackets[0],
            _counted(count, noun),
        )
        shown = 0
        if depth < MAX_DEPTH:
            for label, part in islice(members, max(self.left, 0)):
                if self.left <= 0:
                    break
                shown += 1
                yield f'<div class="json__member">{label}'
                yield from self.parts(part, depth + 1)
                yield "</div>"
        if shown < count:
            yield format_html(
                '<div class="json__member json__rest">… {} not shown</div>', _counted(count - shown, noun)
            )
        yield f"<span>{brackets[1]}</span></details>"


def _counted(count: int, noun: str) -> str:
    plural = {"key": "keys", "entry": "entries"}[noun]
    return f"{count:,} {noun if count == 1 else plural}"


def _key(name: str) -> str:
    return format_html('<span class="code-block__key">{}</span>: ', visible(json.dumps(name, ensure_ascii=False)))


def _leaf(value: JsonValue) -> str:
    if isinstance(value, Number) or (isinstance(value, int | float) and not isinstance(value, bool)):
        return format_html('<span class="code-block__number">{}</span>', str(value))
    text = visible(json.dumps(value, ensure_ascii=False))
    if isinstance(value, str):
        return format_html('<span class="code-block__text">{}</span>', text)
    return format_html('<span class="code-block__word">{}</span>', text)
