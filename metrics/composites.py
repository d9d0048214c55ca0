"""Which metrics a composite is made of: looked up among those its team can use, and checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches

from django.db.models import Q

from evalhub.core.errors import Invalid
from metrics.choices import RUNNABLE_KINDS, MetricKind
from metrics.composite import Composite, Part, Rule
from metrics.definitions import MetricDefinition
from metrics.models import Metric, MetricRevision
from metrics.registry import composite_for


def check_parts(revision: MetricRevision) -> list[MetricRevision]:
    """The current revisions of the composite's parts.

    Raises `Invalid` for an unknown part, one that is a composite itself (so there are no circles), one that no run can
    compute, and one that the rule cannot weigh or decide by.
    """
    composite = composite_for(revision)
    known = _usable(revision.metric)
    found = [_part(part, composite, known) for part in composite.parts]
    if (revision.range_min, revision.range_max) != (0.0, 1.0):
        raise Invalid("range_invalid", "A composite gives 0 to 1, so its range has to be 0 to 1.", field="range_max")
    return found


def with_needs_of_parts(definition: MetricDefinition, *, parts: Sequence[MetricRevision]) -> MetricDefinition:
    """The definition that needs whatever one of its parts needs, for a part without a score leaves it without one."""
    return replace(definition, needs=tuple(sorted({need for part in parts for need in part.needs})))


def _usable(metric: Metric) -> dict[str, Metric]:
    """Metrics by key; a team's own comes last and so hides a built-in of the same key."""
    metrics = Metric.objects.filter(Q(team=None) | Q(team_id=metric.team_id), archived_at=None).exclude(pk=metric.pk)
    return {each.key: each for each in sorted(metrics.with_current_revision(), key=lambda each: each.team_id or 0)}


def _part(part: Part, composite: Composite, known: Mapping[str, Metric]) -> MetricRevision:
    metric = known.get(part.key)
    if metric is None or metric.current_revision is None:
        close = get_close_matches(part.key, known, n=1)
        hint = f'; did you mean "{close[0]}"?' if close else "."
        raise _refused("part_unknown", f'The part "{part.key}" is no metric of the team{hint}')
    if metric.kind == MetricKind.COMPOSITE:
        raise _refused(
            "part_composite", f'The part "{part.key}" is a composite itself; name the metrics that it is made of.'
        )
    if metric.kind not in RUNNABLE_KINDS:
        raise _refused("part_not_runnable", f'The part "{part.key}" is a metric that no run can compute.')
    _check_rule(part, composite, metric.current_revision)
    return metric.current_revision


def _check_rule(part: Part, composite: Composite, revision: MetricRevision) -> None:
    if part.threshold is not None and not revision.scale.holds(part.threshold):
        raise _refused(
            "threshold_off_scale",
            f'The threshold {part.threshold:g} of the part "{part.key}" is off its scale, which goes '
            f"{revision.scale.ends}.",
        )
    if revision.scale.is_bounded:
        return
    if composite.rule == Rule.WEIGHTED and part.weight:
        raise _refused(
            "part_without_ends",
            f'The part "{part.key}" has no ends, so it cannot be weighed against others; use all_of or any_of with a '
            "threshold.",
        )
    if composite.rule != Rule.WEIGHTED and part.threshold is None:
        raise _refused("threshold_missing", f'The part "{part.key}" has no ends and so needs a threshold.')


def _refused(code: str, message: str) -> Invalid:
    return Invalid(code, message, field="definition")
