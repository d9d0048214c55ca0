"""The passages that an answer was given: their order, where they came from, and whether they were used."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from metrics.chunks import chunk_uses, told_use
from metrics.scoring import JsonValue
from runs.rendering.hostile import visible

MAX_PASSAGES = 100
MAX_CHARS = 4_000


@dataclass(frozen=True, slots=True)
class Passage:
    """`is_used` is None where nobody said; `percent` is how much of it was used, where that is known.

    `left_out` counts the characters behind the text that is shown.
    """

    rank: int
    text: str
    source: str = ""
    is_used: bool | None = None
    percent: float | None = None
    left_out: int = 0


def read_passages(context: JsonValue) -> list[Passage]:
    """Passages of a list of texts or of objects with `text` and, where known, `source`, `rank`, `used` and how much."""
    return [_passage(entry, rank) for rank, entry in enumerate(_entries(context), start=1)]


def read_used_passages(context: JsonValue, *, output: str, question: str) -> list[Passage]:
    """The passages with the marks that the metrics on chunks go by, also where nobody said what was used."""
    uses = chunk_uses(_entries(context), output=output, question=question)
    marked = zip(read_passages(context), uses, strict=True)
    return [replace(passage, is_used=use.is_used, percent=use.percent) for passage, use in marked]


def _entries(context: JsonValue) -> list[JsonValue]:
    if context is None:
        return []
    return context[:MAX_PASSAGES] if isinstance(context, list) else [context]


def _passage(entry: JsonValue, place: int) -> Passage:
    if not isinstance(entry, dict):
        return _shortened(entry if isinstance(entry, str) else _json(entry), rank=place)
    text = _first(entry, "text", "content", "page_content", "passage")
    rank = entry.get("rank")
    told = told_use(entry)
    passage = _shortened(
        _json(entry) if text is None else str(text),
        rank=rank if isinstance(rank, int) else place,
        source=str(_first(entry, "source", "source_name", "title", "url", "id") or ""),
    )
    return replace(passage, is_used=told.is_used, percent=told.percent)


def _shortened(text: str, *, rank: int, source: str = "") -> Passage:
    return Passage(rank, visible(text[:MAX_CHARS]), visible(source[:300]), left_out=max(0, len(text) - MAX_CHARS))


def _first(entry: dict[str, JsonValue], *names: str) -> JsonValue:
    return next((entry[name] for name in names if entry.get(name) not in (None, "")), None)


def _json(value: JsonValue) -> str:
    return json.dumps(value, ensure_ascii=False)
