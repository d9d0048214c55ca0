"""What was measured of each run of a trend, light enough for hundreds of runs on one page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from metrics.choices import Direction, ValueType
from metrics.statistics.intervals import wilson_interval
from runs.filters import BY_OVERALL
from runs.models import Run, RunMetric
from runs.run_filters import METRIC_PREFIX
from runs.trends.wish import BY_PASS_RATE

_NUMBERS = ("key", "run_id", "mean", "ci_low", "ci_high", "n_scored", "n_unscored", "n_errored")
_SETTINGS = (
    *("key", "name", "value_type", "direction", "range_min", "range_max", "unit", "labels", "allowed", "threshold"),
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A measure of one run: a metric's stored summary, or the same of the overall score or the pass rate.

    `metric` says how its values are read: runs that were measured in the same way share one, which has no numbers.
    """

    metric: RunMetric
    mean: float | None
    low: float | None
    high: float | None
    scored: int
    unscored: int
    errored: int


def readings_of(runs: Sequence[Run], measure: str) -> dict[int, Reading]:
    """The measure of each run that has it, by the run's id."""
    if measure == BY_OVERALL:
        return _overall(runs)
    if measure == BY_PASS_RATE:
        return _pass_rates(runs)
    key = measure.removeprefix(METRIC_PREFIX)
    return metric_readings([run.pk for run in runs], key).get(key, {})


def metric_readings(run_ids: Iterable[int], key: str | None = None) -> Mapping[str, dict[int, Reading]]:
    """By metric and run; the metrics in the order of the newest run's. Of one metric only where `key` is given."""
    stored = RunMetric.objects.filter(run__in=run_ids).order_by("-run", "rank", "id")
    if key is not None:
        stored = stored.filter(key=key)
    shared: dict[str, RunMetric] = {}
    found: defaultdict[str, dict[int, Reading]] = defaultdict(dict)
    for named, run_id, mean, low, high, scored, unscored, errored, *settings in stored.values_list(
        *_NUMBERS, *_SETTINGS
    ):
        metric = shared.get(repr(settings)) or shared.setdefault(
            repr(settings), RunMetric(**dict(zip(_SETTINGS, settings, strict=True)))
        )
        found[named][run_id] = Reading(metric, mean, low, high, scored, unscored, errored)
    return found


def _overall(runs: Iterable[Run]) -> dict[int, Reading]:
    shared: dict[float | None, RunMetric] = {}
    readings = {}
    for run in runs:
        wanted = run.quality_threshold
        metric = shared.get(wanted) or shared.setdefault(
            wanted, _measure(BY_OVERALL, "Overall", ValueType.NUMBER, threshold=wanted)
        )
        readings[run.pk] = _read(run, metric, run.overall, (run.overall_low, run.overall_high))
    return readings


def _pass_rates(runs: Iterable[Run]) -> dict[int, Reading]:
    """The share of scored items that do not fail; repeats of an item count as one for the interval."""
    metric = _measure(BY_PASS_RATE, "Pass rate", ValueType.BOOLEAN)
    readings = {}
    for run in runs:
        share = 1 - run.failing_count / run.scored_count if run.scored_count else None
        ends = (
            (None, None) if share is None else wilson_interval(share=share, n=max(1.0, run.scored_count / run.repeats))
        )
        readings[run.pk] = _read(run, metric, share, ends)
    return readings


def _measure(key: str, name: str, value_type: ValueType, *, threshold: float | None = None) -> RunMetric:
    """What is no metric in the shape of one, so that it is shown like one; it is not stored."""
    return RunMetric(
        key=key,
        name=name,
        direction=Direction.HIGHER,
        value_type=value_type,
        range_min=0.0,
        range_max=1.0,
        threshold=threshold,
    )


def _read(run: Run, metric: RunMetric, mean: float | None, ends: tuple[float | None, float | None]) -> Reading:
    unscored = max(0, run.item_count - run.scored_count)
    return Reading(metric, mean, *ends, run.scored_count, unscored, run.errored_count)
