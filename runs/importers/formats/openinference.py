"""Reads OpenTelemetry spans with OpenInference, GenAI or AI SDK attributes, as JSON or OTLP: one item per trace.

Documented at https://arize-ai.github.io/openinference/spec/semantic_conventions.html and
https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from runs.importers.formats.chats import answered_in, asked_in, unwrapped
from runs.importers.formats.found import Scores, ToolFormat, as_dict, as_list, found_row
from runs.importers.formats.grouping import Group, grouped
from runs.importers.formats.opening import Opening
from runs.importers.formats.records import raw_of, records
from runs.importers.formats.spans import Span, called, retrieved, trace_of
from runs.importers.mapping import NewItem
from runs.importers.rows import JsonValue, Parsed, ParsedRow, Rejection
from runs.importers.source import Source

_SIGNS = (
    "attributes.openinference.",
    "attributes.input.value",
    "attributes.llm.",
    "attributes.gen_ai.",
    "attributes.ai.",
)
_PLACES = ("spanContext", "context.trace_id", "context.traceId", "traceId", "trace_id", "parentSpanId", "parent_id")
# Where the conventions keep what went in and what came out, the surest first.
_INPUTS = (
    "input.value",
    "ai.prompt",
    "ai.prompt.messages",
    "ai.toolCall.args",
    "ai.value",
    "ai.values",
    "gen_ai.input.messages",
)
_INPUTS_OLD = ("gen_ai.prompt", "traceloop.entity.input")
_OUTPUTS = ("output.value", "ai.response.text", "ai.response.object", "ai.toolCall.result", "gen_ai.output.messages")
_OUTPUTS_OLD = ("gen_ai.completion", "traceloop.entity.output")
_MODELS = ("llm.model_name", "gen_ai.response.model", "gen_ai.request.model", "ai.response.model", "ai.model.id")
_FLAT = re.compile(r"llm\.(input|output)_messages\.(\d+)\.message\.(role|content)")
_DOCUMENT = re.compile(r"retrieval\.documents\.(\d+)\.document\.content")
_VERDICT = re.compile(r"eval\.(.+)\.(score|label|explanation)")
_HIDDEN = "__REDACTED__"
_HIDDEN_NOTE = "Texts that were hidden when the spans were logged (__REDACTED__)."
_EMBEDDINGS = "Vectors of embeddings."


def is_one(opening: Opening) -> bool:
    if any(path.startswith("resourceSpans.item.scopeSpans") for path in opening.paths):
        return True
    is_span = opening.has("name", "attributes") and opening.has_any(*_PLACES)
    return is_span and any(path.startswith(_SIGNS) for path in opening.paths)


def read(source: Source) -> Iterator[Parsed]:
    """Yield a row per trace, once all spans are read. Raises `Invalid` where the file stops being JSON."""
    for group in grouped(_spans(source), _trace_id):
        yield group if isinstance(group, Rejection) else _row(group)


def _spans(source: Source) -> Iterator[Parsed]:
    for parsed in records(source, "resourceSpans.item", "spans.item"):
        if not isinstance(parsed, ParsedRow):
            yield parsed
        elif "resourceSpans" in parsed.values:
            for resource in as_list(parsed.values["resourceSpans"]):
                yield from _of_resource(parsed.line, as_dict(resource))
        elif "scopeSpans" in parsed.values:
            yield from _of_resource(parsed.line, parsed.values)
        else:
            yield parsed


def _of_resource(line: int, resource: dict[str, Any]) -> Iterator[Parsed]:
    """The spans that one service sent, as OTLP keeps them."""
    for scope in as_list(resource.get("scopeSpans")):
        spans = map(as_dict, as_list(as_dict(scope).get("spans")))
        yield from (ParsedRow(line, span, raw_of(span)) for span in spans)


def _trace_id(span: dict[str, Any]) -> str:
    context = as_dict(span.get("spanContext") or span.get("context"))
    names = ("traceId", "trace_id")
    return str(next((place[name] for place in (span, context) for name in names if place.get(name)), ""))


def _row(group: Group) -> Parsed:
    logged = [(span, _attributes(span)) for span in group.records]
    spans = [_span(span, attributes, place) for place, (span, attributes) in enumerate(logged)]
    known = {span.span_id for span in spans}
    # The outermost come first, and of those the earliest; one that says nothing is passed over.
    order = sorted(spans, key=lambda span: (span.parent_span_id in known, str(span.start_time)))
    asked = next((span for span in order if span.input is not None and not _is_tool(span)), None)
    answered = asked if asked and asked.output is not None else _last_answering(spans)
    raw = raw_of(group.records)
    error = order[0].error if order else ""
    item = NewItem(
        key=group.name,
        input=asked_in(asked.input) if asked else "",
        output=None if error or not answered else answered_in(answered.output),
        context=retrieved(spans),
        metadata={**_about(logged), "tool_calls": called(spans), "error": error},
        trace=trace_of(spans),
        given_scores=_scores([attributes for _, attributes in logged]) or None,
        raw=raw,
    )
    left = [_HIDDEN_NOTE] * (_HIDDEN in raw) + [_EMBEDDINGS] * ("embedding" in raw)
    return found_row(group.line, item, left=left)


def _is_tool(span: Span) -> bool:
    return span.span_kind.upper() == "TOOL"


def _last_answering(spans: list[Span]) -> Span | None:
    answering = [span for span in spans if span.output is not None and not _is_tool(span)]
    return max(answering, key=lambda span: str(span.end_time), default=None)


def _attributes(span: dict[str, Any]) -> dict[str, JsonValue]:
    """Attributes by name; OTLP keeps them as a list with the kind of each value."""
    given = span.get("attributes")
    if isinstance(given, list):
        return {str(as_dict(each).get("key")): _plain(as_dict(each).get("value")) for each in given}
    return as_dict(given)


def _plain(value: JsonValue) -> JsonValue:
    told = as_dict(value)
    if "arrayValue" in told:
        return [_plain(each) for each in as_list(as_dict(told["arrayValue"]).get("values"))]
    return next(iter(told.values()), None)


def _span(span: dict[str, Any], attributes: dict[str, JsonValue], place: int) -> Span:
    context = as_dict(span.get("spanContext") or span.get("context"))
    parent = as_dict(span.get("parentSpanContext"))
    own_id = span.get("spanId") or span.get("span_id") or context.get("spanId") or context.get("span_id")
    above = span.get("parentSpanId") or span.get("parent_span_id") or span.get("parent_id") or parent.get("spanId")
    documents = _documents(attributes)
    return Span(
        span_id=str(own_id or f"span {place + 1}"),
        parent_span_id=str(above or ""),
        name=str(attributes.get("ai.toolCall.name") or attributes.get("tool.name") or span.get("name") or ""),
        span_kind=_kind(span, attributes),
        input=_logged(attributes, (*_INPUTS, *_INPUTS_OLD), "input"),
        output=documents or _logged(attributes, (*_OUTPUTS, *_OUTPUTS_OLD), "output"),
        start_time=_moment(span, "start"),
        end_time=_moment(span, "end"),
        error=_error(span),
    )


def _kind(span: dict[str, Any], attributes: dict[str, JsonValue]) -> str:
    is_tool = "ai.toolCall.name" in attributes or attributes.get("gen_ai.operation.name") == "execute_tool"
    return "TOOL" if is_tool else str(attributes.get("openinference.span.kind") or span.get("span_kind") or "")


def _logged(attributes: dict[str, JsonValue], names: tuple[str, ...], side: str) -> JsonValue:
    found = next((attributes[name] for name in names if attributes.get(name) not in (None, "")), None)
    return unwrapped(found) if found is not None else _flat_chat(attributes, side) or None


def _flat_chat(attributes: dict[str, JsonValue], side: str) -> list[dict[str, JsonValue]]:
    """The messages that OpenInference spells out, an attribute for each part of each."""
    messages: dict[int, dict[str, JsonValue]] = {}
    for name, value in attributes.items():
        if (part := _FLAT.fullmatch(name)) and part.group(1) == side:
            messages.setdefault(int(part.group(2)), {"role": "", "content": ""})[part.group(3)] = value
    return [messages[place] for place in sorted(messages)]


def _documents(attributes: dict[str, JsonValue]) -> list[JsonValue]:
    found = {int(named.group(1)): text for name, text in attributes.items() if (named := _DOCUMENT.fullmatch(name))}
    return [found[place] for place in sorted(found)]


def _moment(span: dict[str, Any], side: str) -> JsonValue:
    """When a span began or ended; OpenTelemetry in JavaScript gives seconds and nanoseconds apart."""
    names = (f"{side}TimeUnixNano", f"{side}_time_unix_nano", f"{side}Time", f"{side}_time")
    value = next((span[name] for name in names if span.get(name)), None)
    if isinstance(value, list) and len(value) == 2 and all(isinstance(part, int) for part in value):
        return value[0] + value[1] / 1e9
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value


def _error(span: dict[str, Any]) -> str:
    status = as_dict(span.get("status"))
    code = str(status.get("code") or status.get("status_code") or span.get("status_code") or "")
    is_failed = code == "2" or code.upper().endswith("ERROR")
    return str(status.get("message") or span.get("status_message") or "failed") if is_failed else ""


def _about(logged: list[tuple[dict[str, Any], dict[str, JsonValue]]]) -> dict[str, JsonValue]:
    def first(*names: str) -> JsonValue:
        return next((told[name] for name in names for _, told in logged if told.get(name)), None)

    return {
        "model": first(*_MODELS),
        "session": first("session.id", "gen_ai.conversation.id"),
        "user": first("user.id"),
        "tags": first("tag.tags"),
        "about": unwrapped(first("metadata")),
    }


def _scores(told: list[dict[str, JsonValue]]) -> Scores:
    """Verdicts that evaluators left as attributes of a span."""
    found: dict[str, dict[str, JsonValue]] = {}
    for attributes in told:
        for name, value in attributes.items():
            if named := _VERDICT.fullmatch(name):
                found.setdefault(named.group(1), {})[named.group(2)] = value
    scores = Scores()
    for metric, parts in found.items():
        scores.say(metric, parts.get("score"), reason=parts.get("explanation") or parts.get("label"))
    return scores


FORMAT = ToolFormat(
    label="OpenTelemetry spans (OpenInference, GenAI)",
    is_one=is_one,
    read=read,
    notes=(
        "Scores that evaluators keep apart from the spans; only those among the attributes (eval.….score) come along.",
        "Events, links and resources of spans, beyond the record kept beside each item.",
        "Reference answers, which spans do not have.",
    ),
)
