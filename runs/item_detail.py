"""Reading one run item for its page: bounded beginnings of its bodies, its scores, and what people said of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet, TextField
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, Left, Length

from evalhub.core.errors import NotFound
from metrics.scoring import JsonValue
from runs.models import JudgeCall, Override, Run, RunItem, Score
from runs.rendering.body import CUT_AT

# JSON is of use only whole, so more of it is read; beyond this it is shown as the beginning of a text.
JSON_LIMIT = 200_000
TRACE_LIMIT = 1_000_000

_TEXTS = {"input": "item__input", "output": "output"}
_JSONS: dict[str, tuple[Combinable, int]] = {
    "expected": (F("item__expected"), CUT_AT),
    "context": (Coalesce("context", "item__context"), JSON_LIMIT),
    "metadata": (F("item__metadata"), JSON_LIMIT),
    "trace": (Coalesce("trace__trace", "item__trace"), TRACE_LIMIT),
}
# Fields that have an address of their own, where they are whole.
BODY_FIELDS = (*_TEXTS, *_JSONS, "raw")


@dataclass(frozen=True, slots=True)
class Text:
    """The beginning of a text, and how long the whole is."""

    start: str
    size: int


@dataclass(frozen=True, slots=True)
class ItemDetail:
    """One run item with what its page shows; `texts` and `jsons` are by field, None where the item has none.

    A JSON that is longer than its limit is a `Text` of its beginning.
    """

    run_item: RunItem
    texts: dict[str, Text]
    jsons: dict[str, JsonValue | Text]
    scores: dict[int, Score]
    explanations: dict[int, Text]
    judged: frozenset[int]
    overrides: list[Override]

    @property
    def spans(self) -> list[JsonValue]:
        """Every part of the output that a person marked."""
        return [span for override in self.overrides for span in override.spans]


def read_item(run: Run, ordinal: int, repeat: int) -> ItemDetail:
    """What the page of one run item shows. Raises `NotFound` while the run has no answer there."""
    run_item = _bounded(run).filter(ordinal=ordinal, repeat=repeat).first()
    if run_item is None:
        raise NotFound(
            "item_not_answered", f'Run "{run.name}" has no answer number {ordinal + 1} yet, or has no such item.'
        )
    # What `_bounded` added stands beside the model's own fields.
    read = vars(run_item)
    scores = list(_scores(run_item))
    return ItemDetail(
        run_item=run_item,
        texts={name: Text(read[f"{name}_start"], read[f"{name}_size"]) for name in _TEXTS},
        jsons={name: _json(read, name, limit) for name, (_, limit) in _JSONS.items()},
        scores={score.run_metric_id: score for score in scores},
        explanations=_explanations(scores),
        judged=_judged(run, run_item),
        overrides=list(
            Override.objects.filter(run_item=run_item, is_current=True)
            .select_related("metric", "author")
            .order_by("id")
        ),
    )


def read_body(run: Run, ordinal: int, repeat: int, field: str) -> str:
    """The whole of one body as text, JSON as it is stored. Raises `NotFound` for one that the item has not."""
    sources: dict[str, Combinable] = {"raw": F("item__raw")}
    sources |= {name: F(path) for name, path in _TEXTS.items()}
    sources |= {name: source for name, (source, _) in _JSONS.items()}
    source = sources.get(field)
    row = run.run_items.filter(ordinal=ordinal, repeat=repeat)
    if field.startswith("explanation."):
        scores = Score.objects.filter(run=run, run_item__in=row, run_metric__key=field.removeprefix("explanation."))
        text = scores.values_list("explanation", flat=True).first()
    elif source is not None:
        text = row.values_list(Cast(source, TextField()), flat=True).first()
    else:
        text = None
    if text is None:
        raise NotFound("body_missing", f'Item {ordinal + 1} of run "{run.name}" has no "{field}".')
    return _whole_text(text) if field == "expected" else str(text)


def _bounded(run: Run) -> QuerySet[RunItem]:
    """The run's items with the beginnings and sizes of their bodies in place of the bodies."""
    annotations: dict[str, Any] = {}
    for name, path in _TEXTS.items():
        annotations |= {f"{name}_start": Left(path, CUT_AT), f"{name}_size": Length(path)}
    for name, (source, limit) in _JSONS.items():
        text = Cast(source, TextField())
        annotations |= {f"{name}_start": Left(text, limit), f"{name}_size": Length(text)}
    return (
        run.run_items.select_related("item")
        .annotate(**annotations)
        .defer(
            *("output", "context", "item__input", "item__output", "item__expected", "item__context"),
            *("item__metadata", "item__trace", "item__given_scores", "item__human", "item__raw"),
        )
    )


def _json(read: Mapping[str, JsonValue], name: str, limit: int) -> JsonValue | Text:
    text, size = read[f"{name}_start"], read[f"{name}_size"]
    if text is None:
        return None
    return Text(text, size) if size > limit else json.loads(text)


def _whole_text(text: str) -> str:
    """A text that was stored as JSON, without its quotation marks."""
    return str(json.loads(text)) if text.startswith('"') else text


def _scores(run_item: RunItem) -> QuerySet[Score]:
    """The item's scores with the beginnings of their explanations in place of the whole."""
    scores = Score.objects.filter(run_id=run_item.run_id, run_item_id=run_item.pk).defer("explanation")
    return scores.annotate(explanation_start=Left("explanation", CUT_AT), explanation_size=Length("explanation"))


def _judged(run: Run, run_item: RunItem) -> frozenset[int]:
    """The run metrics whose judge was asked about the item; nobody is asked where no metric has a connection."""
    if not any(metric.judge_model for metric in run.run_metrics.all()):
        return frozenset()
    calls = JudgeCall.objects.filter(run=run, run_item=run_item)
    return frozenset(calls.values_list("run_metric_id", flat=True))


def read_judge_calls(run: Run, ordinal: int, repeat: int, metric_key: str) -> list[JudgeCall]:
    """What a metric's judge was asked about one item, and what it said. Raises `NotFound` where nobody was asked."""
    items = run.run_items.filter(ordinal=ordinal, repeat=repeat)
    calls = JudgeCall.objects.filter(run=run, run_item__in=items, run_metric__key=metric_key).order_by("attempt")
    found = list(calls)
    if not found:
        raise NotFound(
            "judge_call_missing", f'No judge was asked for "{metric_key}" of item {ordinal + 1} of run "{run.name}".'
        )
    return found


def _explanations(scores: Iterable[Score]) -> dict[int, Text]:
    texts = {score.run_metric_id: vars(score) for score in scores}
    return {
        metric_id: Text(read["explanation_start"], read["explanation_size"])
        for metric_id, read in texts.items()
        if read["explanation_size"]
    }
