"""The items of a run that pass every filter, in the order asked for, as places in its packed columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evalhub.core.errors import Invalid
from metrics.criterion import FAILED, PASSED
from runs.columns import (
    ERRORED,
    ITEM_ERRORED,
    ITEM_WAITING,
    PASSED_NO,
    SCORED,
    UNSCORED,
    RunColumns,
    SortColumn,
    read_columns,
)
from runs.filters import BY_ORDINAL, BY_OVERALL, METRIC_PREFIX, NO_REVIEW, ItemFilters, ScoreCondition, ValueRange
from runs.metadata_index import places_with
from runs.models import ItemSet, Review, Run, RunMetric
from runs.overrides import disagreeing
from runs.text_search import TextSearch, text_search

Mask = NDArray[np.bool_]
Places = NDArray[np.integer[Any]]
Order = Callable[[], Places]

_STATUS_OF = {
    ScoreCondition.SCORED: SCORED,
    ScoreCondition.UNSCORED: UNSCORED,
    ScoreCondition.ERRORED: ERRORED,
}


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Where a place stands in a selection (from 1; None when it is not in it), and what is beside it."""

    position: int | None
    previous: int | None
    next: int | None


@dataclass(frozen=True, slots=True)
class SearchProgress:
    """How far a text search has come; the rest of the items was not looked at."""

    searched: int
    ordinals: int


class Selection:
    """The matching places (`mask` has them one by one). A place is `ordinal * repeats + repeat`."""

    def __init__(self, mask: Mask, *, order: Order, cut: SearchProgress | None = None) -> None:
        self.mask = mask
        self.cut = cut
        self._order = order

    @cached_property
    def total(self) -> int:
        return int(np.count_nonzero(self.mask))

    @cached_property
    def places(self) -> Places:
        """All matching places in order; items without the value sorted by come last."""
        order = self._order()
        return order if self.total == order.size else order[self.mask[order]]

    def page(self, number: int, size: int) -> Places:
        """The places of one page, counted from 1."""
        return self.places[(number - 1) * size : number * size]

    def behind(self, place: int | None, *, most: int) -> Places:
        """The first places that come after this one in the order, whether or not it matches itself."""
        if place is None:
            return self.places[:most]
        order = self._order()
        at = np.flatnonzero(order == place)
        rest = order[int(at[0]) + 1 :] if at.size else order[:0]
        return rest[self.mask[rest]][:most]

    def neighbours(self, place: int) -> Neighbours:
        """What comes before and after; of a place outside the selection, the first matching one comes after."""
        places = self.places
        at = np.flatnonzero(places == place)
        if not at.size:
            return Neighbours(None, None, int(places[0]) if places.size else None)
        index = int(at[0])
        return Neighbours(
            position=index + 1,
            previous=int(places[index - 1]) if index else None,
            next=int(places[index + 1]) if index + 1 < places.size else None,
        )


def select_items(run: Run, filters: ItemFilters, *, patience: float | None = None) -> Selection:
    """The run's answered items that pass every filter.

    A text search stops after about `patience` seconds and says so in `cut`; without it, it goes to the end.
    Raises `Invalid` for a metric that the run does not have.
    """
    columns = read_columns(run)
    metrics = {metric.key: metric for metric in run.run_metrics.all()}
    mask = columns.item_states != ITEM_WAITING
    for condition in _conditions(columns, metrics, filters):
        mask &= condition
    for key, value in filters.metadata:
        mask &= places_with(run, key, value)
    for name in filters.sets:
        mask &= _in_set(run, name)
    if filters.review:
        mask &= _under_review(run, filters.review)
    if filters.disagrees:
        mask &= disagreeing(run, columns, metrics.values())
    search = _searched(run, columns, filters, patience=patience)
    if search:
        mask &= search.found
    return Selection(mask, order=_order(columns, metrics, filters.sort), cut=_cut(search))


def _conditions(columns: RunColumns, metrics: Mapping[str, RunMetric], filters: ItemFilters) -> Iterator[Mask]:
    """What can be answered from the packed columns alone."""
    if filters.is_failing:
        yield columns.passed == PASSED_NO
    if filters.has_error:
        yield _with_error(columns, metrics)
    for value_range in filters.ranges:
        yield _in_range(columns.values(_metric(metrics, value_range.key).pk), value_range)
    for key, condition in filters.statuses:
        yield _has_condition(columns, _metric(metrics, key), condition)


def _metric(metrics: Mapping[str, RunMetric], key: str) -> RunMetric:
    try:
        return metrics[key]
    except KeyError:
        raise Invalid("metric_unknown", f'Metric "{key}" is not in this run; it has: {", ".join(metrics)}.') from None


def _with_error(columns: RunColumns, metrics: Mapping[str, RunMetric]) -> Mask:
    mask: Mask = columns.item_states == ITEM_ERRORED
    for metric in metrics.values():
        mask |= columns.statuses(metric.pk) == ERRORED
    return mask


def _in_range(values: NDArray[np.float64], wanted: ValueRange) -> Mask:
    """NaN, which stands for no value, is in no range."""
    mask: Mask = ~np.isnan(values)
    if wanted.low is not None:
        mask &= values >= wanted.low
    if wanted.high is not None:
        mask &= values < wanted.high if wanted.excludes_high else values <= wanted.high
    return mask


def _has_condition(columns: RunColumns, metric: RunMetric, condition: ScoreCondition) -> Mask:
    if condition in _STATUS_OF:
        found: Mask = columns.statuses(metric.pk) == _STATUS_OF[condition]
        return found
    verdict = PASSED if condition == ScoreCondition.PASSING else FAILED
    decided: Mask = metric.criterion.passing(columns.values(metric.pk)) == verdict
    return decided


def _under_review(run: Run, state: str) -> Mask:
    reviews = Review.objects.filter(run=run)
    if state != NO_REVIEW:
        reviews = reviews.filter(state=state)
    mask = np.zeros(run.item_count, dtype=np.bool_)
    for ordinal, repeat in reviews.values_list("run_item__ordinal", "run_item__repeat"):
        mask[ordinal * run.repeats + repeat] = True
    return ~mask if state == NO_REVIEW else mask


def _in_set(run: Run, name: str) -> Mask:
    """Nothing where the run has no such set."""
    mask = np.zeros(run.item_count, dtype=np.bool_)
    found = ItemSet.objects.filter(run=run, name=name).first()
    if found is not None:
        mask[found.places[found.places < mask.size]] = True
    return mask


def _searched(run: Run, columns: RunColumns, filters: ItemFilters, *, patience: float | None) -> TextSearch | None:
    if not filters.text:
        return None
    search = text_search(run, version=columns.version, text=filters.text, within=filters.within)
    search.advance(patience)
    return search


def _cut(search: TextSearch | None) -> SearchProgress | None:
    if search is None or search.is_complete:
        return None
    return SearchProgress(search.searched, search.ordinals)


def _order(columns: RunColumns, metrics: Mapping[str, RunMetric], sort: str) -> Order:
    """All places of the run in the order asked for, made only when they are needed."""
    name, is_descending = sort.removeprefix("-"), sort.startswith("-")
    if name == BY_ORDINAL:
        return lambda: np.arange(columns.length)[:: -1 if is_descending else 1]
    column: SortColumn = "overall" if name == BY_OVERALL else _metric(metrics, name.removeprefix(METRIC_PREFIX)).pk
    return lambda: columns.order(column, descending=is_descending)
