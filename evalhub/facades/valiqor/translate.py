"""Our runs, projects and metrics in the client's words. No database here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from evalhub.accounts.models import Project
from metrics.catalogue import HOSTED_KEYS
from metrics.choices import ValueType
from metrics.grades import grade
from metrics.models import Metric, ProjectMetric
from runs.choices import RunState
from runs.models import Run, RunMetric

JsonValue = Any
JsonObject = dict[str, JsonValue]

JOB_TYPE = "evaluation"
_STATUS_WORDS = {
    RunState.RECORDED: "queued",
    RunState.QUEUED: "queued",
    RunState.ANSWERING: "running",
    RunState.SCORING: "running",
    RunState.CANCELLING: "running",
    RunState.FINISHED: "completed",
    RunState.PARTIAL: "completed",
    RunState.FAILED: "failed",
    RunState.CANCELLED: "cancelled",
}


def status_word(run: Run) -> str:
    """Exactly one of the five that the client knows; every other word ends its waiting."""
    return _STATUS_WORDS[RunState(run.state)]


def iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def measured(metrics: Iterable[RunMetric], *, run: Run) -> list[RunMetric]:
    """The metrics that have a score, once the run is over; before, what there is may still change."""
    return [metric for metric in metrics if run.is_over and metric.mean is not None]


def run_body(run: Run, *, metrics: Iterable[RunMetric], evaluated: int) -> JsonObject:
    """A run at any time of its life; `evaluated` of its rows have a score by now."""
    overall = run.overall if run.is_over else None
    return {
        **_identity(run),
        "project_id": str(run.project.uuid),
        "project_name": run.project.name,
        "status": status_word(run),
        "overall_score": overall,
        "quality_grade": grade(overall) or None,
        "aggregate_scores": {metric.key: metric.mean for metric in measured(metrics, run=run)},
        "total_items": run.item_count,
        "evaluated_items": evaluated,
        "metadata": run.metadata,
        "run_name": run.name,
        **_times(run),
    }


def _identity(run: Run) -> JsonObject:
    return {"id": str(run.uuid), "run_id": str(run.uuid)}


def _times(run: Run) -> JsonObject:
    return {
        "created_at": iso(run.created_at),
        "started_at": iso(run.started_at),
        "finished_at": iso(run.finished_at) if run.is_over else None,
    }


def job_body(run: Run, *, done: int, error: str) -> JsonObject:
    """How far the run is; `done` of its rows are through."""
    is_completed = status_word(run) == "completed"
    current = run.item_count if is_completed else min(done, run.item_count)
    return {
        "job_id": str(run.uuid),
        "run_id": str(run.uuid),
        "job_type": JOB_TYPE,
        "status": status_word(run),
        "progress_percent": 100.0 * current / run.item_count if run.item_count else 0.0,
        "current_item": current,
        "total_items": run.item_count,
        "started_at": iso(run.started_at),
        "finished_at": iso(run.finished_at) if run.is_over else None,
        "error": error or None,
    }


def run_metric_body(metric: RunMetric) -> JsonObject:
    return {
        "metric_id": str(metric.revision.metric.uuid),
        "metric_key": metric.key,
        "key": metric.key,
        "metric_name": metric.name,
        "display_name": metric.name,
        "mean_value": metric.mean,
        "score": metric.mean,
        "value_type": _value_type(metric.value_type),
        "weight": metric.weight,
    }


def _value_type(value_type: str) -> str:
    return "categorical" if value_type == ValueType.CATEGORY else "numeric"


def compared_run(run: Run, *, evaluated: int, source: str) -> JsonObject:
    """A run as one side of a comparison."""
    body = run_body(run, metrics=(), evaluated=evaluated)
    del body["aggregate_scores"]
    return {**body, "name": run.name, "mode": JOB_TYPE, "source": source}


def comparison(runs: Sequence[Run], scores: Mapping[int, Sequence[RunMetric]]) -> list[JsonObject]:
    """One entry for each metric of any of the runs, the first of which is the baseline."""
    first_seen = {metric.key: metric for run in runs for metric in reversed(scores[run.pk])}
    keys = dict.fromkeys(metric.key for run in runs for metric in scores[run.pk])
    return [_compared_metric(first_seen[key], runs, scores) for key in keys]


def _compared_metric(metric: RunMetric, runs: Sequence[Run], scores: Mapping[int, Sequence[RunMetric]]) -> JsonObject:
    of_runs = {str(run.uuid): one.mean for run in runs for one in scores[run.pk] if one.key == metric.key}
    baseline = of_runs.get(str(runs[0].uuid))
    return {
        "metric_id": str(metric.revision.metric.uuid),
        "metric_key": metric.key,
        "metric_name": metric.name,
        "values": of_runs,
        "differences": {
            run_id: value - baseline for run_id, value in of_runs.items() if value is not None and baseline is not None
        },
    }


def recent_run(run: Run, *, evaluated: int) -> JsonObject:
    return run_body(run, metrics=run.run_metrics.all(), evaluated=evaluated)


def project_body(project: Project) -> JsonObject:
    return {
        "id": str(project.uuid),
        "name": project.name,
        "key": project.key,
        "model_name": project.model_name or None,
        "created_at": iso(project.created_at),
    }


def metric_body(metric: Metric) -> JsonObject:
    """A metric that every project may use."""
    revision = metric.current_revision
    return {
        "id": str(metric.uuid),
        "key": metric.key,
        "display_name": metric.name,
        "definition": metric.description or None,
        "value_type": _value_type(revision.value_type if revision else ValueType.NUMBER),
        "category": metric.category,
        "is_builtin": metric.is_builtin and metric.key in HOSTED_KEYS,
    }


def project_metric_body(setting: ProjectMetric) -> JsonObject:
    """A metric as one project has it."""
    return {
        **metric_body(setting.metric),
        "display_name": setting.name or setting.metric.name,
        "template_id": str(setting.metric.uuid),
        "default_enabled": setting.is_enabled,
        "default_visible": True,
        "default_weight": setting.weight,
    }
