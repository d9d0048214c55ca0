"""A text with the parts that people marked in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from metrics.scoring import JsonValue
from runs.rendering.hostile import visible

MAX_SPANS = 200


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the text; `labels` are of the spans that cover it, none where nobody marked it."""

    text: str
    labels: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return "; ".join(self.labels)


def mark_spans(text: str, spans: Iterable[JsonValue]) -> list[Part]:
    """Cut the text where a span begins or ends. Spans may overlap; one that is not in the text marks nothing."""
    marks = [mark for mark in (_mark(span, len(text)) for span in list(spans)[:MAX_SPANS]) if mark]
    cuts = sorted({0, len(text), *(start for start, _, _ in marks), *(end for _, end, _ in marks)})
    return [
        Part(
            visible(text[start:end]),
            tuple(dict.fromkeys(label for first, last, label in marks if first <= start and end <= last)),
        )
        for start, end in pairwise(cuts)
    ]


def _mark(span: JsonValue, length: int) -> tuple[int, int, str] | None:
    if not isinstance(span, Mapping):
        return None
    start, end = span.get("start"), span.get("end")
    if not (isinstance(start, int) and isinstance(end, int)) or not 0 <= start < end:
        return None
    end = min(end, length)
    return (start, end, visible(str(span.get("label") or "marked")[:200])) if start < end else None
