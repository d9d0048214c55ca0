"""What a batch has to know of its run: who answers, the metrics with what computes them, the parts of an item read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from evalhub.connections.models import Connection
from evalhub.core.errors import Invalid
from metrics.choices import MetricKind, Need
from metrics.composite import Composite
from metrics.criterion import Criterion
from metrics.models import MetricRevision
from metrics.registry import composite_for, judge_for, needs_output, recipe_of, scorer_for
from metrics.scoring import Judge, Scorer
from runs.choices import TargetKind
from runs.execution import human
from runs.models import Run, RunMetric
from runs.targets.answer import Answerer
from runs.targets.registry import answerer_for


@dataclass(frozen=True, slots=True)
class PlannedMetric:
    """A run metric with all that is asked of it for every item.

    Computed by `scorer` at once, by `judge` over the connection, or by `composite` from what the others say.
    """

    id: int
    key: str
    scorer: Scorer | None
    judge: Judge | None
    connection_id: int | None
    composite: Composite | None
    criterion: Criterion
    weight: float
    is_star: bool
    needs_output: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """A run as its batches see it. `answerer` is None where the outputs came with the data."""

    run: Run
    metrics: tuple[PlannedMetric, ...]
    fields: tuple[str, ...]
    human_metric_ids: Mapping[str, int]
    answerer: Answerer | None
    target_connection_id: int | None
    connections: Mapping[int, Connection]

    @property
    def metric_ids(self) -> tuple[int, ...]:
        return tuple(metric.id for metric in self.metrics)

    @property
    def star_row(self) -> int | None:
        """The place of the star metric among the metrics; None when the run has none."""
        return next((row for row, metric in enumerate(self.metrics) if metric.is_star), None)

    @property
    def has_calls(self) -> bool:
        """Whether an endpoint has to be asked for anything."""
        return self.answerer is not None or any(metric.judge for metric in self.metrics)


def load_plan(run_id: int) -> Plan:
    """Read the run, its metrics, and the metrics of what people said in the data."""
    run = Run.objects.select_related("dataset_version", "project__team", "target").get(pk=run_id)
    run_metrics = list(run.run_metrics.select_related("revision__metric", "connection"))
    asks = has_to_ask(run)
    connections = [metric.connection for metric in run_metrics] + [_connection_of_target(run) if asks else None]
    return Plan(
        run=run,
        metrics=tuple(_plan_metric(metric) for metric in run_metrics),
        fields=_fields_read(run, run_metrics),
        human_metric_ids=human.metric_ids_of(run.dataset_version, team=run.project.team),
        answerer=answerer_for(run.target_snapshot) if asks else None,
        target_connection_id=run.target_snapshot.get("connection_id") if asks else None,
        connections={connection.pk: connection for connection in connections if connection},
    )


def has_to_ask(run: Run) -> bool:
    """Whether items without an output are to be answered by asking the target."""
    return bool(run.target_snapshot.get("kind", TargetKind.RECORDED) != TargetKind.RECORDED)


def asks_endpoints(run: Run) -> bool:
    """Whether the run will make calls, for its answers or for its scores."""
    return has_to_ask(run) or run.run_metrics.filter(revision__metric__kind=MetricKind.JUDGE).exists()


def _connection_of_target(run: Run) -> Connection | None:
    """The one that the target had when the run was made."""
    return Connection.objects.filter(pk=run.target_snapshot.get("connection_id")).first()


def _plan_metric(metric: RunMetric) -> PlannedMetric:
    revision, kind = metric.revision, metric.revision.metric.kind
    is_judged, is_composite = kind == MetricKind.JUDGE, kind == MetricKind.COMPOSITE
    if is_judged and metric.connection is None:
        raise Invalid(
            "connection_gone",
            f'The connection that judges "{metric.name}" is deleted; score the run again with another one.',
        )
    return PlannedMetric(
        id=metric.pk,
        key=metric.key,
        scorer=None if is_judged or is_composite else scorer_for(revision, metric.parameters),
        judge=judge_for(revision, model=metric.judge_model, parameters=metric.parameters) if is_judged else None,
        connection_id=metric.connection_id if is_judged else None,
        composite=composite_for(revision) if is_composite else None,
        criterion=metric.criterion,
        weight=metric.weight,
        is_star=metric.is_star,
        needs_output=needs_output(metric.revision),
    )


def _fields_read(run: Run, run_metrics: list[RunMetric]) -> tuple[str, ...]:
    """Parts of an item that nothing reads stay in the database: contexts and traces are long.

    A target may put any part into its question.
    """
    needs = {need for metric in run_metrics for need in _needed_or_used(metric.revision)}
    asks = has_to_ask(run)
    fields = ["id", "ordinal", "pair_key", "input", "output", "expected", "metadata", "given_scores"]
    if Need.CONTEXT in needs or asks:
        fields.append("context")
    if Need.TOOLS in needs or asks:
        fields.append("trace")
    if run.dataset_version.with_human:
        fields.append("human")
    return tuple(fields)


def _needed_or_used(revision: MetricRevision) -> list[str]:
    """The parts of an item without which the metric has no value, and those that help where they are there."""
    parts = [*revision.needs, *revision.definition.get("uses", [])]
    if revision.metric.kind == MetricKind.JUDGE:
        recipe = recipe_of(revision)
        parts += [Need.CONTEXT] if recipe.reads_context else []
        parts += [Need.TOOLS] if recipe.reads_trace else []
    return parts
