"""The rows of an export: run items with their bodies and scores, read a few at a time in the order asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any, NamedTuple

from metrics.scoring import JsonValue
from runs.models import Run, RunItem, Score

# Rows in memory at once. A body may be megabytes long, and a few hundred rows keep the database busy enough.
CHUNK = 250


class ScoreRow(NamedTuple):
    """What a score says, read without making a model's row of it: there are several for every item."""

    run_item_id: int
    run_metric_id: int
    status: str
    value: float | None = None
    label: str = ""
    passed: bool | None = None
    reason: str = ""
    explanation: str = ""
    judge_model: str = ""
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost: Decimal | None = None
    duration_ms: int | None = None
    is_cached: bool = False


@dataclass(frozen=True, slots=True)
class ExportRow:
    """One run item; `scores` are by metric key, and a metric without a score is not there."""

    run_item: RunItem
    trace: JsonValue
    review_state: str
    scores: dict[str, ScoreRow]

    @property
    def context(self) -> JsonValue:
        own = self.run_item.context
        return self.run_item.item.context if own is None else own


def export_rows(run: Run, places: Iterable[Any]) -> Iterator[list[ExportRow]]:
    """The run's items at the places, in their order, in lists of at most `CHUNK`."""
    keys = {metric.pk: metric.key for metric in run.run_metrics.all()}
    remaining = (int(place) for place in places)
    while wanted := list(islice(remaining, CHUNK)):
        found = _run_items(run, wanted)
        scores = _scores(run, found.values(), keys)
        yield [_row(found[place], scores.get(found[place].pk, {})) for place in wanted if place in found]


def _run_items(run: Run, places: list[int]) -> dict[int, RunItem]:
    """Run items by place. All repeats of an ordinal are read, and those that were not asked for are left out."""
    rows = RunItem.objects.filter(run=run, ordinal__in={place // run.repeats for place in places})
    rows = rows.select_related("item", "review", "trace").defer("item__raw", "item__human", "item__given_scores")
    if run.repeats == 1:
        return {row.ordinal: row for row in rows}
    wanted = set(places)
    by_place = ((row.ordinal * run.repeats + row.repeat, row) for row in rows.iterator())
    return {place: row for place, row in by_place if place in wanted}


def _scores(run: Run, run_items: Iterable[RunItem], keys: dict[int, str]) -> dict[int, dict[str, ScoreRow]]:
    by_item: dict[int, dict[str, ScoreRow]] = {}
    rows = Score.objects.filter(run=run, run_item_id__in=[run_item.pk for run_item in run_items])
    for score in map(ScoreRow._make, rows.values_list(*ScoreRow._fields)):
        by_item.setdefault(score.run_item_id, {})[keys[score.run_metric_id]] = score
    return by_item


def _row(run_item: RunItem, scores: dict[str, ScoreRow]) -> ExportRow:
    own_trace = getattr(run_item, "trace", None)
    review = getattr(run_item, "review", None)
    return ExportRow(
        run_item=run_item,
        trace=own_trace.trace if own_trace else run_item.item.trace,
        review_state=review.state if review else "",
        scores=scores,
    )
