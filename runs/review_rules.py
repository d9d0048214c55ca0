"""Which items of a run a rule picks for people to look at, read from the packed columns."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from evalhub.core.errors import Invalid
from metrics.criterion import FAILED
from runs.choices import QueueRule
from runs.columns import ITEM_WAITING, PASSED_NO, PASSED_UNKNOWN, RunColumns, read_columns
from runs.comparison.measures import source_of
from runs.comparison.pairing import Source, match_items
from runs.figures import mean_of
from runs.models import Run, RunMetric
from runs.overrides import disagreeing
from runs.tiles import baseline_of

Mask = NDArray[np.bool_]
Places = NDArray[np.int64]

# How far from the threshold is close, as a share of the range.
NEAR_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class RuleWish:
    """A rule with what it needs: a metric's key, a value (below), a width in the metric's unit (near).

    `most` items are drawn at random with `seed` where more match; None takes them all.
    """

    rule: QueueRule
    metric_key: str = ""
    value: float | None = None
    width: float | None = None
    most: int | None = None
    seed: int = 0

    @property
    def is_measured(self) -> bool:
        """Whether it asks for a metric."""
        return self.rule in {QueueRule.BELOW, QueueRule.DISAGREEMENT}


def matching_places(run: Run, wish: RuleWish) -> Places:
    """The places of the run's answered items that the rule picks, in the run's order.

    Raises `Invalid` for a metric that the run does not have, and where a rule has nothing to go by.
    """
    columns = read_columns(run)
    mask = (columns.item_states != ITEM_WAITING) & _mask(run, columns, wish)
    return drawn(np.flatnonzero(mask).astype(np.int64), most=wish.most, seed=wish.seed)


def drawn(places: Places, *, most: int | None, seed: int) -> Places:
    """At most so many of the places, drawn at random and always the same for a seed; their order stays."""
    if most is None or len(places) <= most:
        return places
    chosen: Places = np.sort(np.random.default_rng(seed).choice(places, size=most, replace=False))
    return chosen


def in_words(run: Run, wish: RuleWish) -> str:
    """What the rule picks, for people who look at the queue later."""
    metric = _metric(run, wish.metric_key) if wish.metric_key else None
    words = {
        QueueRule.FAILING: "failing items",
        QueueRule.BELOW: f"items that fall short of {_shown(metric, wish.value)} in {metric.name}" if metric else "",
        QueueRule.DISAGREEMENT: f"items on which judge and person disagree in {metric.name}" if metric else "",
        QueueRule.FLIPPED: "items that pass here and not in the baseline, or the other way round",
        QueueRule.NEAR: f"items close to the threshold of {metric.name if metric else 'the overall score'}",
        QueueRule.ALL: "answered items",
    }.get(wish.rule, "items picked by hand")
    words = f"at most {wish.most:,} of the {words}, drawn at random (seed {wish.seed})" if wish.most else words
    return words[:1].upper() + words[1:]


def _shown(metric: RunMetric | None, value: float | None) -> str:
    return mean_of(metric, value) if metric else ""


def _mask(run: Run, columns: RunColumns, wish: RuleWish) -> Mask:
    if wish.rule == QueueRule.FAILING:
        failing: Mask = columns.passed == PASSED_NO
        return failing
    if wish.rule == QueueRule.BELOW:
        return _below(run, columns, wish)
    if wish.rule == QueueRule.DISAGREEMENT:
        return disagreeing(run, columns, [_metric(run, wish.metric_key)])
    if wish.rule == QueueRule.FLIPPED:
        return _flipped(run, columns)
    if wish.rule == QueueRule.NEAR:
        return _near(run, columns, wish)
    return np.ones(columns.length, dtype=np.bool_)


def _metric(run: Run, key: str) -> RunMetric:
    metrics = {metric.key: metric for metric in run.run_metrics.all()}
    try:
        return metrics[key]
    except KeyError:
        known = ", ".join(metrics) or "none"
        raise Invalid(
            "metric_unknown", f'Metric "{key}" is not in this run; it has: {known}.', field="metric"
        ) from None


def _below(run: Run, columns: RunColumns, wish: RuleWish) -> Mask:
    """Worse than the value, whichever end of the range is the good one."""
    metric = _metric(run, wish.metric_key)
    value = metric.threshold if wish.value is None else wish.value
    if value is None:
        raise Invalid("value_missing", f"{metric.name} has no threshold in this run; say the value.", field="value")
    short: Mask = replace(metric.criterion, threshold=value).passing(columns.values(metric.pk)) == FAILED
    return short


def _near(run: Run, columns: RunColumns, wish: RuleWish) -> Mask:
    """Within the width on either side of the threshold; of the overall score where no metric is named."""
    values, threshold, span = columns.overall, run.quality_threshold, 1.0
    if wish.metric_key:
        metric = _metric(run, wish.metric_key)
        if metric.threshold is None or metric.is_category:
            raise Invalid("threshold_missing", f"{metric.name} has no threshold to be close to.", field="metric")
        values, threshold = columns.values(metric.pk), metric.threshold
        span = _span(metric, values)
    width = wish.width if wish.width is not None else NEAR_SHARE * span
    near: Mask = np.abs(values - threshold) <= width + 1e-9  # NaN is near nothing
    return near


def _span(metric: RunMetric, values: NDArray[np.float64]) -> float:
    """The length of the range; of a metric without ends that of what was found."""
    if metric.range_min is not None and metric.range_max is not None:
        return metric.range_max - metric.range_min
    known = values[~np.isnan(values)]
    return float(np.ptp(known)) if known.size else 0.0


def _flipped(run: Run, columns: RunColumns) -> Mask:
    """Items that pass in one of the two runs and fail in the other; each repeat against the baseline's majority."""
    baseline = baseline_of(run)
    if baseline is None:
        raise Invalid(
            "baseline_missing", f'No run of dataset "{run.dataset}" is pinned as the baseline to compare with.'
        )
    theirs = read_columns(baseline)
    match = match_items(_source(run, columns), _source(baseline, theirs))
    before = match.aligned(_majority(theirs.passed, repeats=baseline.repeats))
    before = np.repeat(before, run.repeats)
    now = columns.passed
    flipped: Mask = (now != PASSED_UNKNOWN) & ~np.isnan(before) & ((before > 0.5) != (now > 0))
    return flipped


def _source(run: Run, columns: RunColumns) -> Source:
    return source_of(run, columns, None)


def _majority(passed: NDArray[np.int8], *, repeats: int) -> NDArray[np.float64]:
    """1 where most repeats of an item pass, 0 where not, NaN where that cannot be said."""
    rows = passed.reshape(-1, repeats)
    known = (rows != PASSED_UNKNOWN).sum(axis=1)
    passing = (rows > 0).sum(axis=1)
    return np.where(known == 0, np.nan, (2 * passing >= known).astype(np.float64))
