"""A run as programs are told of it: the numbers of its page, for every metric."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from rest_framework import serializers

from metrics.choices import Direction
from metrics.grades import grade
from runs.choices import CachePolicy, RunState, Sampling, TargetKind
from runs.deltas import Delta
from runs.models import Run, RunMetric
from runs.progress import Progress, progress_of
from runs.regressions import verdicts_against_baselines
from runs.tiles import MetricFigures, baseline_of, deltas_to, figures_of, stored_figures


@dataclass(frozen=True, slots=True)
class MetricSummary:
    """A metric of a run with its figures, and how far its mean is from the baseline's."""

    metric: RunMetric
    figures: MetricFigures
    difference: Delta | None = None


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run with its metrics; `baseline` and `progress` are told of one run, not in lists."""

    run: Run
    metrics: Sequence[MetricSummary]
    baseline: Run | None = None
    progress: Progress | None = None

    @property
    def grade(self) -> str:
        return grade(self.run.overall)


def row_of(run: Run) -> RunSummary:
    """The run as lists show it, by what was written when it closed."""
    return RunSummary(run, [MetricSummary(metric, stored_figures(metric)) for metric in run.run_metrics.all()])


def summary_of(run: Run) -> RunSummary:
    """The run as its page shows it, counted anew while it is live."""
    metrics = list(run.run_metrics.all())
    figures, baseline = figures_of(run, metrics), baseline_of(run)
    verdicts = verdicts_against_baselines([run.pk]).get(run.pk) if run.is_over else None
    differences: Mapping[int, Delta] = deltas_to(baseline, metrics, figures, verdicts)
    return RunSummary(
        run,
        [MetricSummary(metric, figures[metric.pk], differences.get(metric.pk)) for metric in metrics],
        baseline=baseline,
        progress=progress_of(run) if run.is_live else None,
    )


class DifferenceOut(serializers.Serializer[Delta]):
    """A mean against that of the pinned baseline; `is_noise` where the intervals cannot tell them apart."""

    value = serializers.FloatField()
    words = serializers.CharField()
    is_noise = serializers.BooleanField()


class RunMetricOut(serializers.Serializer[MetricSummary]):
    """One metric of a run. Values are in the metric's unit; the interval is the mean's of 95 %."""

    key = serializers.CharField(source="metric.key")
    name = serializers.CharField(source="metric.name")
    is_star = serializers.BooleanField(source="metric.is_star")
    is_sample = serializers.BooleanField(source="metric.is_sample")
    threshold = serializers.FloatField(source="metric.threshold", allow_null=True)
    weight = serializers.FloatField(source="metric.weight")
    direction = serializers.ChoiceField(source="metric.direction", choices=Direction.choices)
    value_type = serializers.CharField(source="metric.value_type")
    unit = serializers.CharField(source="metric.unit")
    range_min = serializers.FloatField(source="metric.range_min", allow_null=True)
    range_max = serializers.FloatField(source="metric.range_max", allow_null=True)
    judge_model = serializers.CharField(source="metric.judge_model")
    scored = serializers.IntegerField(source="figures.scored")
    unscored = serializers.IntegerField(source="figures.unscored")
    errored = serializers.IntegerField(source="figures.errored")
    passed = serializers.IntegerField(source="figures.passed")
    pass_rate = serializers.SerializerMethodField()
    mean = serializers.FloatField(source="figures.mean", allow_null=True)
    ci_low = serializers.FloatField(source="figures.ci_low", allow_null=True)
    ci_high = serializers.FloatField(source="figures.ci_high", allow_null=True)
    minimum = serializers.FloatField(source="figures.minimum", allow_null=True)
    maximum = serializers.FloatField(source="figures.maximum", allow_null=True)
    histogram = serializers.ListField(source="figures.histogram", child=serializers.IntegerField())
    input_tokens = serializers.IntegerField(source="metric.input_tokens")
    output_tokens = serializers.IntegerField(source="metric.output_tokens")
    cost = serializers.FloatField(source="metric.cost")
    difference = DifferenceOut(allow_null=True)

    def get_pass_rate(self, summary: MetricSummary) -> float | None:
        """The share of scored items that pass; none without a threshold."""
        return None if summary.metric.threshold is None else summary.figures.pass_rate


class RunDatasetOut(serializers.Serializer[Run]):
    """The frozen data of a run."""

    id = serializers.UUIDField(source="dataset.uuid")
    key = serializers.CharField(source="dataset.key")
    name = serializers.CharField(source="dataset.name")
    version = serializers.IntegerField(source="dataset_version.number")


class RunTargetOut(serializers.Serializer[Run]):
    """Who answered."""

    id = serializers.UUIDField(source="target.uuid")
    name = serializers.CharField(source="target.name")
    version = serializers.CharField(source="target.version")
    kind = serializers.ChoiceField(source="target.kind", choices=TargetKind.choices)


class RunCountsOut(serializers.Serializer[Run]):
    """Of the run's items, how many; of a run that is live, `progress` knows better."""

    items = serializers.IntegerField(source="item_count")
    scored = serializers.IntegerField(source="scored_count")
    errored = serializers.IntegerField(source="errored_count")
    failing = serializers.IntegerField(source="failing_count")


class RunProgressOut(serializers.Serializer[Progress]):
    """How far a live run is: `done` of `total` items have every score."""

    total = serializers.IntegerField()
    done = serializers.IntegerField()
    rate = serializers.FloatField(allow_null=True, help_text="Items a second.")
    seconds_left = serializers.FloatField(allow_null=True)


class BaselineOut(serializers.Serializer[Run]):
    """The pinned run that the differences are against."""

    id = serializers.UUIDField(source="uuid")
    name = serializers.CharField()


class RunOut(serializers.Serializer[Any]):
    """A run with the summary of every metric."""

    id = serializers.UUIDField(source="run.uuid")
    project = serializers.UUIDField(source="run.project.uuid")
    name = serializers.CharField(source="run.name")
    description = serializers.CharField(source="run.description")
    state = serializers.ChoiceField(source="run.state", choices=RunState.choices)
    error = serializers.CharField(source="run.error")
    page = serializers.SerializerMethodField(help_text="Where people see it, below the address of EvalHub.")
    dataset = RunDatasetOut(source="run")
    target = RunTargetOut(source="run")
    counts = RunCountsOut(source="run")
    overall = serializers.FloatField(source="run.overall", allow_null=True)
    grade = serializers.CharField(help_text="A to F; empty where there is no overall score.")
    passed = serializers.BooleanField(source="run.passed", allow_null=True)
    quality_threshold = serializers.FloatField(source="run.quality_threshold")
    is_baseline = serializers.BooleanField(source="run.is_baseline")
    is_sample = serializers.BooleanField(source="run.is_sample")
    num_samples = serializers.IntegerField(source="run.num_samples", allow_null=True)
    sampling = serializers.ChoiceField(source="run.sampling", choices=Sampling.choices)
    repeats = serializers.IntegerField(source="run.repeats")
    cache_policy = serializers.ChoiceField(source="run.cache_policy", choices=CachePolicy.choices)
    spending_cap = serializers.FloatField(source="run.spending_cap", allow_null=True)
    tags = serializers.ListField(source="run.tags", child=serializers.CharField())
    metadata = serializers.DictField(source="run.metadata")
    commit_url = serializers.CharField(source="run.commit_url")
    author = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField(source="run.created_at")
    started_at = serializers.DateTimeField(source="run.started_at", allow_null=True)
    finished_at = serializers.DateTimeField(source="run.finished_at", allow_null=True)
    input_tokens = serializers.IntegerField(source="run.input_tokens")
    output_tokens = serializers.IntegerField(source="run.output_tokens")
    cost = serializers.FloatField(source="run.cost", help_text="In US dollars, of answers and verdicts together.")
    metrics = RunMetricOut(many=True)
    baseline = BaselineOut(allow_null=True)
    progress = RunProgressOut(allow_null=True)

    def get_page(self, summary: RunSummary) -> str:
        return reverse("runs:run_detail", args=[summary.run.pk])

    def get_author(self, summary: RunSummary) -> str:
        return str(summary.run.created_by or "")


def told(run: Run) -> dict[str, Any]:
    """The run as its own address tells it."""
    return dict(RunOut(summary_of(run)).data)
