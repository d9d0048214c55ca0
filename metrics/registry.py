"""From a metric's frozen definition to what computes it: one explicit table of scorers, and the judges."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from evalhub.core.errors import Invalid
from metrics.choices import MetricKind
from metrics.composite import Composite, CompositeError, composite_of
from metrics.heuristics.table import HEURISTICS, Heuristic
from metrics.imported import Imported
from metrics.judge.recipe import Recipe, RecipeInvalid, ValueRange, read_recipe
from metrics.judge.scorer import ModelJudge
from metrics.models import MetricRevision
from metrics.parameters import ParameterError, checked
from metrics.scoring import JsonValue, Scorer

_NO_PARAMETERS: Mapping[str, JsonValue] = MappingProxyType({})


def scorer_for(revision: MetricRevision, parameters: Mapping[str, JsonValue] = _NO_PARAMETERS) -> Scorer:
    """The scorer of the revision. Raises `Invalid` for a definition that cannot be computed here.

    `parameters` are the project's or the run's own; they change those of the definition that may be changed. Reads
    `revision.metric`; load it along (`select_related("metric")`) when there are many.
    """
    make = MAKERS.get(MetricKind(revision.metric.kind))
    if make is None:
        raise Invalid(
            "metric_not_runnable",
            f'The metric "{revision.metric.key}" is of the kind {revision.metric.get_kind_display().lower()}, which a '
            "run cannot compute; choose a text match or a score that came with the data.",
        )
    return make(revision, parameters)


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


def composite_for(revision: MetricRevision) -> Composite:
    """How the revision of a composite metric combines its parts. Raises `Invalid` for one that cannot be used."""
    try:
        return composite_of(revision.definition)
    except CompositeError as error:
        raise Invalid(
            "composite_invalid",
            f'The composite metric "{revision.metric.key}" cannot be computed: {error}',
            field="definition",
        ) from error


def check_runnable(revision: MetricRevision, parameters: Mapping[str, JsonValue] = _NO_PARAMETERS) -> None:
    """Raises `Invalid` for a metric that a run cannot compute, or not with these parameters."""
    match revision.metric.kind:
        case MetricKind.COMPOSITE:
            composite_for(revision)
        case MetricKind.JUDGE:
            recipe_of(revision)
        case _:
            scorer_for(revision, parameters)


def needs_output(revision: MetricRevision) -> bool:
    """Whether the metric says nothing of an item that has no output."""
    if revision.metric.kind == MetricKind.HEURISTIC:
        heuristic = HEURISTICS.get(revision.definition.get("scorer", ""))
        return heuristic is None or heuristic.needs_output
    return bool(revision.metric.kind != MetricKind.IMPORTED)


def _heuristic(revision: MetricRevision, parameters: Mapping[str, JsonValue]) -> Scorer:
    heuristic = _heuristic_of(revision)
    defined = revision.definition.get("parameters", {})
    if not isinstance(defined, Mapping):
        raise Invalid(
            "parameters_invalid",
            f'The parameters of "{revision.metric.key}" must be an object, such as {{"order": "same"}}.',
            field="parameters",
        )
    try:
        return heuristic.make(**checked(heuristic.parameters, defined=defined, overrides=parameters))
    except ParameterError as error:
        raise Invalid(
            "parameter_invalid", f'The metric "{revision.metric.key}" cannot be used: {error}', field="parameters"
        ) from error


def _heuristic_of(revision: MetricRevision) -> Heuristic:
    name = revision.definition.get("scorer", "")
    if name not in HEURISTICS:
        raise Invalid(
            "scorer_unknown",
            f'The metric "{revision.metric.key}" names the scorer "{name}"; there are {", ".join(HEURISTICS)}.',
        )
    return HEURISTICS[name]


def _imported(revision: MetricRevision, parameters: Mapping[str, JsonValue]) -> Scorer:
    source = revision.definition.get("source")
    if not source or not isinstance(source, str):
        raise Invalid(
            "source_missing",
            f'The imported metric "{revision.metric.key}" does not name the source of its values.',
        )
    return Imported(source=source, minimum=revision.range_min, maximum=revision.range_max)


MAKERS: dict[MetricKind, Callable[[MetricRevision, Mapping[str, JsonValue]], Scorer]] = {
    MetricKind.HEURISTIC: _heuristic,
    MetricKind.IMPORTED: _imported,
}
