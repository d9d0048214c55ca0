"""The rows of a project's list of evaluations, and an evaluation's history with a cell for each target."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Prefetch

from evalhub.accounts.models import Project
from metrics.grades import grade
from runs.models import Evaluation, EvaluationSchedule, EvaluationVersion, Execution, Run
from runs.models.evaluation import ExecutionQuerySet

_ON_PAGE = 50
_EXECUTIONS_ON_PAGE = 20
# More targets than this would make columns too narrow to read; their runs are on the execution's page.
MOST_COLUMNS = 6


@dataclass(frozen=True, slots=True)
class EvaluationRow:
    """An evaluation with what a list says of it."""

    evaluation: Evaluation
    newest: EvaluationVersion | None
    last: Execution | None
    schedule: EvaluationSchedule | None

    @property
    def cells(self) -> list[RunCell]:
        """The runs of the last start."""
        return [RunCell(column_of(run), run) for run in self.last.runs.all()] if self.last else []

    @property
    def is_passed(self) -> bool | None:
        """Whether every run of the last start that could be decided passed; None where none could."""
        decided = [cell.run.passed for cell in self.cells if cell.run and cell.run.passed is not None]
        return all(decided) if decided else None

    @property
    def verdict(self) -> str:
        """The same in words: how many of several passed."""
        decided = [cell.run.passed for cell in self.cells if cell.run and cell.run.passed is not None]
        if len(decided) > 1:
            return f"{sum(decided)} of {len(decided)} pass"
        return "Pass" if self.is_passed else "Fail"


@dataclass(frozen=True, slots=True)
class EvaluationPage:
    """One page of evaluations, and where it stands among the others."""

    place: Page[Evaluation]
    rows: list[EvaluationRow]


def evaluation_page(project: Project, *, page: str | None) -> EvaluationPage:
    """One page of the project's evaluations, in a fixed number of queries."""
    place = Paginator(Evaluation.objects.filter(project=project).for_list(), _ON_PAGE).get_page(page)
    evaluations = list(place.object_list)
    newest = EvaluationVersion.objects.filter(evaluation__in=evaluations).order_by("evaluation_id", "-number")
    named = newest.select_related("dataset", "dataset_version", "star_metric").distinct("evaluation_id")
    versions = {version.evaluation_id: version for version in named}
    last = _for_history(Execution.objects.filter(evaluation_version__evaluation__in=evaluations))
    executions = {
        execution.evaluation_version.evaluation_id: execution
        for execution in last.order_by("evaluation_version__evaluation_id", "-id").distinct(
            "evaluation_version__evaluation_id"
        )
        if execution.evaluation_version
    }
    schedules = {each.evaluation_id: each for each in EvaluationSchedule.objects.filter(evaluation__in=evaluations)}
    return EvaluationPage(
        place,
        [
            EvaluationRow(each, versions.get(each.pk), executions.get(each.pk), schedules.get(each.pk))
            for each in evaluations
        ],
    )


@dataclass(frozen=True, slots=True)
class RunCell:
    """One run in the history; None where the execution has no run for the column."""

    label: str
    run: Run | None

    @property
    def grade(self) -> str:
        return grade(self.run.overall) if self.run else ""


@dataclass(frozen=True, slots=True)
class ExecutionRow:
    """One start with a cell for each column."""

    execution: Execution
    cells: Sequence[RunCell]
    has_more: bool


@dataclass(frozen=True, slots=True)
class History:
    """The starts of an evaluation, the newest first, with a column for each target or task they have in common."""

    place: Page[Execution]
    columns: Sequence[str]
    rows: Sequence[ExecutionRow]

    @property
    def is_live(self) -> bool:
        return any(cell.run.is_live for row in self.rows for cell in row.cells if cell.run)


def history_of(evaluation: Evaluation, *, page: str | None) -> History:
    """One page of the evaluation's executions."""
    executions = _for_history(Execution.objects.filter(evaluation_version__evaluation=evaluation))
    place = Paginator(executions.order_by("-id"), _EXECUTIONS_ON_PAGE).get_page(page)
    on_page = list(place.object_list)
    columns = _columns(on_page)
    return History(place, columns, [_row(execution, columns) for execution in on_page])


def column_of(run: Run) -> str:
    """What tells the runs of one execution apart: the task, where there are tasks, else the target."""
    return run.task_key or str(run.target)


def _columns(executions: Iterable[Execution]) -> list[str]:
    names = dict.fromkeys(column_of(run) for execution in executions for run in execution.runs.all())
    return list(names)[:MOST_COLUMNS]


def _row(execution: Execution, columns: Sequence[str]) -> ExecutionRow:
    by_column: defaultdict[str, list[Run]] = defaultdict(list)
    for run in execution.runs.all():
        by_column[column_of(run)].append(run)
    cells = [RunCell(column, by_column[column][0] if by_column[column] else None) for column in columns]
    shown = sum(cell.run is not None for cell in cells)
    return ExecutionRow(execution, cells, has_more=len(execution.runs.all()) > shown)


def _for_history(executions: ExecutionQuerySet) -> ExecutionQuerySet:
    """The executions with their runs, and of these what a cell prints and no more."""
    runs = Run.objects.filter(deleted_at=None).select_related("target").order_by("id")
    shown = runs.only(
        *("name", "state", "overall", "passed", "execution", "task_key", "failing_count", "item_count"),
        *("target__name", "target__version", "target__deleted_at"),
    )
    return executions.with_names().prefetch_related(Prefetch("runs", shown))
