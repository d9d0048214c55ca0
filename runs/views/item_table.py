"""What the item table's template prints: rows, sorting links, pages and groups, each with its address."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from django.urls import reverse
from numpy.typing import NDArray

from runs.columns import RunColumns, read_columns
from runs.figures import MISSING, mean_of, scale_of
from runs.filters import BY_ORDINAL, BY_OVERALL, METRIC_PREFIX, ItemFilters
from runs.forms.address import ItemAddress
from runs.forms.items import METADATA_PREFIX, PAGE_SIZES, ItemTableForm
from runs.item_table import ItemRow, TableView, item_rows
from runs.metadata_index import groups_by
from runs.models import Run, RunMetric
from runs.selection import Selection, select_items
from runs.views.item_filter_bar import FilterBar, Link


@dataclass(frozen=True, slots=True)
class Column:
    """A head of the table; `sort` is ascending, descending or nothing."""

    id: str
    label: str
    href: str = ""
    sort: str = ""
    is_numeric: bool = False
    is_wide: bool = False
    title: str = ""
    direction: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row with the address of its item."""

    item: ItemRow
    href: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class GroupMean:
    """The mean of one metric over a group, and how many of its items have a score."""

    shown: str
    scored: int


@dataclass(frozen=True, slots=True)
class Group:
    """The matching items that share a metadata value."""

    value: str
    href: str
    is_current: bool
    count: int
    means: tuple[GroupMean, ...]


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
        self.bar = FilterBar(run, form, address)
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
        return Row(
            item=item,
            href=self._item_href(item.ordinal, item.repeat),
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
        which = {"item": None, "repeat": str(repeat) if repeat else None}
        return str(ItemAddress(path, self.address.query).changed(which))

    @property
    def closed_href(self) -> str:
        return str(self.address.changed({"item": None, "repeat": None}))

    @property
    def review_href(self) -> str:
        """Where all matching items are sent to review, in this order."""
        path = reverse("runs:review_queue_create", args=[self.run.project_id])
        chosen = {"run": str(self.run.pk), "matching": "1"}
        return str(ItemAddress(path, self._shared.query).changed(chosen))

    def exports(self) -> list[Link]:
        """The files that hold exactly the matching items, in this order."""
        names = {"csv": "CSV", "jsonl": "JSON Lines", "parquet": "Parquet"}
        return [
            Link(
                name, str(ItemAddress(reverse("runs:run_export", args=[self.run.pk, file_format]), self._shared.query))
            )
            for file_format, name in names.items()
        ]

    @property
    def addition_href(self) -> str:
        """Where exactly the matching items are added to a dataset."""
        return str(ItemAddress(reverse("runs:run_addition", args=[self.run.pk]), self._shared.query))

    @property
    def breadth(self) -> str:
        """How much room the scores need, in words that the style sheet knows."""
        return "few" if len(self.metrics) <= 5 else "some" if len(self.metrics) <= 10 else "many"

    def columns(self) -> list[Column]:
        heads = [
            Column("ordinal", "#", *self._sorting(BY_ORDINAL), title="In the dataset's order"),
            Column("input", "Input"),
        ]
        heads += (
            [Column("output", "Output", is_wide=self.view == TableView.COMPACT)] if self.view != TableView.DIFF else []
        )
        heads += [Column("expected", "Expected", is_wide=True)] if self.view == TableView.FULL else []
        heads += [Column("diff", "Expected → output")] if self.view == TableView.DIFF else []
        title = "Weighted mean of the item's scores, 0–1, higher is better"
        heads.append(Column("overall", "Overall", *self._sorting(BY_OVERALL), is_numeric=True, title=title))
        for metric in self.metrics:
            direction = "higher" if metric.scale.higher_is_better else "lower"
            title = f"{metric.name}, {scale_of(metric)}, {direction} is better"
            arrow = "↑" if metric.scale.higher_is_better else "↓"
            sorting = self._sorting(METRIC_PREFIX + metric.key)
            heads.append(Column(f"m-{metric.pk}", metric.name, *sorting, is_numeric=True, title=title, direction=arrow))
        return heads

    def _sorting(self, column: str) -> tuple[str, str]:
        """The address that sorts by the column, or turns the order round, and the order in force."""
        is_current = self.filters.column == column
        turned = f"-{column}" if is_current and not self.filters.is_descending else column
        href = str(self.address.filtered({"sort": None if turned == BY_ORDINAL else turned}))
        return href, ("descending" if self.filters.is_descending else "ascending") if is_current else ""

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

    def _mean(self, metric: RunMetric, places: NDArray[np.int64]) -> GroupMean:
        values = metric.criterion.counted(self._columns.values(metric.pk)[places])
        values = values[~np.isnan(values)]
        return GroupMean(mean_of(metric, float(values.mean())) if values.size else MISSING, int(values.size))
