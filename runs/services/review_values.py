"""Writes of people's values beside the scores: on the metric's scale, one a person, with what the mean would be."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from evalhub.accounts.models import User
from evalhub.core.errors import Invalid
from metrics.choices import ValueType
from metrics.scale import TOLERANCE
from runs.columns import read_columns
from runs.figures import scale_of, value_of
from runs.insights.wanted import QUIET_SECONDS, want_insights
from runs.models import Override, Review, Run, RunItem, RunMetric, TrustWork
from runs.overrides import corrected_mean, corrections_of
from runs.services.review_changes import Part, changing, keep_step, require_unchanged, source_of

LONGEST_NOTE = 5_000
LONGEST_LABEL = 200


@dataclass(frozen=True, slots=True)
class GivenValue:
    """What a person says of one metric: a number in its unit, or a word. Neither takes back what they said before."""

    metric_key: str
    value: float | None = None
    label: str = ""
    note: str = ""

    @property
    def is_withdrawn(self) -> bool:
        return self.value is None and not self.label


@transaction.atomic
def give_values(
    run_item: RunItem,
    *,
    given: Sequence[GivenValue],
    seen_version: int,
    by: User,
) -> Review:
    """Keep what the person says of the item's metrics, all or nothing; what they say already is no change.

    Raises `Invalid` for a value off its metric's scale, `ReviewChanged` where they have said something else meanwhile.
    """
    metrics = _metrics_of(run_item.run)
    with changing(run_item, by=by) as review:
        changed = _give_all(review, _wanted(metrics, given), seen=seen_version, by=by)
    note_corrections(run_item.run, changed)
    return review


@transaction.atomic
def give_many(run: Run, *, given: Mapping[RunItem, Sequence[GivenValue]], by: User) -> None:
    """Keep what a program's person says of several items now, whatever they said before. Raises as `give_values`."""
    metrics, changed = _metrics_of(run), set()
    # Always in the same order, so that two who send at once wait for each other and never in a ring.
    for run_item in sorted(given, key=lambda one: one.pk):
        with changing(run_item, by=by) as review:
            wanted = _wanted(metrics, given[run_item])
            changed.update(_give_all(review, wanted, seen=review.version, by=by))
    note_corrections(run, changed)


def _metrics_of(run: Run) -> dict[str, RunMetric]:
    return {metric.key: metric for metric in run.run_metrics.select_related("revision__metric")}


def _wanted(metrics: Mapping[str, RunMetric], given: Iterable[GivenValue]) -> list[tuple[RunMetric, GivenValue]]:
    """What is said, checked, with the metric that it is said of."""
    return [(metric, _checked(metric, one)) for one in given for metric in [_metric(metrics, one.metric_key)]]


def _give_all(
    review: Review, wanted: Iterable[tuple[RunMetric, GivenValue]], *, seen: int, by: User
) -> list[RunMetric]:
    """The metrics of which the person says something else now."""
    return [metric for metric, one in wanted if _give(review, metric, one, seen=seen, by=by)]


def _metric(metrics: Mapping[str, RunMetric], key: str) -> RunMetric:
    if key not in metrics:
        known = ", ".join(metrics) or "none"
        raise Invalid("metric_unknown", f'Metric "{key}" is not in this run; it has: {known}.', field="metric")
    return metrics[key]


def _give(review: Review, metric: RunMetric, one: GivenValue, *, seen: int, by: User) -> bool:
    part = Part("value", metric.revision.metric, by)
    own = Override.objects.filter(
        run_item_id=review.run_item_id, metric=part.metric, author=by, annotator="", is_current=True
    ).first()
    if _says(own, one):
        return False
    require_unchanged(review, part, seen=seen)
    before = shown_value(metric, own)
    if own is not None:
        own.is_current = False
        own.save(update_fields=["is_current"])
    new = None if one.is_withdrawn else _new(review, metric, one, by)
    keep_step(review, part, before=before, after=shown_value(metric, new), by=by)
    return True


def _says(own: Override | None, one: GivenValue) -> bool:
    """Whether the person says exactly this already."""
    if own is None or one.is_withdrawn:
        return own is None and one.is_withdrawn
    return (own.value, own.label, own.note) == (one.value, one.label, one.note)


def _new(review: Review, metric: RunMetric, one: GivenValue, by: User) -> Override:
    return Override.objects.create(
        run_id=review.run_id,
        run_item_id=review.run_item_id,
        metric_id=metric.revision.metric_id,
        author=by,
        value=one.value,
        label=one.label,
        note=one.note,
        source=source_of(by),
    )


def shown_value(metric: RunMetric, override: Override | None) -> str:
    """A person's value as people read it; "" where there is none."""
    return "" if override is None else override.label or value_of(metric, override.value)


def _checked(metric: RunMetric, given: GivenValue) -> GivenValue:
    """The value as it is kept. Raises `Invalid` that says what the metric takes."""
    note = given.note.strip()
    if len(note) > LONGEST_NOTE:
        raise _refused(metric, f"a note has at most {LONGEST_NOTE:,} characters")
    if given.is_withdrawn:
        return GivenValue(metric.key)
    if metric.is_category:
        return _category(metric, given, note)
    if given.value is None or not math.isfinite(given.value):
        raise _refused(metric, "give a number")
    if metric.value_type == ValueType.BOOLEAN and given.value not in {0.0, 1.0}:
        raise _refused(metric, "say 1 for yes or 0 for no")
    low, high = metric.range_min, metric.range_max
    if (low is not None and given.value < low - TOLERANCE) or (high is not None and given.value > high + TOLERANCE):
        raise _refused(metric, f"{value_of(metric, given.value)} is not on its scale, {scale_of(metric)}")
    return GivenValue(metric.key, given.value, note=note)


def _category(metric: RunMetric, given: GivenValue, note: str) -> GivenValue:
    """A word, and its place where the metric has fixed ones."""
    label = given.label or value_of(metric, given.value)
    if not metric.labels:
        return GivenValue(metric.key, label=label[:LONGEST_LABEL], note=note)
    if label not in metric.labels:
        raise _refused(metric, f'"{label[:60]}" is none of its categories: {", ".join(metric.labels)}')
    return GivenValue(metric.key, float(metric.labels.index(label)), label, note)


def _refused(metric: RunMetric, why: str) -> Invalid:
    return Invalid("value_invalid", f"{metric.name}: {why}.", field=f"value.{metric.key}")


def note_corrections(run: Run, metrics: Iterable[RunMetric]) -> None:
    """Write again what the metrics' means would be with people's values, and have what rests on these found anew.

    The caller holds a transaction.

    Each metric's row is held meanwhile, so that of two who give values at once the second counts the first one's too.
    """
    ids = sorted({metric.pk for metric in metrics})
    if not ids:
        return
    held = list(
        RunMetric.objects.select_for_update(of=("self",)).filter(pk__in=ids).select_related("revision").order_by("pk")
    )
    columns, said = read_columns(run), corrections_of(run, held)
    for metric in held:
        found = said.get(metric.pk)
        metric.n_overridden = found.places.size if found else 0
        metric.corrected_mean = corrected_mean(metric, columns, found) if found else None
        metric.save(update_fields=["n_overridden", "corrected_mean"])
    TrustWork.objects.ask(run.project_id)
    want_insights([run.pk], in_seconds=QUIET_SECONDS)
