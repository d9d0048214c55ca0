"""What the page of a comparison prints: runs, summary, what is unfair in it, slices and items, with addresses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from django.urls import reverse

from runs.comparison.compare import Comparison, Line
from runs.comparison.fairness import Conditions, conditions_of
from runs.comparison.items import Cell, Row, item_rows
from runs.comparison.lonely import Lonely, lonely_items
from runs.comparison.measures import Measure
from runs.comparison.selection import Change, ItemOrder, ItemSelection
from runs.comparison.slices import SliceLine, compare_slices
from runs.forms.comparison import PAGE_SIZE, ComparisonAddress, ComparisonForm
from runs.forms.items import METADATA_PREFIX
from runs.insights.between import BetweenInsight, insights_between
from runs.item_table import TableView
from runs.metadata_index import MOST_GROUPS
from runs.models import Run
from runs.trust.badges import badges_of
from runs.views.comparison_reading import item_wish
from runs.views.comparison_rows import Repeats, Side, SliceRow, SummaryRow
from runs.views.item_filter_bar import Link, Pill

MOST_CHIPS = 6
# A page waits this long for a search of its texts; what was not looked at then is said.
PATIENCE = 0.5
EXPORTS = {"csv": "CSV", "jsonl": "JSON Lines", "parquet": "Parquet"}
_CHANGE_NAMES = {
    Change.BETTER: "▲ better",
    Change.WORSE: "▼ worse",
    Change.SAME: "= same",
    Change.UNSCORED: "without a score",
    Change.UNMATCHED: "only in the baseline",
}
_ORDER_NAMES = {ItemOrder.WORST: "Worst first", ItemOrder.BEST: "Best first", ItemOrder.DATASET: "Dataset order"}


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A row of the grid with the address of its item."""

    row: Row
    sides: Sequence[Side]
    href: str
    is_open: bool

    @property
    def cells(self) -> list[tuple[Side, Cell]]:
        return list(zip(self.sides, self.row.cells, strict=True))


class ComparisonPage:
    """Everything on the page, made from one address."""

    def __init__(self, comparison: Comparison, form: ComparisonForm, address: ComparisonAddress) -> None:
        self.comparison = comparison
        self.form = form
        self.address = address
        self.view = form.table_view
        self.wish = item_wish(comparison, form)
        self.measure = self.wish.measure if self.wish else None
        self.position = self.wish.position if self.wish else 1

    @cached_property
    def sides(self) -> list[Side]:
        ids = [run.pk for run in self.comparison.runs]
        return [
            Side(
                number=place + 1,
                run=run,
                baseline_href=str(self.address.of_runs([run.pk, *(other for other in ids if other != run.pk)])),
                remove_href=str(self.address.of_runs([other for other in ids if other != run.pk])) if ids[2:] else "",
            )
            for place, run in enumerate(self.comparison.runs)
        ]

    def summary(self) -> list[SummaryRow]:
        by_place = {(line.measure.name, line.position): line for line in self.comparison.lines}
        # The overall score is no metric of its own, and is not stored.
        stored = [measure.metric for measure in self.comparison.measures if measure.metric.pk]
        badges = badges_of(self.comparison.baseline.project_id, stored)
        return [
            replace(
                self._summary_row(measure, side, by_place.get((measure.name, side.number - 1))),
                trust=badges.get(measure.metric.pk),
            )
            for measure in self.comparison.measures
            for side in self.sides[1:]
        ]

    def _summary_row(self, measure: Measure, side: Side, line: Line | None) -> SummaryRow:
        position = side.number - 1
        better, worse, same = (
            str(self._items(measure, position, change)) for change in (Change.BETTER, Change.WORSE, Change.SAME)
        )
        is_current = self.measure is measure and self.position == position
        return SummaryRow(measure, line, side, position == 1, is_current, better, worse, same)

    def _items(self, measure: Measure, position: int, change: Change | None) -> ComparisonAddress:
        changes = {"by": measure.name, "vs": str(position), "show": change.value if change else None}
        return self.address.filtered(changes)

    @cached_property
    def conditions(self) -> Conditions:
        return conditions_of(self.comparison)

    def lonely(self) -> list[Lonely]:
        """Items that only one of the runs has, the first of them by name."""
        return lonely_items(self.comparison)

    def insights(self) -> list[BetweenInsight]:
        """On the candidate that is looked at."""
        return insights_between(self.comparison, self.position)

    @property
    def pairs_href(self) -> str:
        """Where items of different versions are paired by hand; "" where both runs are over one version."""
        if self.candidate.dataset_version_id == self.comparison.baseline.dataset_version_id:
            return ""
        return self._at("item_pairs")

    @property
    def candidate(self) -> Run:
        return self.comparison.runs[self.position]

    @property
    def charts_href(self) -> str:
        return self._at("run_comparison_charts")

    @property
    def report_href(self) -> str:
        return self._at("run_comparison_report")

    @property
    def choice_hidden(self) -> list[tuple[str, str]]:
        """What the form that adds a run has to say besides."""
        return self.address.hidden("cluster")

    @property
    def is_diff(self) -> bool:
        return self.view == TableView.DIFF

    @property
    def dataset_cluster_key(self) -> str:
        """The key that holds unless the address names another."""
        return self.comparison.baseline.dataset.cluster_key

    @property
    def cluster_choices(self) -> list[str]:
        return list(self.comparison.baseline.dataset_version.metadata_keys)

    # Items

    @cached_property
    def selection(self) -> ItemSelection | None:
        """None where the runs measure nothing."""
        return ItemSelection(self.comparison, self.wish, patience=PATIENCE) if self.wish else None

    @property
    def total(self) -> int:
        return self.selection.total if self.selection else 0

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))

    @property
    def page_number(self) -> int:
        return min(self.form.page_number, self.pages)

    @property
    def first(self) -> int:
        return (self.page_number - 1) * PAGE_SIZE + 1 if self.total else 0

    @property
    def last(self) -> int:
        return min(self.total, self.page_number * PAGE_SIZE)

    @property
    def previous_href(self) -> str:
        return str(self.address.changed({"page": str(self.page_number - 1)})) if self.page_number > 1 else ""

    @property
    def next_href(self) -> str:
        return str(self.address.changed({"page": str(self.page_number + 1)})) if self.page_number < self.pages else ""

    def rows(self) -> list[ItemRow]:
        if self.selection is None:
            return []
        ordinals = self.selection.page(self.page_number, PAGE_SIZE)
        found = item_rows(
            self.comparison, ordinals, measures=self.shown_measures(), is_diff=self.view == TableView.DIFF
        )
        return [
            ItemRow(row, self.sides, self.item_href(row.ordinal), is_open=row.ordinal == self.form.open_ordinal)
            for row in found
        ]

    def shown_measures(self) -> Sequence[Measure]:
        """The chosen measure first; in the full view others follow it."""
        if self.measure is None:
            return ()
        others = [measure for measure in self.comparison.measures if measure is not self.measure]
        return [self.measure, *others[: MOST_CHIPS - 1]] if self.view == TableView.FULL else [self.measure]

    def item_href(self, ordinal: int, *, view: TableView | None = None, repeat: int | None = None) -> str:
        path = reverse("runs:run_comparison_item", args=[self.comparison.baseline.project_id, ordinal])
        shown = {**({"view": view.value} if view else {}), **({"repeat": str(repeat)} if repeat else {})}
        return str(self.address.changed({"item": None, **shown}).at(path))

    @property
    def exports(self) -> list[Link]:
        """The items as files, in the formats that they are written in."""
        return [
            Link(name, self._at("run_comparison_export", file_format), is_current=False)
            for file_format, name in EXPORTS.items()
        ]

    def _at(self, name: str, *arguments: str) -> str:
        """Another page of these runs and these items."""
        path = reverse(f"runs:{name}", args=[self.comparison.baseline.project_id, *arguments])
        return str(self.address.changed({"item": None, "page": None}).at(path))

    @property
    def search_hidden(self) -> list[tuple[str, str]]:
        """What the form that searches has to say besides."""
        return self.address.hidden("q")

    def repeats(self, ordinal: int) -> Repeats | None:
        """Where the reader stands among the repeats of an item; None where every item was answered once."""
        most = max(run.repeats for run in self.comparison.runs)
        number = min(self.form.shown_repeat + 1, most)
        if most == 1:
            return None
        return Repeats(
            number=number,
            count=most,
            previous_href=self.item_href(ordinal, repeat=number - 1) if number > 1 else "",
            next_href=self.item_href(ordinal, repeat=number + 1) if number < most else "",
        )

    @property
    def drawer_href(self) -> str:
        """The open item's own address; nothing when none is open."""
        return "" if self.form.open_ordinal is None else self.item_href(self.form.open_ordinal)

    @property
    def closed_href(self) -> str:
        return str(self.address.changed({"item": None}))

    def changes(self) -> list[Link]:
        """Counts that filter when clicked; a second click shows all again."""
        if self.selection is None:
            return []
        links = [Link(f"all {self.selection.whole:,}", self._shown(None), self.form.change is None)]
        for change, count in self.selection.counts.items():
            if count or change == self.form.change or change in {Change.BETTER, Change.WORSE, Change.SAME}:
                links.append(
                    Link(f"{_CHANGE_NAMES[change]} {count:,}", self._shown(change), change == self.form.change)
                )
        return links

    def _shown(self, change: Change | None) -> str:
        wanted = None if change == self.form.change or change is None else change.value
        return str(self.address.filtered({"show": wanted}))

    def measure_links(self) -> list[Link]:
        return [
            Link(measure.label, str(self.address.filtered({"by": measure.name})), measure is self.measure)
            for measure in self.comparison.measures
        ]

    @property
    def other_measure(self) -> Measure | None:
        """What the picture of two metrics sets against the chosen one: what was asked for, else the next there is."""
        others = [
            measure
            for measure in self.comparison.measures
            if measure is not self.measure and measure.metrics[self.position] is not None
        ]
        named = [measure for measure in others if measure.name == self.form.other_measure_name]
        return next(iter([*named, *others]), None)

    def other_links(self) -> list[Link]:
        """The measures that the chosen one can be set against."""
        path = reverse("runs:run_comparison_charts", args=[self.comparison.baseline.project_id])
        address = self.address.changed({"item": None, "page": None}).at(path)
        return [
            Link(measure.label, str(address.changed({"other": measure.name})), measure is self.other_measure)
            for measure in self.comparison.measures
            if measure is not self.measure
        ]

    def candidate_links(self) -> list[Link]:
        return [
            Link(
                side.run.name,
                str(self.address.filtered({"vs": str(side.number - 1)})),
                side.number - 1 == self.position,
            )
            for side in self.sides[1:]
        ]

    def orders(self) -> list[Link]:
        return [
            Link(name, str(self.address.filtered({"sort": order.value})), order == self.form.order)
            for order, name in _ORDER_NAMES.items()
        ]

    def views(self) -> list[Link]:
        return [
            Link(view.title(), str(self.address.changed({"view": view.value})), view == self.view) for view in TableView
        ]

    def pills(self) -> list[Pill]:
        """The metadata filters in force."""
        return [
            Pill(key, value, str(self.address.filtered({METADATA_PREFIX + key: None})))
            for key, value in self.form.metadata
        ]

    # Slices

    def slice_links(self) -> list[Link]:
        """Metadata keys with few enough values to be looked at one by one."""
        keys = [
            key
            for key, told in self.comparison.baseline.dataset_version.metadata_keys.items()
            if 1 < len(told["values"]) <= MOST_GROUPS and not told["has_more"]
        ]
        return [
            Link(
                key, str(self.address.changed({"slice": None if key == self.slice_key else key})), key == self.slice_key
            )
            for key in keys
        ]

    @property
    def slice_key(self) -> str:
        return self.form.slice_key

    def slices(self) -> list[SliceRow]:
        if not self.slice_key or self.measure is None:
            return []
        chosen = dict(self.form.metadata).get(self.slice_key)
        return [self._slice_row(line, self.measure, chosen) for line in self._slice_lines(self.measure)]

    def _slice_lines(self, measure: Measure) -> list[SliceLine]:
        return compare_slices(self.comparison, measure, key=self.slice_key)

    def _slice_row(self, line: SliceLine, measure: Measure, chosen: str | None) -> SliceRow:
        is_current = chosen == line.value and line.position == self.position
        name = METADATA_PREFIX + self.slice_key
        href = self.address.filtered({name: None if is_current else line.value, "vs": str(line.position)})
        return SliceRow(measure, line, self.sides[line.position], str(href), is_current)
