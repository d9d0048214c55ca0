"""Items of runs as metrics see them, a few at a time: to try a metric out, with what was measured before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from django.db.models import Q

from metrics.models import Metric
from metrics.scoring import ScoringInput
from runs.filters import BY_ORDINAL, ItemFilters, TextField
from runs.models import Run, RunItem, Score
from runs.selection import select_items

MOST_ITEMS = 5
# A search that takes longer is cut; what it found by then is enough for a try.
_PATIENCE = 3.0


class Pick(StrEnum):
    """Which items of a run to take."""

    FAILING = "failing"
    RANDOM = "random"
    SEARCH = "search"


@dataclass(frozen=True, slots=True)
class MetricItem:
    """One item to be measured. `place` is where it stands in its run; None for one that was typed in.

    `pair_key` tells the same question again; `score` is what its run says of the metric, if it was measured there.
    """

    title: str
    question: ScoringInput
    run: Run | None = None
    place: int | None = None
    pair_key: int | None = None
    score: Score | None = None

    @property
    def ordinal(self) -> int:
        return (self.place or 0) // (self.run.repeats if self.run else 1)

    @property
    def repeat(self) -> int:
        return (self.place or 0) % (self.run.repeats if self.run else 1)


def pick_places(run: Run, pick: Pick, *, text: str = "", count: int) -> list[int]:
    """At most `count` places of the run's items; random ones are others each time."""
    filters = ItemFilters(
        text=text if pick == Pick.SEARCH else "",
        within=(TextField.INPUT, TextField.OUTPUT),
        is_failing=pick == Pick.FAILING,
        sort=BY_ORDINAL,
    )
    found = np.flatnonzero(select_items(run, filters, patience=_PATIENCE).mask)
    if pick == Pick.RANDOM:
        drawn = np.random.default_rng().choice(found, size=min(count, len(found)), replace=False)
        return sorted(drawn.tolist())
    # Failing items from the end of the data: those that came last.
    ends: list[int] = (found[-count:][::-1] if pick == Pick.FAILING else found[:count]).tolist()
    return ends


def read_items(run: Run, places: Sequence[int], *, metric: Metric | None) -> list[MetricItem]:
    """The items at the places, with the run's scores of the metric; places without an answer are left out."""
    at = [divmod(place, run.repeats) for place in places[:MOST_ITEMS]]
    if not at:
        return []
    wanted = Q()
    for ordinal, repeat in at:
        wanted |= Q(ordinal=ordinal, repeat=repeat)
    items = list(RunItem.objects.filter(wanted, run=run).select_related("item", "trace"))
    scores = _scores(run, items, metric)
    found = {item.ordinal * run.repeats + item.repeat: item for item in items}
    return [
        MetricItem(
            title=f"Item {item.ordinal + 1}" + (f", repeat {item.repeat + 1}" if run.repeats > 1 else ""),
            question=question_of(item),
            run=run,
            place=place,
            pair_key=item.item.pair_key,
            score=scores.get(item.pk),
        )
        for place, item in ((place, found[place]) for place in places if place in found)
    ]


def question_of(run_item: RunItem) -> ScoringInput:
    """The item as a scorer of its run saw it."""
    item = run_item.item
    is_from_data = item.output is not None
    trace = getattr(run_item, "trace", None)
    return ScoringInput(
        input=item.input,
        output=run_item.output,
        expected=item.expected,
        context=run_item.context if run_item.context is not None else item.context,
        metadata=item.metadata,
        trace=trace.trace if trace else item.trace,
        given=item.given_scores if isinstance(item.given_scores, dict) else {},
        milliseconds=None if is_from_data else run_item.latency_ms,
        cost=None if is_from_data or run_item.cost is None else float(run_item.cost),
        input_tokens=None if is_from_data else run_item.input_tokens,
        output_tokens=None if is_from_data else run_item.output_tokens,
    )


def _scores(run: Run, items: Sequence[RunItem], metric: Metric | None) -> dict[int, Score]:
    if metric is None or metric.pk is None:
        return {}
    scores = Score.objects.filter(run=run, run_item__in=items, run_metric__revision__metric=metric)
    return {score.run_item_id: score for score in scores.select_related("run_metric__revision")}
