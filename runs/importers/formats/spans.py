"""Spans of a trace in one shape, whichever tool logged them: what the page of an item draws as a tree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from runs.importers.formats.chats import passages_in
from runs.importers.rows import JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One step. Times are ISO texts or numbers since 1970."""

    span_id: str
    parent_span_id: str = ""
    name: str = ""
    span_kind: str = ""
    input: JsonValue = None
    output: JsonValue = None
    start_time: JsonValue = None
    end_time: JsonValue = None
    error: str = ""


def trace_of(spans: Iterable[Span]) -> list[dict[str, JsonValue]] | None:
    """The spans as an item keeps them; None for none."""
    return [{name: value for name, value in asdict(span).items() if value not in (None, "")} for span in spans] or None


def retrieved(spans: Iterable[Span]) -> list[JsonValue] | None:
    """The passages that retrieval steps found; None where there was none."""
    found = [passage for span in spans if span.span_kind.upper() == "RETRIEVER" for passage in passages_in(span.output)]
    return found or None


def called(spans: Iterable[Span]) -> list[JsonValue]:
    """The tools called, in the notation that metrics of tool calls read."""
    tools = (span for span in spans if span.span_kind.upper() == "TOOL")
    return [{"name": span.name, "arguments": span.input if isinstance(span.input, dict) else {}} for span in tools]
