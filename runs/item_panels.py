"""What the page of a run item shows, made ready for its template: bodies, verdicts, steps of the trace, metadata."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

from django.utils.safestring import SafeString

from metrics.choices import MetricKind, ScoreStatus
from metrics.chunks import CHUNK_METRICS
from metrics.scoring import JsonValue
from runs.figures import scale_of, value_of, wanted_of
from runs.item_detail import ItemDetail, Text
from runs.models import Run, RunMetric, Score
from runs.rendering.body import Body, render_body
from runs.rendering.detect import RenderMode
from runs.rendering.diff import Segment, answer_to_compare, word_diff
from runs.rendering.hostile import visible
from runs.rendering.json_view import NotJson, parse_json, render_json
from runs.rendering.marks import Part, mark_spans
from runs.rendering.passages import Passage, read_passages, read_used_passages
from runs.rendering.trace import Node, read_trace
from runs.trust.badges import TrustBadge, badges_of

MOST_ANSWERS = 50
MOST_METADATA = 200
# Rendering the texts of a trace as Markdown ends here, so that no trace takes longer than one long text.
RICH_TRACE_CHARS = 60_000
# A tool's result is long, and mostly not what its reader looks for.
TRACE_OPEN_DEPTH = 1

_SWITCH = (RenderMode.AUTO, RenderMode.MARKDOWN, RenderMode.JSON, RenderMode.PLAIN)


@dataclass(frozen=True, slots=True)
class Panel:
    """One body of the item: as text (`bodies`, several where several answers are accepted), diff or marked text."""

    name: str
    label: str
    chosen: RenderMode
    modes: tuple[RenderMode, ...]
    bodies: list[Body] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    note: str = ""

    @property
    def cut(self) -> Body | None:
        return next((body for body in self.bodies if body.is_cut), None)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One metric's row: `status` is passed, failed, scored (no threshold), unscored, errored or waiting."""

    metric: RunMetric
    status: str
    value: str
    wanted: str
    scale: str
    origin: str
    score: Score | None
    explanation: Body | None
    was_judged: bool
    trust: TrustBadge | None = None

    @property
    def is_open(self) -> bool:
        return self.status in {"failed", "unscored", "errored"}

    @property
    def is_sample(self) -> bool:
        return self.metric.is_sample


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the trace with its text and its value rendered."""

    node: Node
    body: Body | None
    value: SafeString | None
    steps: list[Step]


@dataclass(frozen=True, slots=True)
class Fact:
    """One entry of the metadata; `filter_value` is what finds items that have it too, None where nothing can."""

    key: str
    value: str
    filter_value: str | None


def body_panels(detail: ItemDetail, wanted: Mapping[str, RenderMode]) -> list[Panel]:
    """Input, expected answer and output, each in the way its reader chose."""
    text = detail.texts["input"]
    panels = [Panel("input", "Input", wanted["input"], _SWITCH, [_body(text, wanted["input"])])]
    if detail.jsons["expected"] is not None:
        panels.append(_expected(detail.jsons["expected"], wanted["expected"]))
    return [*panels, _output(detail, wanted["output"])]


def verdicts(run: Run, detail: ItemDetail) -> list[Verdict]:
    """A row for every metric of the run, in rank order."""
    metrics = list(run.run_metrics.all())
    badges = badges_of(run.project_id, metrics)
    return [replace(_verdict(metric, detail), trust=badges.get(metric.pk)) for metric in metrics]


def passages(run: Run, detail: ItemDetail) -> list[Passage]:
    """The context; where the run measures the use of passages, each with the mark that its scores go by."""
    found = detail.jsons["context"]
    context = [found.start] if isinstance(found, Text) else found
    if not any(metric.key in CHUNK_METRICS for metric in run.run_metrics.all()):
        return read_passages(context)
    return read_used_passages(context, output=detail.texts["output"].start, question=detail.texts["input"].start)


def trace_steps(detail: ItemDetail) -> list[Step]:
    """The trace as steps; the beginning of its text where it is too long to be read whole."""
    trace = detail.jsons["trace"]
    nodes = [Node("other", text=trace.start)] if isinstance(trace, Text) else read_trace(trace)
    return list(_Steps().made_of(nodes))


def metadata_facts(detail: ItemDetail) -> list[Fact]:
    metadata = detail.jsons["metadata"]
    if isinstance(metadata, Text):
        return [Fact("metadata", visible(metadata.start), None)]
    return [_fact(key, value) for key, value in list((metadata or {}).items())[:MOST_METADATA]]


def _body(text: Text, wanted: RenderMode) -> Body:
    return render_body(text.start, wanted, size=text.size)


def _expected(expected: JsonValue, wanted: RenderMode) -> Panel:
    """One text, several accepted texts, or other JSON."""
    if isinstance(expected, Text):
        bodies = [_body(expected, wanted)]
    elif isinstance(expected, str):
        bodies = [render_body(expected, wanted)]
    elif isinstance(expected, list) and expected and all(isinstance(answer, str) for answer in expected):
        bodies = [render_body(answer, wanted) for answer in expected[:MOST_ANSWERS]]
        left = len(expected) - len(bodies)
        note = f"{left:,} more accepted answers are not shown." if left else ""
        return Panel("expected", "Expected, any of", wanted, _SWITCH, bodies, note=note)
    else:
        bodies = [render_body(json.dumps(expected, ensure_ascii=False, indent=2), wanted)]
    return Panel("expected", "Expected", wanted, _SWITCH, bodies)


def _output(detail: ItemDetail, wanted: RenderMode) -> Panel:
    """The output; with what people marked, and with its difference from the expected answer, where there are such."""
    text = detail.texts["output"]
    compared = None if text.size > len(text.start) else _compared(detail, text.start)
    modes: tuple[RenderMode, ...] = _SWITCH
    if compared:
        modes = (*modes, RenderMode.DIFF)
    if detail.spans:
        modes = (*modes, RenderMode.MARKS)
    chosen = RenderMode.MARKS if wanted == RenderMode.AUTO and detail.spans else wanted
    if chosen == RenderMode.DIFF and compared:
        return Panel("output", "Output", chosen, modes, segments=word_diff(*compared))
    if chosen == RenderMode.MARKS and detail.spans:
        return Panel("output", "Output", chosen, modes, parts=mark_spans(text.start, detail.spans))
    chosen = chosen if chosen in modes else RenderMode.AUTO
    return Panel("output", "Output", chosen, modes, [_body(text, chosen)])


def _compared(detail: ItemDetail, output: str) -> tuple[str, str] | None:
    expected = detail.jsons["expected"]
    return None if isinstance(expected, Text) else answer_to_compare(expected, output)


def _verdict(metric: RunMetric, detail: ItemDetail) -> Verdict:
    score = detail.scores.get(metric.pk)
    explanation = detail.explanations.get(metric.pk)
    return Verdict(
        metric=metric,
        status=_status(score),
        value=_value(metric, score),
        wanted=wanted_of(metric),
        scale=scale_of(metric),
        origin=_origin(metric, score),
        score=score,
        explanation=_body(explanation, RenderMode.AUTO) if explanation else None,
        was_judged=metric.pk in detail.judged,
    )


def _value(metric: RunMetric, score: Score | None) -> str:
    """In the metric's unit; a category by its name."""
    if score is None or not score.label:
        return value_of(metric, score.value if score else None)
    return visible(score.label)


def _status(score: Score | None) -> str:
    if score is None:
        return "waiting"
    if score.status != ScoreStatus.SCORED:
        return score.status
    return {True: "passed", False: "failed", None: "scored"}[score.passed]


def _origin(metric: RunMetric, score: Score | None) -> str:
    """Where the score came from, so that two numbers of one name are not taken for the same."""
    kind = metric.revision.metric.kind
    judge = (score.judge_model if score else "") or metric.judge_model
    if kind == MetricKind.JUDGE:
        return f"Judge {judge or 'model not named'}, revision {metric.revision.number}"
    if kind == MetricKind.IMPORTED:
        whose = f": {judge}" if metric.is_sample else f", from {judge}"
        return f"Came with the data{whose if judge else ''}"
    return f"{MetricKind(kind).label}, revision {metric.revision.number}"


class _Steps:
    """Makes steps of nodes while there is room for rich text."""

    def __init__(self) -> None:
        self.room = RICH_TRACE_CHARS

    def made_of(self, nodes: Iterable[Node]) -> Iterable[Step]:
        for node in nodes:
            self.room -= len(node.text)
            text, value = _folded(node)
            mode = RenderMode.AUTO if self.room > 0 else RenderMode.PLAIN
            yield Step(
                node,
                render_body(text, mode) if text else None,
                None if value in (None, {}) else render_json(value, open_depth=TRACE_OPEN_DEPTH),
                list(self.made_of(node.children)),
            )


def _folded(node: Node) -> tuple[str, JsonValue]:
    """Text and value of a step; what a tool gave back as JSON is a value, so that it folds."""
    if node.kind == "result" and node.text and node.value is None:
        with suppress(NotJson):
            return "", parse_json(node.text)
    return node.text, node.value


def _fact(key: str, value: JsonValue) -> Fact:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    can_filter = value is not None and not isinstance(value, list | dict) and len(text) <= 300
    return Fact(visible(key), visible(text[:2_000]), text if can_filter else None)
