"""Metrics and what they say, in this vendor's shapes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from evalhub.facades.gradient.translate.words import CATEGORIES, CATEGORY_OF_KEY, VALUE_TYPES
from metrics.choices import Category, Direction, Need, ScoreStatus, ValueType
from metrics.models import Metric, MetricRevision
from runs.models import RunMetric, Score


def metric_objects(metrics: Sequence[Metric]) -> list[dict[str, Any]]:
    """The metrics in their order; those without a definition yet are left out."""
    defined = [(metric, metric.current_revision) for metric in metrics]
    return [_metric(metric, revision, rank) for rank, (metric, revision) in enumerate(defined, start=1) if revision]


def _metric(metric: Metric, revision: MetricRevision, rank: int) -> dict[str, Any]:
    return {
        "metric_uuid": str(metric.uuid),
        "metric_name": metric.key,
        "description": metric.description or metric.name,
        "metric_type": "METRIC_TYPE_RAG_AND_TOOL" if _looks_beyond(metric, revision) else "METRIC_TYPE_GENERAL_QUALITY",
        "category": CATEGORY_OF_KEY.get(metric.key) or CATEGORIES[Category(metric.category)],
        "metric_value_type": VALUE_TYPES[ValueType(revision.value_type)],
        "range_min": revision.range_min,
        "range_max": revision.range_max,
        "inverted": revision.direction == Direction.LOWER,
        "is_metric_goal": False,
        "metric_rank": rank,
    }


def _looks_beyond(metric: Metric, revision: MetricRevision) -> bool:
    """Whether it is about what was retrieved, or about tools."""
    uses = {*revision.needs, *revision.definition.get("uses", ())}
    return metric.category == Category.RAG or Need.CONTEXT in revision.needs or Need.TOOLS in uses


def run_result(metric: RunMetric, *, label: str, why_not: str) -> dict[str, Any]:
    """What a metric says of a whole run, of categories the commonest `label`; `why_not` where it says nothing."""
    scored = f"The mean over {metric.n_scored:,} of {metric.n_scored + metric.n_unscored + metric.n_errored:,} prompts."
    return _result(metric, metric.mean, label=label, reasoning=scored, error=why_not)


def prompt_result(metric: RunMetric, score: Score | None) -> dict[str, Any]:
    """What a metric says of one prompt."""
    if score is None:
        return _result(metric, None, error="It has not been computed yet, or its run was stopped before.")
    if score.status != ScoreStatus.SCORED:
        return _result(metric, None, error=score.explanation or score.reason or "It could not be computed.")
    reasoning = score.explanation or f"{metric.name} gives {score.value:g}."
    return _result(metric, score.value, label=score.label, reasoning=reasoning)


def _result(
    metric: RunMetric, value: float | None, *, label: str = "", reasoning: str = "", error: str = ""
) -> dict[str, Any]:
    is_there = value is not None
    return {
        "metric_name": metric.key,
        "metric_value_type": VALUE_TYPES[ValueType(metric.value_type)],
        "number_value": value,
        "string_value": label if metric.value_type == ValueType.CATEGORY and label else None,
        "reasoning": reasoning if is_there else None,
        "error_description": None if is_there else error,
    }
