"""From a metric's frozen definition to what computes it: one explicit table of scorers, and the judges."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from evalhub.core.errors import Invalid
from metrics.choices import MetricKind
from metrics.heuristics.contains import Contains
from metrics.heuristics.equals import Equals
from metrics.heuristics.levenshtein import Levenshtein
from metrics.heuristics.regex_match import RegexMatch
from metrics.imported import Imported
from metrics.judge.recipe import Recipe, RecipeInvalid, ValueRange, read_recipe
from metrics.judge.scorer import ModelJudge
from metrics.models import MetricRevision
from metrics.scoring import JsonValue, Scorer

HEURISTICS: dict[str, Callable[[], Scorer]] = {
    "contains": Contains,
    "equals": Equals,
    "regex_match": RegexMatch,
    "levenshtein": Levenshtein,
}


def scorer_for(revision: MetricRevision) -> Scorer:
    """The scorer of the revision. Raises `Invalid` for a definition that cannot be computed here.

    Reads `revision.metric`; load it along (`select_related("metric")`) when there are many.
    """
    make = MAKERS.get(MetricKind(revision.metric.kind))
    if make is None:
        raise Invalid(
            "metric_not_runnable",
            f'The metric "{revision.metric.key}" is of the kind {revision.metric.get_kind_display().lower()}, which a '
            "run cannot compute; choose a text match or a score that came with the data.",
        )
    return make(revision)


def judge_for(revision: MetricRevision, *, model: str, parameters: Mapping[str, JsonValue]) -> ModelJudge:
    """The judge of the revision, to be asked of `model`. Raises `Invalid` for a definition that no judge can follow.

    A definition may name its own model, for where none is given, and parameters, over which the given ones win.
    """
    own = revision.definition.get("parameters")
    model = model or str(revision.definition.get("model") or "")
    if not model:
        raise Invalid(
            "judge_model_missing",
            f'No model is named that could judge "{revision.metric.key}"; give its connection a default model.',
            field="model",
        )
    own_parameters = own if isinstance(own, Mapping) else {}
    return ModelJudge(recipe=recipe_of(revision), model=model, parameters={**own_parameters, **parameters})


def recipe_of(revision: MetricRevision) -> Recipe:
    """What a judge of the revision is told and may answer. Raises `Invalid`, for other kinds of metrics too."""
    if revision.metric.kind != MetricKind.JUDGE:
        raise Invalid(
            "metric_not_a_judge",
            f'The metric "{revision.metric.key}" is of the kind {revision.metric.get_kind_display().lower()}; there is '
            "no model to ask.",
        )
    values = ValueRange(
        value_type=revision.value_type,
        minimum=revision.range_min,
        maximum=revision.range_max,
        labels=tuple(revision.labels),
    )
    try:
        return read_recipe(revision.definition, values)
    except RecipeInvalid as error:
        raise Invalid(f"{error.field}_invalid", str(error), field=error.field) from error


def _heuristic(revision: MetricRevision) -> Scorer:
    name = revision.definition.get("scorer", "")
    if name not in HEURISTICS:
        raise Invalid(
            "scorer_unknown",
            f'The metric "{revision.metric.key}" names the scorer "{name}"; there are {", ".join(HEURISTICS)}.',
        )
    return HEURISTICS[name]()


def _imported(revision: MetricRevision) -> Scorer:
    source = revision.definition.get("source")
    if not source or not isinstance(source, str):
        raise Invalid(
            "source_missing",
            f'The imported metric "{revision.metric.key}" does not name the source of its values.',
        )
    return Imported(source=source, minimum=revision.range_min, maximum=revision.range_max)


MAKERS: dict[MetricKind, Callable[[MetricRevision], Scorer]] = {
    MetricKind.HEURISTIC: _heuristic,
    MetricKind.IMPORTED: _imported,
}
