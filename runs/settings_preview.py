"""What other settings of metrics would make of the last runs: passing items, overall scores and grades, old and new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from evalhub.accounts.models import Project
from metrics.aggregation import overall, run_overall
from metrics.criterion import PASSED, Criterion
from metrics.grades import grade
from metrics.project_metrics import MetricSetting, settings_of
from metrics.scale import TOLERANCE
from runs.columns import PASSED_NO, RunColumns, read_columns
from runs.figures import MISSING, mean_of, number
from runs.models import Run, RunMetric

LAST_RUNS = 5
# Values read for one preview; runs beyond are shown by their summaries alone.
MOST_VALUES = 5_000_000


@dataclass(frozen=True, slots=True)
class MetricPreview:
    """One metric of a run: its items that pass, and what they pass by."""

    name: str
    scored: int
    passing_before: int
    passing_after: int | None
    wanted_before: str
    wanted_after: str
    weight_before: float
    weight_after: float
    is_switched_off: bool


@dataclass(frozen=True, slots=True)
class RunPreview:
    """One run as it was graded, and as it would be. Counts of items are None where the run is too large to look at."""

    run: Run
    overall_after: float | None
    passed_after: bool | None
    failing_after: int | None
    metrics: Sequence[MetricPreview]
    missing: Sequence[str]

    @property
    def grade_before(self) -> str:
        return grade(self.run.overall)

    @property
    def grade_after(self) -> str:
        return grade(self.overall_after)

    @property
    def is_changed(self) -> bool:
        overalls = (number(self.run.overall), number(self.overall_after))
        others = (self.run.passed, self.run.failing_count) != (self.passed_after, self.failing_after)
        return overalls[0] != overalls[1] or others or bool(self.metrics)


@dataclass(frozen=True, slots=True)
class _Measured:
    """A metric of a run beside what it would be by the new setting."""

    metric: RunMetric
    setting: MetricSetting | None
    threshold: float | None

    @property
    def weight(self) -> float:
        return self.metric.weight if self.setting is None else self.setting.weight

    @property
    def is_on(self) -> bool:
        return self.setting is None or self.setting.is_enabled

    @property
    def criterion(self) -> Criterion:
        return replace(self.metric.criterion, threshold=self.threshold)

    @property
    def is_changed(self) -> bool:
        return not self.is_on or self.weight != self.metric.weight or self.threshold != self.metric.threshold


def preview_settings(project: Project, settings: Sequence[MetricSetting]) -> list[RunPreview]:
    """Finished runs of the project under the settings, newest first. Runs keep what they measured."""
    by_metric = {setting.metric.pk: setting for setting in settings}
    previews, left = [], MOST_VALUES
    for run in _last_runs(project, settings):
        size = run.item_count * len(run.run_metrics.all())
        previews.append(_preview(run, by_metric, counts_items=size <= left))
        left -= size if size <= left else 0
    return previews


def _last_runs(project: Project, settings: Sequence[MetricSetting]) -> list[Run]:
    """The newest that measured what differs from what is stored; the newest of all where there is none."""
    stored = settings_of(project, [setting.metric for setting in settings])
    changed = [new.metric.pk for new, old in zip(settings, stored, strict=True) if new.fingerprint != old.fingerprint]
    runs = Run.objects.finished().filter(project=project).with_metrics().order_by("-id")
    measured = RunMetric.objects.filter(run__project=project, revision__metric_id__in=changed).values("run_id")
    return list(runs.filter(pk__in=measured)[:LAST_RUNS]) or list(runs[:LAST_RUNS])


def _preview(run: Run, settings: Mapping[int, MetricSetting], *, counts_items: bool) -> RunPreview:
    measured = [_measured(metric, settings.get(metric.revision.metric_id), run) for metric in run.run_metrics.all()]
    counted = [one for one in measured if one.is_on]
    columns = read_columns(run) if counts_items else None
    means = [one.metric.mean for one in counted]
    overall_after = run_overall(means, [one.metric.scale for one in counted], [one.weight for one in counted])
    known = {one.metric.revision.metric_id for one in measured}
    return RunPreview(
        run=run,
        overall_after=overall_after,
        passed_after=_passed(run, counted, overall_after),
        failing_after=_failing(run, counted, columns) if columns else None,
        metrics=[_metric_preview(one, columns) for one in measured if one.is_changed],
        missing=[each.metric.name for key, each in settings.items() if each.is_enabled and key not in known],
    )


def _measured(metric: RunMetric, setting: MetricSetting | None, run: Run) -> _Measured:
    if setting is None:
        return _Measured(metric, None, metric.threshold)
    own = setting.threshold
    return _Measured(metric, setting, metric.scale.at_goodness(run.quality_threshold) if own is None else own)


def _passed(run: Run, measured: Sequence[_Measured], overall_after: float | None) -> bool | None:
    """As a run is passed when it closes: by its star metric where it has one, else by its overall score."""
    star = next((one for one in measured if one.metric.is_star), None)
    if star is None:
        return None if overall_after is None else overall_after >= run.quality_threshold - TOLERANCE
    if star.metric.mean is None or star.threshold is None:
        return None
    return star.metric.scale.passes(star.metric.mean, star.threshold)


def _failing(run: Run, measured: Sequence[_Measured], columns: RunColumns) -> int:
    """Items that would fail: by the star metric where there is one, else by their overall score."""
    values = [columns.values(one.metric.pk) for one in measured]
    star = next((place for place, one in enumerate(measured) if one.metric.is_star), None)
    if star is not None:
        return int(np.count_nonzero(measured[star].criterion.passing(values[star]) == PASSED_NO))
    if not measured:
        return 0
    criteria = [one.criterion for one in measured]
    overalls = overall(
        [each.counted(column) for each, column in zip(criteria, values, strict=True)],
        [each.scale for each in criteria],
        [one.weight for one in measured],
    )
    return int(np.count_nonzero(overalls < run.quality_threshold - TOLERANCE))


def _metric_preview(one: _Measured, columns: RunColumns | None) -> MetricPreview:
    metric, after = one.metric, None
    if columns and one.is_on:
        after = int(np.count_nonzero(one.criterion.passing(columns.values(metric.pk)) == PASSED))
    return MetricPreview(
        name=metric.name,
        scored=metric.n_scored,
        passing_before=metric.n_passed,
        passing_after=after,
        wanted_before=_wanted(metric, metric.threshold),
        wanted_after=_wanted(metric, one.threshold),
        weight_before=metric.weight,
        weight_after=one.weight,
        is_switched_off=not one.is_on,
    )


def _wanted(metric: RunMetric, threshold: float | None) -> str:
    if threshold is None:
        return MISSING
    return f"{'≥' if metric.scale.higher_is_better else '≤'} {mean_of(metric, threshold)}"
