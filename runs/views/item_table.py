"""What the item table's template prints: rows, sorting links, filters in force, pages and groups, each with its address."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from django.urls import reverse
from numpy.typing import NDArray

from runs.columns import RunColumns, read_columns
from runs.figures import MISSING, mean_of, number, scale_of
from runs.filters import BY_ORDINAL, BY_OVERALL, METRIC_PREFIX, ItemFilters, ValueRange
from runs.forms.address import ItemAddress
from runs.forms.items import METADATA_PREFIX, PAGE_SIZES, REVIEW_CHOICES, STATUS_PREFIX, ItemTableForm
from runs.item_table import ItemRow, TableView, item_rows
from runs.metadata_index import groups_by
from runs.models import Run, RunMetric
from runs.selection import Selection, select_items


@dataclass(frozen=True, slots=True)
class Link:
    """A choice in the page and the address that makes it."""

    label: str
    href: str
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class Pill:
    """A filter in force and the address without it."""

    label: str
    value: str
    remove_href: str


@dataclass(frozen=True, slots=True)
class Column:
    """A head of the table; `sort` is ascending, descending or nothing."""

    label: str
    href: str = ""
    sort: str = ""
    is_numeric: bool = False
    is_wide: bool = False
    title: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row with the addresses of its item: as a page of its own, and open beside the table."""

    item: ItemRow
    href: str
    open_href: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class Group:
    """The matching items that share a metadata value."""

    value: str
    href: str
    is_current: bool
    count: int
    means: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pager:
    """One page of the matching items, counted from 1."""

    number: int
    size: int
    total: int
    address: ItemAddress

    @property
    def count(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        return (self.number - 1) * self.size + 1 if self.total else 0

    @property
    def last(self) -> int:
        return min(self.total, self.number * self.size)

    @property
    def previous_href(self) -> str:
        return self._href(self.number - 1) if self.number > 1 else ""

    @property
    def next_href(self) -> str:
        return self._href(self.number + 1) if self.number < self.count else ""

    @property
    def first_href(self) -> str:
        return self._href(1)

    @property
    def last_href(self) -> str:
        return self._href(self.count)

    def _href(self, number: int) -> str:
        return str(self.address.changed({"page": None if number == 1 else str(number)}))


class ItemTable:
    """Everything below the head of a run's page, made from one address."""

    def __init__(self, run: Run, form: ItemTableForm, address: ItemAddress, *, patience: float) -> None:
        self.run = run
        self.form = form
        self.address = address
        self.metrics: list[RunMetric] = list(run.run_metrics.all())
        self.filters: ItemFilters = form.filters()
        self.view = form.table_view
        self._columns: RunColumns = read_columns(run)
        self.selection: Selection = select_items(run, self.filters, patience=patience)
        size = form.page_size
        pages = max(1, -(-self.selection.total // size))
        self.pager = Pager(min(form.page_number, pages), size, self.selection.total, address)
        self.open_place = form.open_place(run)
        self._shared = address.shared()

    @property
    def total(self) -> int:
        return self.selection.total

    @property
    def is_searching(self) -> bool:
        return self.selection.cut is not None

    def rows(self) -> list[Row]:
        places = self.selection.page(self.pager.number, self.pager.size)
        items = item_rows(self.run, self._columns, metrics=self.metrics, places=places, view=self.view)
        return [self._row(item) for item in items]

    def _row(self, item: ItemRow) -> Row:
        repeat = str(item.repeat) if item.repeat else None
        return Row(
            item=item,
            href=self._item_href(item.ordinal, item.repeat),
            open_href=str(self.address.changed({"item": str(item.ordinal), "repeat": repeat})),
            is_open=item.place == self.open_place,
        )

    @property
    def drawer_href(self) -> str:
        """The open item's own address; nothing when none is open."""
        if self.open_place is None:
            return ""
        return self._item_href(*divmod(self.open_place, self.run.repeats))

    def _item_href(self, ordinal: int, repeat: int) -> str:
        path = reverse("runs:item_detail", args=[self.run.pk, ordinal])
        address = ItemAddress(path, self._shared.query)
        return str(address.changed({"repeat": str(repeat) if repeat else None}))

    @property
    def closed_href(self) -> str:
        return str(self.address.changed({"item": None, "repeat": None}))

    def columns(self) -> list[Column]:
        heads = [Column("#", *self._sorting(BY_ORDINAL), title="In the dataset's order"), Column("Input")]
        heads += [Column("Output", is_wide=self.view == TableView.COMPACT)] if self.view != TableView.DIFF else []
        heads += [Column("Expected")] if self.view == TableView.FULL else []
        heads += [Column("Expected → output")] if self.view == TableView.DIFF else []
        title = "Weighted mean of the item's scores, 0–1, higher is better"
        heads.append(Column("Overall", *self._sorting(BY_OVERALL), is_numeric=True, title=title))
        for metric in self.metrics:
            direction = "higher" if metric.scale.higher_is_better else "lower"
            title = f"{metric.name}, {scale_of(metric)}, {direction} is better"
            arrow = "↑" if metric.scale.higher_is_better else "↓"
            sorting = self._sorting(METRIC_PREFIX + metric.key)
            heads.append(Column(f"{metric.name} {arrow}", *sorting, is_numeric=True, title=title))
        return heads

    def _sorting(self, column: str) -> tuple[str, str]:
        """The address that sorts by the column, or turns the order round, and the order in force."""
        is_current = self.filters.column == column
        turned = f"-{column}" if is_current and not self.filters.is_descending else column
        href = str(self.address.filtered({"sort": None if turned == BY_ORDINAL else turned}))
        return href, ("descending" if self.filters.is_descending else "ascending") if is_current else ""

    def pills(self) -> list[Pill]:
        return list(self._pills())

    def _pills(self) -> Iterator[Pill]:
        filters, names = self.filters, {metric.key: metric.name for metric in self.metrics}
        if filters.text:
            yield self._pill("Text", f"“{filters.text}” in {', '.join(filters.within)}", "q", "in")
        if filters.is_failing:
            yield self._pill("Result", "failing", "failing")
        if filters.has_error:
            yield self._pill("Result", "with an error", "error")
        for wanted in filters.ranges:
            yield self._pill(names[wanted.key], range_in_words(wanted), METRIC_PREFIX + wanted.key)
        for key, condition in filters.statuses:
            yield self._pill(names[key], condition.value, STATUS_PREFIX + key)
        for key, value in filters.metadata:
            href = self.address.without(METADATA_PREFIX + key, value)
            yield Pill(key, value, str(href))
        if filters.review:
            yield self._pill("Review", dict(REVIEW_CHOICES)[filters.review], "review")

    def _pill(self, label: str, value: str, *names: str) -> Pill:
        return Pill(label, value, str(self.address.filtered(dict.fromkeys(names))))

    @property
    def clear_href(self) -> str:
        return str(self.address.cleared())

    def views(self) -> list[Link]:
        return [
            Link(
                view.title(),
                str(self.address.changed({"view": None if view == TableView.COMPACT else view})),
                view == self.view,
            )
            for view in TableView
        ]

    def sizes(self) -> list[Link]:
        return [
            Link(str(size), str(self.address.changed({"size": str(size), "page": None})), size == self.pager.size)
            for size in PAGE_SIZES
        ]

    def group_choices(self) -> list[Link]:
        """Metadata keys that the items can be grouped by, and none."""
        keys = ["", *metadata_choices(self.run)]
        return [
            Link(key or "No groups", str(self.address.changed({"group": key or None})), key == self.form.group_key)
            for key in keys
        ]

    def groups(self) -> list[Group]:
        """The matching items by the chosen metadata key: the largest groups first."""
        key = self.form.group_key
        if not key:
            return []
        chosen = dict(self.filters.metadata).get(key)
        return [self._group(key, found.value, found.ordinals, chosen) for found in groups_by(self.run, key)]

    def _group(self, key: str, value: str, ordinals: NDArray[np.int32], chosen: str | None) -> Group:
        repeats = np.arange(self.run.repeats)
        places = (ordinals[:, None].astype(np.int64) * self.run.repeats + repeats).ravel()
        places = places[self.selection.mask[places]]
        means = [self._mean(metric, places) for metric in self.metrics]
        is_current = chosen == value
        name = METADATA_PREFIX + key
        return Group(
            value=value,
            href=str(self.address.filtered({name: None if is_current else value})),
            is_current=is_current,
            count=int(places.size),
            means=tuple(means),
        )

    def _mean(self, metric: RunMetric, places: NDArray[np.int64]) -> str:
        values = self._columns.values(metric.pk)[places]
        values = values[~np.isnan(values)]
        return mean_of(metric, float(values.mean())) if values.size else MISSING


def metadata_choices(run: Run) -> dict[str, Sequence[tuple[str, int]]]:
    """The metadata keys of the run's items with their most frequent values and counts."""
    known = run.dataset_version.metadata_keys.items()
    return {key: [(value, count) for value, count in facts["values"]] for key, facts in known if facts["values"]}


def range_in_words(wanted: ValueRange) -> str:
    """A range as a pill says it: `0.25 to 0.30`."""
    if wanted.low == wanted.high:
        return number(wanted.low)
    if wanted.low is None:
        return f"up to {number(wanted.high)}"
    if wanted.high is None:
        return f"from {number(wanted.low)}"
    return f"{number(wanted.low)} to {'below ' if wanted.excludes_high else ''}{number(wanted.high)}"
