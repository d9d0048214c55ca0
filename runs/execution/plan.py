"""What a batch has to know of its run: the metrics with their scorers, and which parts of an item they read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from metrics.choices import MetricKind, Need
from metrics.composite import Composite
from metrics.models import MetricRevision
from metrics.registry import composite_for, needs_output, scorer_for
from metrics.scale import Scale
from metrics.scoring import Scorer
from runs.execution import human
from runs.models import Run, RunMetric


@dataclass(frozen=True, slots=True)
class PlannedMetric:
    """A run metric with all that is asked of it for every item: computed by `scorer`, or from the others' scores."""

    id: int
    key: str
    scorer: Scorer | None
    composite: Composite | None
    scale: Scale
    threshold: float | None
    weight: float
    is_star: bool
    needs_output: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """A run as its batches see it."""

    run: Run
    metrics: tuple[PlannedMetric, ...]
    fields: tuple[str, ...]
    human_metric_ids: Mapping[str, int]

    @property
    def metric_ids(self) -> tuple[int, ...]:
        return tuple(metric.id for metric in self.metrics)

    @property
    def star_row(self) -> int | None:
        """The place of the star metric among the metrics; None when the run has none."""
        return next((row for row, metric in enumerate(self.metrics) if metric.is_star), None)


def load_plan(run_id: int) -> Plan:
    """Read the run, its metrics, and the metrics of what people said in the data."""
    run = Run.objects.select_related("dataset_version", "project__team").get(pk=run_id)
    run_metrics = list(run.run_metrics.select_related("revision__metric"))
    return Plan(
        run=run,
        metrics=tuple(_plan_metric(metric) for metric in run_metrics),
        fields=_fields_read(run, run_metrics),
        human_metric_ids=human.metric_ids_of(run.dataset_version, team=run.project.team),
    )


def _plan_metric(metric: RunMetric) -> PlannedMetric:
    is_composite = metric.revision.metric.kind == MetricKind.COMPOSITE
    return PlannedMetric(
        id=metric.pk,
        key=metric.key,
        scorer=None if is_composite else scorer_for(metric.revision, metric.parameters),
        composite=composite_for(metric.revision) if is_composite else None,
        scale=metric.scale,
        threshold=metric.threshold,
        weight=metric.weight,
        is_star=metric.is_star,
        needs_output=needs_output(metric.revision),
    )


def _fields_read(run: Run, run_metrics: list[RunMetric]) -> tuple[str, ...]:
    """Parts of an item that nothing reads stay in the database: contexts and traces are long."""
    needs = {need for metric in run_metrics for need in _needed_or_used(metric.revision)}
    fields = ["id", "ordinal", "pair_key", "input", "output", "expected", "metadata", "given_scores"]
    if Need.CONTEXT in needs:
        fields.append("context")
    if Need.TOOLS in needs:
        fields.append("trace")
    if run.dataset_version.with_human:
        fields.append("human")
    return tuple(fields)


def _needed_or_used(revision: MetricRevision) -> list[str]:
    """The parts of an item without which the metric has no value, and those that help where they are there."""
    return [*revision.needs, *revision.definition.get("uses", [])]
