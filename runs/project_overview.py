"""What the page of one project says: how good it is now, what is below threshold, and what changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evalhub.accounts.models import Project
from metrics.grades import grade
from runs import figures
from runs.charts import Strip, overall_strip
from runs.deltas import Delta, Tone
from runs.models import Dataset, DatasetVersion, Run, RunMetric
from runs.regressions import verdicts_against_baselines
from runs.run_table import delta_to, tone_of
from runs.trust.badges import TrustBadge, badges_of

RUNS_IN_STRIP = 60
RECENT_RUNS = 8


@dataclass(frozen=True, slots=True)
class MetricLine:
    """A metric in the last finished run, and how it stands against the baseline's."""

    metric: RunMetric
    delta: Delta | None
    tone: Tone
    trust: TrustBadge | None = None

    @property
    def mean(self) -> str:
        return figures.mean_of(self.metric, self.metric.mean)

    @property
    def interval(self) -> str:
        return figures.interval_of(self.metric, self.metric.ci_low, self.metric.ci_high)

    @property
    def threshold(self) -> str:
        return figures.threshold_of(self.metric)

    @property
    def difference(self) -> str:
        return figures.difference_of(self.metric, self.delta.value) if self.delta else ""

    @property
    def difference_interval(self) -> str:
        return figures.difference_interval_of(self.metric, self.delta.low, self.delta.high) if self.delta else ""

    @property
    def failing(self) -> int:
        return self.metric.n_scored - self.metric.n_passed if self.metric.threshold is not None else 0

    @property
    def is_below(self) -> bool:
        return self.tone == Tone.BAD


@dataclass(frozen=True, slots=True)
class DatasetLine:
    """A dataset with its newest version and its last finished run; None where there is none yet."""

    dataset: Dataset
    newest: DatasetVersion | None
    last_run: Run | None

    @property
    def grade(self) -> str:
        return grade(self.last_run.overall) if self.last_run else ""


@dataclass(frozen=True, slots=True)
class ProjectOverview:
    """Everything the page prints. The trend and the metrics are of one dataset, so that like stands beside like."""

    project: Project
    datasets: Sequence[DatasetLine]
    shown: DatasetLine | None
    history: Sequence[Run]
    lines: Sequence[MetricLine]
    baseline: Run | None
    recent: Sequence[Run]

    @property
    def last_run(self) -> Run | None:
        return self.shown.last_run if self.shown else None

    @property
    def grade(self) -> str:
        return self.shown.grade if self.shown else ""

    @property
    def is_passing(self) -> bool:
        overall = self.last_run.overall if self.last_run else None
        return overall is not None and overall >= self.project.quality_threshold

    @property
    def strip(self) -> Strip:
        return overall_strip(self.history, threshold=self.project.quality_threshold)

    @property
    def below(self) -> list[MetricLine]:
        return [line for line in self.lines if line.is_below]

    @property
    def failing_runs(self) -> list[Run]:
        """The last finished run of each dataset that has failing items."""
        return [line.last_run for line in self.datasets if line.last_run and line.last_run.failing_count]


def project_overview_of(project: Project, *, dataset_id: int | None = None) -> ProjectOverview:
    """Read the page of a project, over the dataset named or else the one that finished a run last."""
    datasets = _dataset_lines(project)
    shown = _shown(datasets, dataset_id)
    history = _history(shown.dataset) if shown else []
    pinned = _pinned_metrics(project, shown.dataset) if shown else []
    return ProjectOverview(
        project=project,
        datasets=datasets,
        shown=shown,
        history=history,
        lines=_metric_lines(shown.last_run if shown else None, pinned),
        baseline=pinned[0].run if pinned else None,
        recent=list(Run.objects.filter(project=project, deleted_at=None).for_table()[:RECENT_RUNS]),
    )


def _dataset_lines(project: Project) -> list[DatasetLine]:
    datasets = Dataset.objects.filter(project=project, archived_at=None)
    newest = DatasetVersion.objects.newest_of_each(datasets)
    finished = Run.objects.finished().newest_of_each(datasets, count=1).select_related("dataset", "dataset_version")
    versions = {version.dataset_id: version for version in newest}
    last_runs = {run.dataset_id: run for run in finished}
    return [
        DatasetLine(dataset, versions.get(dataset.pk), last_runs.get(dataset.pk)) for dataset in datasets.for_list()
    ]


def _shown(datasets: Sequence[DatasetLine], dataset_id: int | None) -> DatasetLine | None:
    named = next((line for line in datasets if line.dataset.pk == dataset_id), None)
    with_runs = [line for line in datasets if line.last_run]
    return named or max(with_runs, key=lambda line: line.last_run.pk if line.last_run else 0, default=None)


def _history(dataset: Dataset) -> list[Run]:
    finished = Run.objects.finished().filter(dataset=dataset)
    return list(finished.only("name", "overall", "is_baseline", "finished_at", "state", "project")[:RUNS_IN_STRIP])


def _pinned_metrics(project: Project, dataset: Dataset) -> list[RunMetric]:
    return list(RunMetric.objects.of_baselines(project, [dataset.pk]).for_table().select_related("run"))


def _metric_lines(run: Run | None, pinned: Sequence[RunMetric]) -> list[MetricLine]:
    if run is None:
        return []
    verdicts = verdicts_against_baselines([run.pk]).get(run.pk, {})
    of_baseline = {metric.key: metric for metric in pinned if metric.run_id != run.pk}
    metrics = list(run.run_metrics.for_table().select_related("revision__metric"))
    trust = badges_of(run.project_id, metrics)
    return [
        MetricLine(
            metric,
            delta_to(metric, of_baseline.get(metric.key), verdicts.get(metric.key)),
            tone_of(metric),
            trust.get(metric.pk),
        )
        for metric in metrics
    ]
