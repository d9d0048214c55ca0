"""The passages that an answer was given: their order, where they came from, and whether they were used."""

from __future__ import annotations

import json
from dataclasses import dataclass

from metrics.scoring import JsonValue
from runs.rendering.hostile import visible

MAX_PASSAGES = 100
MAX_CHARS = 4_000


@dataclass(frozen=True, slots=True)
class Passage:
    """`is_used` is None where nobody said. `left_out` counts the characters behind the text that is shown."""

    rank: int
    text: str
    source: str = ""
    is_used: bool | None = None
    left_out: int = 0


def read_passages(context: JsonValue) -> list[Passage]:
    """Passages of a list of texts or of objects with `text` and, where known, `source`, `rank` and `used`."""
    if context is None:
        return []
    given = context if isinstance(context, list) else [context]
    return [_passage(entry, rank) for rank, entry in enumerate(given[:MAX_PASSAGES], start=1)]


def _passage(entry: JsonValue, place: int) -> Passage:
    if not isinstance(entry, dict):
        return _shortened(entry if isinstance(entry, str) else _json(entry), rank=place)
    text = _first(entry, "text", "content", "page_content", "passage")
    rank = entry.get("rank")
    used = next((entry[name] for name in ("used", "is_used", "cited") if isinstance(entry.get(name), bool)), None)
    return _shortened(
        _json(entry) if text is None else str(text),
        rank=rank if isinstance(rank, int) else place,
        source=str(_first(entry, "source", "title", "url", "id") or ""),
        is_used=used,
    )


def _shortened(text: str, *, rank: int, source: str = "", is_used: bool | None = None) -> Passage:
    return Passage(rank, visible(text[:MAX_CHARS]), visible(source[:300]), is_used, max(0, len(text) - MAX_CHARS))


def _first(entry: dict[str, JsonValue], *names: str) -> JsonValue:
    return next((entry[name] for name in names if entry.get(name) not in (None, "")), None)


def _json(value: JsonValue) -> str:
    return json.dumps(value, ensure_ascii=False)
