"""What the template of the metric tiles prints: each metric's figures in words, with addresses that filter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from metrics.choices import ValueType
from metrics.scale import Scale
from runs.deltas import Delta
from runs.figures import (
    difference_interval_of,
    difference_of,
    interval_of,
    mean_of,
    number,
    scale_of,
    threshold_of,
    value_of,
)
from runs.filters import METRIC_PREFIX, ItemFilters, ScoreCondition, ValueRange
from runs.forms.address import ItemAddress
from runs.forms.items import STATUS_PREFIX
from runs.models import Run, RunMetric
from runs.regressions import verdicts_against_baselines
from runs.repeats import RepeatLine, repeat_lines
from runs.tiles import Bar, MetricFigures, bars_of, deltas_to, figures_of
from runs.trust.badges import TrustBadge, badges_of


@dataclass(frozen=True, slots=True)
class TileBar:
    """One bar of a tile's histogram; its address sets the filter, or clears it when it is set."""

    fraction: float
    label: str
    href: str
    tone: str
    is_selected: bool


@dataclass(frozen=True, slots=True)
class TileDelta:
    """The distance from the baseline in words; `interval` is in the unit of `value`, "" where there is none."""

    value: str
    interval: str
    tone: str
    words: str
    baseline: str


@dataclass(frozen=True, slots=True)
class PeopleLine:
    """What the mean would be with people's values, and of how many items they gave one; it never takes its place."""

    count: int
    mean: str
    href: str


@dataclass(frozen=True, slots=True)
class Tile:
    """One metric in the names of `components/_metric_tile.html`."""

    name: str
    revision: int
    scale: str
    allowed: tuple[str, ...]
    is_higher_better: bool
    is_star: bool
    is_sample: bool
    mean: str
    interval: str
    low: float | None
    mean_fraction: float | None
    high: float | None
    threshold_fraction: float | None
    threshold: str
    status: str
    tone: str
    pass_rate: str
    scored: int
    unscored: int
    errored: int
    failing_href: str
    unscored_href: str
    errored_href: str
    delta: TileDelta | None
    bars: tuple[TileBar, ...]
    is_selected: bool
    repeats: RepeatLine | None
    people: PeopleLine | None
    trust: TrustBadge | None = None


def metric_tiles(run: Run, *, baseline: Run | None, filters: ItemFilters, address: ItemAddress) -> list[Tile]:
    """A tile for each of the run's metrics, in their order, with the differences from the baseline."""
    metrics = list(run.run_metrics.all())
    figures = figures_of(run, metrics)
    verdicts = verdicts_against_baselines([run.pk]).get(run.pk) if run.is_over else None
    deltas = deltas_to(baseline, metrics, figures, verdicts)
    name = baseline.name if baseline else ""
    repeats = repeat_lines(run, metrics)
    tiles = [
        _tile(metric, figures[metric.pk], filters=filters, address=address, delta=_delta(metric, deltas, name))
        for metric in metrics
    ]
    badges = badges_of(run.project_id, metrics)
    return [
        replace(tile, repeats=repeats.get(metric.pk), trust=badges.get(metric.pk))
        for tile, metric in zip(tiles, metrics, strict=True)
    ]


def _tile(
    metric: RunMetric, figures: MetricFigures, *, filters: ItemFilters, address: ItemAddress, delta: TileDelta | None
) -> Tile:
    status = _status(metric, figures)
    ends = [_fraction(metric.scale, value) for value in (figures.ci_low, figures.mean, figures.ci_high)]
    asked = [condition for key, condition in filters.statuses if key == metric.key]
    chosen = [wanted for wanted in filters.ranges if wanted.key == metric.key]
    hrefs = [_status_href(metric, condition, asked, address) for condition in _LINKED]
    return Tile(
        name=metric.name,
        revision=metric.revision.number,
        scale=scale_of(metric),
        allowed=tuple(metric.allowed),
        is_higher_better=metric.scale.higher_is_better,
        is_star=metric.is_star,
        is_sample=metric.is_sample,
        mean=mean_of(metric, figures.mean),
        interval=interval_of(metric, figures.ci_low, figures.ci_high),
        low=ends[0],
        mean_fraction=ends[1],
        high=ends[2],
        threshold_fraction=_fraction(metric.scale, metric.threshold),
        threshold=threshold_of(metric),
        status=status,
        tone={"passed": "good", "failed": "bad"}.get(status, "neutral"),
        pass_rate=""
        if metric.threshold is None or figures.pass_rate is None
        else f"{figures.pass_rate:.1%}".replace("%", " %"),
        scored=figures.scored,
        unscored=figures.unscored,
        errored=figures.errored,
        failing_href=hrefs[0],
        unscored_href=hrefs[1],
        errored_href=hrefs[2],
        delta=delta,
        bars=tuple(_bar(metric, bar, chosen, address) for bar in bars_of(metric, figures)),
        is_selected=bool(asked or chosen),
        repeats=None,
        people=_people(metric, address),
    )


_LINKED = (ScoreCondition.FAILING, ScoreCondition.UNSCORED, ScoreCondition.ERRORED)


def _status(metric: RunMetric, figures: MetricFigures) -> str:
    if metric.threshold is None or figures.mean is None:
        return ""
    return "passed" if metric.scale.passes(figures.mean, metric.threshold) else "failed"


def _people(metric: RunMetric, address: ItemAddress) -> PeopleLine | None:
    if not metric.n_overridden:
        return None
    href = str(address.filtered({"disagree": "1"}))
    return PeopleLine(metric.n_overridden, mean_of(metric, metric.corrected_mean), href)


def _fraction(scale: Scale, value: float | None) -> float | None:
    """Where a value stands between the ends of its range, whichever of them is good."""
    if value is None or scale.minimum is None or scale.maximum is None:
        return None
    return min(1.0, max(0.0, (value - scale.minimum) / (scale.maximum - scale.minimum)))


def _status_href(
    metric: RunMetric, condition: ScoreCondition, asked: list[ScoreCondition], address: ItemAddress
) -> str:
    name = STATUS_PREFIX + metric.key
    return str(address.filtered({name: None if condition in asked else condition.value}))


def _delta(metric: RunMetric, deltas: Mapping[int, Delta], baseline: str) -> TileDelta | None:
    found = deltas.get(metric.pk)
    if found is None:
        return None
    return TileDelta(
        value=difference_of(metric, found.value),
        interval=difference_interval_of(metric, found.low, found.high).removesuffix(" pp"),
        tone=found.tone,
        words=found.words,
        baseline=baseline,
    )


def _bar(metric: RunMetric, bar: Bar, chosen: list[ValueRange], address: ItemAddress) -> TileBar:
    is_selected = bar.range in chosen
    name = METRIC_PREFIX + metric.key
    items = "1 item" if bar.count == 1 else f"{bar.count:,} items"
    wanted = value_of(metric, bar.range.low) if metric.labels else str(bar.range)
    return TileBar(
        fraction=round(bar.fraction, 4),
        label=f"{_ends(metric, bar.range)}: {items}{', click to clear' if is_selected else ''}",
        href=str(address.filtered({name: None if is_selected else wanted})) if bar.count or is_selected else "",
        tone=bar.tone,
        is_selected=is_selected,
    )


def _ends(metric: RunMetric, bar: ValueRange) -> str:
    if metric.labels or metric.value_type == ValueType.BOOLEAN:
        return value_of(metric, bar.low)
    if metric.value_type == ValueType.PERCENTAGE:
        return f"{value_of(metric, bar.low)} to {value_of(metric, bar.high)}"
    return f"{number(bar.low)} to {number(bar.high)}"
