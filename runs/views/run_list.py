"""The runs of a project as a table that filters, sorts and pages on the server."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from evalhub.accounts.access import Right, may
from evalhub.accounts.http import MemberRequest
from evalhub.accounts.models import Project
from evalhub.core.addresses import with_query
from evalhub.core.htmx import render_page
from evalhub.core.paging import Page
from runs.charts import Strip, overall_strip
from runs.forms.run_list import RunListForm
from runs.models import Run, RunMetric
from runs.regressions import verdicts_against_baselines
from runs.run_filters import RunSort
from runs.run_table import (
    COLUMNS,
    UNSORTABLE,
    RunColumn,
    RunRow,
    chosen_columns,
    metric_columns,
    table_rows,
)

PAGE_SIZE = 30


@dataclass(frozen=True, slots=True)
class Head:
    """A column's head: where a click sorts, and how it is sorted now."""

    label: str
    href: str
    sort: str
    is_numeric: bool
    title: str


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """A column in the list of those that can be shown."""

    column: RunColumn
    is_shown: bool
    bounds: str = ""


@dataclass(frozen=True, slots=True)
class RunTable:
    """Everything the table prints."""

    rows: Sequence[RunRow]
    heads: Sequence[Head]
    choices: Sequence[ColumnChoice]
    page: Page
    strip: Strip
    query: QueryDict

    @property
    def shown(self) -> set[str]:
        return {choice.column.key for choice in self.choices if choice.is_shown}

    @property
    def live_ids(self) -> str:
        return ",".join(str(row.run.pk) for row in self.rows if row.run.is_live)

    @property
    def metric_choices(self) -> list[ColumnChoice]:
        return [choice for choice in self.choices if choice.column.is_metric]


@require_safe
@login_required
def run_list(request: MemberRequest, project_id: int) -> HttpResponse:
    project = get_object_or_404(Project.objects.visible_to(request.user).select_related("team"), id=project_id)
    form = RunListForm(request.GET, project=project)
    table = _table(project, form)
    response = render_page(
        request,
        "runs/run_list.html",
        partial="run-table",
        project=project,
        form=form,
        table=table,
        views=project.run_views.all(),
        may_start=may(request.user, Right.START_RUN, project),
    )
    if request.htmx.target == "run-table":
        response["HX-Push-Url"] = request.path + with_query(table.query)
    return response


def _table(project: Project, form: RunListForm) -> RunTable:
    matching = Run.objects.filter(project=project, deleted_at=None).matching(form.filters())
    page = Page.of(form.query, number=form.page_number, size=PAGE_SIZE, total=matching.count())
    ids = matching.sorted_by(form.sorting).page_ids(page=page.number, size=page.size)
    runs = _in_order(Run.objects.filter(id__in=ids).for_table(), ids)
    asked = [name for name in form.query if form.query[name]]
    measured = metric_columns(runs, [*form.wanted_columns, form.sorting.column, *asked])
    columns = chosen_columns(form.wanted_columns, measured)
    query = _said(form.query, is_usual=columns == chosen_columns([], measured))
    return RunTable(
        rows=table_rows(runs, columns, baselines=_baselines(project, runs), verdicts=verdicts_against_baselines(ids)),
        heads=[_head(column, form.sorting, query) for column in columns],
        choices=[_choice(column, columns, form) for column in _offered(measured)],
        page=replace(page, query=query),
        query=query,
        strip=overall_strip(runs, threshold=project.quality_threshold),
    )


def _said(query: QueryDict, *, is_usual: bool) -> QueryDict:
    """What the address has to say: no empty fields of the form, and no columns where they are the usual ones."""
    said = query.copy()
    for name in query:
        if not any(said.getlist(name)) or (name == "cols" and is_usual):
            del said[name]
    return said


def _in_order(runs: Iterable[Run], ids: Sequence[int]) -> list[Run]:
    place = {run_id: place for place, run_id in enumerate(ids)}
    return sorted(runs, key=lambda run: place[run.pk])


def _baselines(project: Project, runs: Sequence[Run]) -> dict[int, list[RunMetric]]:
    pinned = RunMetric.objects.of_baselines(project, (run.dataset_id for run in runs)).for_table()
    by_dataset: defaultdict[int, list[RunMetric]] = defaultdict(list)
    for metric in pinned.select_related("run"):
        by_dataset[metric.run.dataset_id].append(metric)
    return dict(by_dataset)


def _head(column: RunColumn, sort: RunSort, query: QueryDict) -> Head:
    is_sorted = column.key == sort.column
    turned = RunSort(column.key, not sort.is_descending if is_sorted else column.is_numeric)
    return Head(
        label=f"{column.direction} {column.label}".strip(),
        href="" if column.key in UNSORTABLE else with_query(query, sort=str(turned), page=None),
        sort=("descending" if sort.is_descending else "ascending") if is_sorted else "",
        is_numeric=column.is_numeric and not column.is_metric,  # a metric's cell has a bar below
        title=column.title,
    )


def _offered(measured: Sequence[RunColumn]) -> list[RunColumn]:
    fixed = [column for column in COLUMNS if column.key != "metrics"]
    return [*fixed, *measured]


def _choice(column: RunColumn, shown: Sequence[RunColumn], form: RunListForm) -> ColumnChoice:
    return ColumnChoice(column, is_shown=column in shown, bounds=form.bounds_text(column.key))
