"""What the page of an item history prints: runs across, items down, with the addresses of other views of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.http import QueryDict
from django.urls import reverse

from evalhub.accounts.models import Project
from evalhub.core.addresses import with_query
from evalhub.core.paging import Page
from runs.forms.history import HistoryForm
from runs.history.grid import Course, ItemGrid
from runs.history.rows import HistoryRow, Mark, history_rows
from runs.history.runs import history_runs, metrics_that_pass
from runs.history.selection import HistoryOrder, HistorySelection
from runs.models import Dataset, Run
from runs.views.item_filter_bar import Link

PAGE_SIZE = 50
COURSE_NAMES = {
    Course.BROKE: "fails now",
    Course.FLAKY: "flaky",
    Course.FAILING: "never passed",
    Course.BACK: "back",
    Course.PASSING: "always passed",
    Course.UNKNOWN: "without a result",
}
COURSE_SIGNS = {
    Course.BROKE: "▼",
    Course.FLAKY: "~",
    Course.FAILING: "✗",
    Course.BACK: "▲",
    Course.PASSING: "✓",
    Course.UNKNOWN: "–",
}
COURSE_TONES = {Course.BROKE: "bad", Course.FLAKY: "warn", Course.FAILING: "bad", Course.BACK: "good"}
_ORDER_NAMES = {
    HistoryOrder.WORST: "Worst first",
    HistoryOrder.TURNS: "Most turns first",
    HistoryOrder.DATASET: "Dataset order",
}
_SIGNS = {"passed": "✓", "failed": "✗", "unscored": "–", "absent": ""}


@dataclass(frozen=True, slots=True)
class MarkCell:
    """A mark with its sign, what it says to those who hear it, and the address of the item in that run."""

    mark: Mark
    sign: str
    words: str
    href: str


@dataclass(frozen=True, slots=True)
class GridRow:
    """A row as shown; `href` opens the item in the newest run that has it."""

    row: HistoryRow
    cells: Sequence[MarkCell]
    tone: str
    sign: str
    name: str
    href: str


class HistoryPage:
    """Everything on the page, made from one address. `dataset` is None in a project without finished runs."""

    def __init__(self, project: Project, form: HistoryForm, query: QueryDict) -> None:
        self.project = project
        self.form = form
        self.query = query
        self.dataset = form.dataset or _newest_dataset(project)

    @cached_property
    def runs(self) -> list[Run]:
        """The newest of the dataset's finished runs, the oldest of them first."""
        if self.dataset is None:
            return []
        return history_runs(
            Run.objects.filter(project=self.project),
            self.dataset,
            target=self.form.target_name,
            tag=self.form.tag_name,
            count=self.form.run_count,
        )

    @cached_property
    def metric_names(self) -> dict[str, str]:
        return metrics_that_pass(self.runs)

    @property
    def metric_key(self) -> str:
        return self.form.metric_key if self.form.metric_key in self.metric_names else ""

    @cached_property
    def grid(self) -> ItemGrid:
        return ItemGrid(self.runs, metric_key=self.metric_key)

    @cached_property
    def selection(self) -> HistorySelection:
        return HistorySelection(self.grid, course=self.form.course, order=self.form.order)

    @cached_property
    def page(self) -> Page:
        return Page.of(self.query, number=self.form.page_number, size=PAGE_SIZE, total=self.selection.total)

    def rows(self) -> list[GridRow]:
        return [self._row(row) for row in history_rows(self.grid, self.selection.page(self.page.number, PAGE_SIZE))]

    def _row(self, row: HistoryRow) -> GridRow:
        cells = [_cell(mark) for mark in row.marks]
        newest = next((cell.href for cell in reversed(cells) if cell.href), "")
        course = row.course
        return GridRow(row, cells, COURSE_TONES.get(course, ""), COURSE_SIGNS[course], COURSE_NAMES[course], newest)

    @property
    def courses(self) -> list[Link]:
        """Choices of items with how many there are; ways that no item went are left out."""
        counts = self.grid.counts()
        chosen = [course for course in Course if counts[course] or course == self.form.course]
        return [
            Link(f"all {self.grid.courses.length:,}", self._with(show=None), self.form.course is None),
            *(self._course_link(course, counts[course]) for course in chosen),
        ]

    def _course_link(self, course: Course, count: int) -> Link:
        label = f"{COURSE_SIGNS[course]} {COURSE_NAMES[course]} {count:,}"
        return Link(label, self._with(show=course), self.form.course == course)

    @property
    def orders(self) -> list[Link]:
        return [Link(name, self._with(sort=order), self.form.order == order) for order, name in _ORDER_NAMES.items()]

    @property
    def metrics(self) -> list[Link]:
        own = Link("the run's own verdict", self._with(metric=None), not self.metric_key)
        keys = self.metric_names.items()
        return [own, *(Link(name, self._with(metric=key), self.metric_key == key) for key, name in keys)]

    @property
    def measured(self) -> str:
        """What passes and fails here, in words."""
        return self.metric_names.get(self.metric_key, "the run's own verdict")

    @property
    def export_href(self) -> str:
        return reverse("runs:history_export", args=[self.project.pk]) + self._with(count=self.form.run_count)

    def _with(self, **changes: str | int | None) -> str:
        return with_query(self.query, **{"page": None, **changes})


def _newest_dataset(project: Project) -> Dataset | None:
    newest = Run.objects.finished().filter(project=project).select_related("dataset").order_by("-id").first()
    return newest.dataset if newest else None


def _cell(mark: Mark) -> MarkCell:
    if mark.ordinal is None:
        return MarkCell(mark, "", f"not in {mark.run.name}", "")
    sign = f"{mark.passes}/{mark.known}" if mark.run.repeats > 1 and mark.known else _SIGNS[mark.status]
    href = reverse("runs:item_detail", args=[mark.run.pk, mark.ordinal])
    return MarkCell(mark, sign, f"{mark.status} in {mark.run.name}", href)
